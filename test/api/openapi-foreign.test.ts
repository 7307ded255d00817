/** OpenAPI of extension API servers: read, merged with the API server's own, converted, and as protobuf. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtinResources } from "../../src/api/kinds.js";
import { openApiV3Of } from "../../src/api/openapi/convert.js";
import type { DocumentV2 } from "../../src/api/openapi/document-v2.js";
import { gnosticMediaType, noForeignApis, openApiDocument } from "../../src/api/openapi/documents.js";
import { type ForeignDocument, readForeignDocument } from "../../src/api/openapi/foreign-document.js";
import { mergedDocument } from "../../src/api/openapi/merge.js";

const version = "apis/ice.example.org/v1";
const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const answers = (name: string) => ({ get: { responses: { 200: { description: "OK", schema: ref(name) } } } });

function read(document: object): ForeignDocument {
  const found = readForeignDocument(JSON.stringify(document), version);
  if ("problem" in found) throw new Error(found.problem);
  return found;
}

const flavors = {
  paths: {
    [`/${version}/flavors`]: answers("FlavorList"),
    [`/${version}/`]: answers("Plain"),
    "/apis/ice.example.org/": answers("Group"),
    "/version": answers("Version"),
    __proto__: null,
  },
  definitions: {
    FlavorList: { type: "object", properties: { items: { type: "array", items: ref("Flavor") } } },
    Flavor: { type: "object", properties: { parent: ref("Flavor"), metadata: ref("Meta") } },
    Meta: { type: "object", description: "theirs" },
    Plain: { type: "string" },
    Version: { type: "object" },
    Unused: { type: "object" },
  },
};

test("of a foreign document counts what is about its own version, with the definitions that it takes", () => {
  const { paths, definitions } = read(flavors);
  assert.equal([...paths.keys()], [`/${version}/flavors`, `/${version}/`]);
  assert.equal([...definitions.keys()], ["Flavor", "FlavorList", "Meta", "Plain"]);
});

const unreadable: ReadonlyArray<readonly [text: string, problem: string]> = [
  ["{", "it is no JSON object"],
  ["[]", "it is no JSON object"],
  [`${'{"a":'.repeat(300)}1${"}".repeat(300)}`, "it is nested deeper than 200 levels"],
];
for (const [text, problem] of unreadable) {
  test(`${text.slice(0, 10)} cannot be read: ${problem}`, () => {
    assert.equal(readForeignDocument(text, version), { problem });
  });
}

test("what is not of the type that it should be is left out", () => {
  const { paths, definitions } = read({ paths: { [`/${version}/a`]: 7, [`/${version}/b`]: {} }, definitions: [] });
  assert.equal([[...paths.keys()], definitions.size], [[`/${version}/b`], 0]);
  assert.is(read({ paths: "x" }).paths.size, 0);
});

const own = (definitions: object): DocumentV2 => ({
  swagger: "2.0",
  info: { title: "Kubernetes", version: "v1" },
  paths: { "/apis/ice.example.org/v1/": { parameters: [] } },
  definitions: definitions as DocumentV2["definitions"],
});

test("paths that are there already stay, and definitions of the same name and another content are renamed with all that refers to them", () => {
  const merged = mergedDocument(own({ Meta: { type: "object", description: "ours" }, Plain: { type: "integer" } }), [
    read(flavors),
  ]);
  assert.equal(Object.keys(merged.paths), ["/apis/ice.example.org/v1/", `/${version}/flavors`]);
  const definitions = merged.definitions as Record<string, { description?: string; properties?: object }>;
  assert.equal(Object.keys(definitions).sort(), ["Flavor", "FlavorList", "Meta", "Meta_v2", "Plain"]);
  assert.equal([definitions.Meta?.description, definitions.Meta_v2?.description], ["ours", "theirs"]);
  assert.equal(definitions.Flavor?.properties, { parent: ref("Flavor"), metadata: ref("Meta_v2") });
});

test("a definition that was renamed alike for another extension is the same again; another gets the next number", () => {
  const meta = (description: string) =>
    read({ paths: { [`/${version}/${description}`]: answers("Meta") }, definitions: { Meta: { description } } });
  const merged = mergedDocument(own({ Meta: { description: "ours" } }), [meta("theirs"), meta("others"), meta("theirs")]);
  assert.equal(Object.keys(merged.definitions), ["Meta", "Meta_v2", "Meta_v3"]);
});

test("one definition is of the kinds of both", () => {
  const kinds = (...groups: string[]) => ({
    type: "object",
    "x-kubernetes-group-version-kind": groups.map((group) => ({ group, version: "v1", kind: "DeleteOptions" })),
  });
  const theirs = read({ paths: { [`/${version}/a`]: answers("Options") }, definitions: { Options: kinds("b", "c") } });
  const merged = mergedDocument(own({ Options: kinds("c", "a") }), [theirs]);
  assert.equal(merged.definitions, { Options: kinds("a", "b", "c") });
});

test("OpenAPI 2 becomes OpenAPI 3: bodies, answers, parameters and references", () => {
  const operation = {
    operationId: "create",
    consumes: ["application/json"],
    produces: ["application/json", "application/yaml"],
    schemes: ["https"],
    parameters: [
      { name: "body", in: "body", required: true, schema: ref("Plain") },
      { name: "limit", in: "query", type: "integer", description: "How many." },
      "nonsense",
    ],
    responses: { 200: { description: "OK", schema: ref("Plain") }, 401: { description: "Unauthorized" } },
    "x-kubernetes-action": "post",
  };
  const path = `/${version}/flavors`;
  const item = { parameters: [{ name: "name", in: "path", required: true, type: "string" }], post: operation };
  const document = openApiV3Of(read({ paths: { [path]: item }, definitions: { Plain: { type: "string" } } }), "v1");
  const schema = { $ref: "#/components/schemas/Plain" };
  assert.equal(document, {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1" },
    paths: {
      [path]: {
        parameters: [{ name: "name", in: "path", required: true, schema: { type: "string" } }],
        post: {
          operationId: "create",
          "x-kubernetes-action": "post",
          parameters: [{ name: "limit", in: "query", description: "How many.", schema: { type: "integer" } }],
          requestBody: { required: true, content: { "application/json": { schema } } },
          responses: {
            200: { description: "OK", content: { "application/json": { schema }, "application/yaml": { schema } } },
            401: { description: "Unauthorized" },
          },
        },
      },
    },
    components: { schemas: { Plain: { type: "string" } } },
  });
});

test("a merged document can be had as protobuf, whatever an extension says", () => {
  const table = builtinResources().filter(({ group }) => group === "node.k8s.io");
  const odd = {
    tags: 7,
    parameters: [{ in: "body" }, null, { in: 3, name: {} }],
    responses: { 200: null, 201: { schema: { items: [1], properties: { a: 1 }, required: "x", additionalProperties: [] } } },
  };
  const document = read({ paths: { [`/${version}/a`]: { get: odd, put: [] } } });
  const foreign = { ...noForeignApis, v2: [{ document, hash: "1" }] };
  const made = openApiDocument(table, "/openapi/v2", gnosticMediaType, "v1", foreign);
  assert.ok(made?.body instanceof Uint8Array && Buffer.from(made.body).includes(`/${version}/a`));
  assert.is.not(made?.etag, openApiDocument(table, "/openapi/v2", gnosticMediaType, "v1")?.etag);
});

test.run();
