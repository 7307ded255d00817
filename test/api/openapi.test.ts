import protobuf from "protobufjs/minimal.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { resourcesOf } from "../../src/api/custom/version.js";
import { deepCopy } from "../../src/api/json-value.js";
import { builtinResources } from "../../src/api/kinds.js";
import { describedTypes, descriptionOf } from "../../src/api/openapi/descriptions.js";
import { gnosticMediaType, openApiDocument } from "../../src/api/openapi/documents.js";

import { typeOf } from "../../src/api/schema.js";
import type { CustomResourceDefinition } from "../../src/api/types.js";
import { widgets } from "../custom/definitions.js";

const table = builtinResources();
const read = (path: string, of = table) => {
  const document = openApiDocument(of, path, "application/json", "v1.33.0");
  return document === undefined ? undefined : JSON.parse(document.body as string);
};
const v2 = read("/openapi/v2");
const apps = read("/openapi/v3/apis/apps/v1");
const core = read("/openapi/v3/api/v1");

test("the index of version 3 names every group and version, with a hash of its content", () => {
  const { paths } = read("/openapi/v3");
  assert.match(paths["api/v1"].serverRelativeURL, /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{16}$/);
  assert.match(paths["apis/apps/v1"].serverRelativeURL, /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{16}$/);
  for (const [name, { serverRelativeURL }] of Object.entries<{ serverRelativeURL: string }>(paths)) {
    assert.ok(read(serverRelativeURL.split("?")[0]!), `${name} has a document`);
  }
  const fewer = read(
    "/openapi/v3",
    table.filter(({ plural }) => plural !== "pods"),
  );
  assert.is.not(fewer.paths["api/v1"].serverRelativeURL, paths["api/v1"].serverRelativeURL);
});

test("paths that are none of OpenAPI's have no document", () => {
  for (const path of ["/openapi", "/openapi/v1", "/openapi/v3/healthz", "/openapi/v3/apis/apps/v9", "/api/v1"]) {
    assert.is(openApiDocument(table, path, "", "v1.33.0"), undefined, path);
  }
});

test("every reference leads somewhere", () => {
  const missing = (document: object, schemas: object, prefix: string): string[] => {
    const found = new Set<string>();
    JSON.stringify(document, (key, value) => {
      if (key === "$ref" && typeof value === "string" && !Object.hasOwn(schemas, value.slice(prefix.length))) found.add(value);
      return value;
    });
    return [...found];
  };
  assert.equal(missing(v2, v2.definitions, "#/definitions/"), []);
  for (const { name, versions } of table.groups) {
    for (const version of versions) {
      const document = read(name === "" ? `/openapi/v3/api/${version}` : `/openapi/v3/apis/${name}/${version}`);
      assert.equal(missing(document, document.components.schemas, "#/components/schemas/"), [], `${name}/${version}`);
    }
  }
});

test("schemas carry kinds, list types and merge keys", () => {
  const { schemas } = core.components;
  assert.equal(schemas["io.k8s.api.core.v1.Pod"]["x-kubernetes-group-version-kind"], [{ group: "", version: "v1", kind: "Pod" }]);
  assert.equal(schemas["io.k8s.api.core.v1.PodSpec"].required, ["containers"]);
  const { description: _, ...volumes } = schemas["io.k8s.api.core.v1.PodSpec"].properties.volumes;
  assert.equal(volumes, {
    type: "array",
    items: { $ref: "#/components/schemas/io.k8s.api.core.v1.Volume" },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-patch-merge-key": "name",
    "x-kubernetes-patch-strategy": "merge,retainKeys",
  });
  const undescribed = ({ description: _said, ...rest }: Record<string, unknown>) => rest;
  assert.equal(undescribed(apps.components.schemas["io.k8s.api.apps.v1.DeploymentSpec"].properties.strategy), {
    allOf: [{ $ref: "#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy" }],
    "x-kubernetes-patch-strategy": "retainKeys",
  });
  assert.equal(undescribed(v2.definitions["io.k8s.api.apps.v1.DeploymentSpec"].properties.strategy), {
    $ref: "#/definitions/io.k8s.api.apps.v1.DeploymentStrategy",
    "x-kubernetes-patch-strategy": "retainKeys",
  });
  const optionsOf = schemas["io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"]["x-kubernetes-group-version-kind"];
  assert.ok(optionsOf.some(({ group, version }: { group: string; version: string }) => group === "apps" && version === "v1"));
});

test("operations say what they do to which kind", () => {
  const deployments = apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments"];
  assert.is(deployments.get["x-kubernetes-action"], "list");
  assert.is(deployments.get.operationId, "listAppsV1NamespacedDeployment");
  assert.is(deployments.post["x-kubernetes-action"], "post");
  assert.equal(Object.keys(deployments.post.responses), ["200", "201", "202", "401"]);
  assert.is(deployments.delete.operationId, "deleteAppsV1CollectionNamespacedDeployment");
  assert.equal(deployments.parameters[0], {
    name: "namespace",
    in: "path",
    required: true,
    schema: { type: "string", uniqueItems: true },
  });
  const scale = apps.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale"];
  assert.equal(scale.put["x-kubernetes-group-version-kind"], { group: "autoscaling", version: "v1", kind: "Scale" });
  assert.is(scale.put.requestBody.content["*/*"].schema.$ref, "#/components/schemas/io.k8s.api.autoscaling.v1.Scale");
  const exec = core.paths["/api/v1/namespaces/{namespace}/pods/{name}/exec"];
  assert.is(exec.post["x-kubernetes-action"], "connect");
  assert.is(exec.post.operationId, "connectCoreV1PostNamespacedPodExec");
  assert.ok(apps.paths["/apis/apps/v1/deployments"].get.operationId.endsWith("ForAllNamespaces"));
});

test("what there is beside kinds is told of too: discovery, watches at paths of their own, connections by every method, who issues tokens", () => {
  const discovery = (path: string) => {
    const { operationId, responses, tags } = v2.paths[path].get;
    return [operationId, responses["200"].schema.$ref?.split(".").pop(), ...tags];
  };
  assert.equal(discovery("/api/"), ["getCoreAPIVersions", "APIVersions", "core"]);
  assert.equal(discovery("/apis/"), ["getAPIVersions", "APIGroupList", "apis"]);
  assert.equal(discovery("/apis/rbac.authorization.k8s.io/"), ["getRbacAuthorizationAPIGroup", "APIGroup", "rbacAuthorization"]);
  assert.equal(discovery("/apis/apps/v1/"), ["getAppsV1APIResources", "APIResourceList", "apps_v1"]);
  assert.equal(discovery("/version/"), ["getCodeVersion", "Info", "version"]);
  assert.is(v2.paths["/openid/v1/jwks/"].get.operationId, "getServiceAccountIssuerOpenIDKeyset");

  const watches = Object.entries<{ get: { operationId: string } }>(v2.paths).filter(([path]) =>
    /^\/apis?\/(apps\/)?v1\/watch\/.*(configmaps|deployments|nodes)/.test(path),
  );
  assert.equal(
    watches.map(([path, { get }]) => `${path} ${get.operationId}`),
    [
      "/api/v1/watch/namespaces/{namespace}/configmaps watchCoreV1NamespacedConfigMapList",
      "/api/v1/watch/namespaces/{namespace}/configmaps/{name} watchCoreV1NamespacedConfigMap",
      "/api/v1/watch/configmaps watchCoreV1ConfigMapListForAllNamespaces",
      "/api/v1/watch/nodes watchCoreV1NodeList",
      "/api/v1/watch/nodes/{name} watchCoreV1Node",
      "/apis/apps/v1/watch/namespaces/{namespace}/deployments watchAppsV1NamespacedDeploymentList",
      "/apis/apps/v1/watch/namespaces/{namespace}/deployments/{name} watchAppsV1NamespacedDeployment",
      "/apis/apps/v1/watch/deployments watchAppsV1DeploymentListForAllNamespaces",
    ],
  );
  const { get: watched } = core.paths["/api/v1/watch/nodes/{name}"];
  assert.is(watched["x-kubernetes-action"], "watch");
  const event = { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent" };
  assert.equal(watched.responses["200"].content["application/json;stream=watch"].schema, event);

  const { parameters, ...proxied } = core.paths["/api/v1/nodes/{name}/proxy/{path}"];
  assert.equal(Object.keys(proxied).sort(), ["delete", "get", "head", "options", "patch", "post", "put"]);
  assert.is(proxied.head.operationId, "connectCoreV1HeadNodeProxyWithPath");
  assert.equal(
    parameters.map((each: { name: string; in: string }) => `${each.name} in ${each.in}`),
    ["name in path", "path in path", "path in query"],
  );
  assert.ok(read("/openapi/v3/apis").paths["/apis/"]);
  assert.ok(read("/openapi/v3/.well-known/openid-configuration").paths["/.well-known/openid-configuration/"]);
});

test("answers: what was made or is being deleted, who is not known, and the object that was where its storage shows it", () => {
  const { paths } = v2;
  const codes = (path: string, method: string) => Object.keys(paths[path][method].responses).join();
  assert.is(codes("/api/v1/nodes/{name}", "put"), "200,201,401");
  assert.is(codes("/api/v1/nodes/{name}", "delete"), "200,202,401");
  assert.is(codes("/api/v1/nodes", "post"), "200,201,202,401");
  const deleted = (path: string) => paths[path].delete.responses["200"].schema.$ref.split(".").pop();
  assert.is(deleted("/api/v1/nodes/{name}"), "Status");
  assert.is(deleted("/api/v1/namespaces/{namespace}/pods/{name}"), "Pod");
  assert.is(deleted("/apis/storage.k8s.io/v1/storageclasses/{name}"), "StorageClass");
});

test("every patch of a kind has the queries that kubectl looks for", () => {
  let patches = 0;
  for (const [path, item] of Object.entries<{ patch?: { parameters: Array<{ name: string; in: string }> } }>(v2.paths)) {
    if (item.patch === undefined || /\/proxy(\/|$)/.test(path)) continue;
    patches += 1;
    const query = item.patch.parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
    for (const name of ["dryRun", "fieldManager", "fieldValidation", "force"])
      assert.ok(query.includes(name), `${path} has ${name}`);
  }
  assert.ok(patches > 100);
});

/** The fields of a protobuf message: numbers, and bytes for what is length-delimited. */
function fieldsOf(bytes: Uint8Array): Array<[number, Uint8Array | number]> {
  const reader = new protobuf.Reader(bytes);
  const fields: Array<[number, Uint8Array | number]> = [];
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    fields.push([key >>> 3, (key & 7) === 2 ? reader.bytes() : reader.uint32()]);
  }
  return fields;
}
const all = (bytes: Uint8Array, id: number): Uint8Array[] =>
  fieldsOf(bytes).flatMap(([found, value]) => (found === id && value instanceof Uint8Array ? [value] : []));
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("version 2 as protobuf says the same", () => {
  const document = openApiDocument(table, "/openapi/v2", gnosticMediaType, "v1.33.0")!;
  assert.is(document.contentType, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  const bytes = document.body as Uint8Array;
  assert.is(textOf(all(bytes, 1)[0]!), "2.0");
  const paths = all(all(bytes, 8)[0]!, 2);
  assert.equal(
    paths.map((path) => textOf(all(path, 1)[0]!)),
    Object.keys(v2.paths),
  );
  const definitions = all(all(bytes, 9)[0]!, 1);
  assert.equal(
    definitions.map((definition) => textOf(all(definition, 1)[0]!)),
    Object.keys(v2.definitions),
  );

  const pod = definitions.find((definition) => textOf(all(definition, 1)[0]!) === "io.k8s.api.core.v1.Pod")!;
  const extension = all(all(pod, 2)[0]!, 31)[0]!;
  assert.is(textOf(all(extension, 1)[0]!), "x-kubernetes-group-version-kind");
  assert.is(textOf(all(all(extension, 2)[0]!, 2)[0]!), '[{"group":"","version":"v1","kind":"Pod"}]');

  const item = paths.find((path) => textOf(all(path, 1)[0]!) === "/api/v1/namespaces/{namespace}/pods/{name}")!;
  const patch = all(all(item, 2)[0]!, 8)[0]!;
  const queryNames = all(patch, 8)
    .flatMap((parameter) => all(parameter, 1))
    .flatMap((parameter) => all(parameter, 2))
    .flatMap((parameter) => all(parameter, 3))
    .map((parameter) => textOf(all(parameter, 4)[0]!));
  assert.equal(queryNames, ["dryRun", "fieldManager", "fieldValidation", "force"]);
});

test("a document is made once for a table", () => {
  const once = openApiDocument(table, "/openapi/v2", "", "v1.33.0");
  assert.is(openApiDocument(table, "/openapi/v2", "", "v1.33.0"), once);
});

const established = {
  ...widgets,
  metadata: { ...widgets.metadata, generation: 1 },
  status: { acceptedNames: widgets.spec.names, conditions: [{ type: "Established", status: "True" }] },
} as unknown as CustomResourceDefinition;
const protobufType = "application/vnd.kubernetes.protobuf";
const withWidgets = table.with(resourcesOf(established).served);

test("a custom kind is published with all that its schema says", () => {
  const document = read("/openapi/v3/apis/example.com/v1", withWidgets);
  const { "com.example.v1.Widget": widget, "com.example.v1.WidgetList": list } = document.components.schemas;
  assert.equal(widget["x-kubernetes-group-version-kind"], [{ group: "example.com", version: "v1", kind: "Widget" }]);
  assert.equal(widget["x-kubernetes-selectable-fields"], [{ fieldPath: "spec.color" }]);
  assert.equal(Object.keys(widget.properties), ["apiVersion", "kind", "metadata", "spec", "status"]);
  const { color, replicas, parts } = widget.properties.spec.properties;
  assert.equal(color, { type: "string", enum: ["red", "green"] });
  assert.equal(replicas, { type: "integer", default: 1, maximum: 10, minimum: 0 });
  assert.equal(parts["x-kubernetes-list-map-keys"], ["name"]);
  assert.equal(list.properties.items.items, { $ref: "#/components/schemas/com.example.v1.Widget" });
  assert.ok(document.components.schemas["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]);
  const post = document.paths["/apis/example.com/v1/namespaces/{namespace}/widgets"].post;
  assert.equal(post.requestBody.content["application/json"].schema, { $ref: "#/components/schemas/com.example.v1.Widget" });
});

test("a strategic merge patch is offered for built-in kinds and not for custom ones", () => {
  const builtIn = ["json-patch+json", "merge-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"];
  const custom = ["json-patch+json", "merge-patch+json", "apply-patch+yaml"];
  const objects = ["application/json", "application/yaml"];
  for (const [path, document, patches, produces] of [
    ["/apis/apps/v1/namespaces/{namespace}/deployments/{name}", "apis/apps/v1", builtIn, [...objects, protobufType]],
    ["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}", "apis/example.com/v1", custom, objects],
    ["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}/status", "apis/example.com/v1", custom, objects],
  ] as const) {
    const types = patches.map((type) => `application/${type}`);
    const { patch } = read("/openapi/v2", withWidgets).paths[path];
    assert.equal([patch.consumes, patch.produces], [types, produces], path);
    const { requestBody, responses } = read(`/openapi/v3/${document}`, withWidgets).paths[path].patch;
    assert.equal([Object.keys(requestBody.content), Object.keys(responses["200"].content)], [types, produces], path);
  }
});

test("version 2 has of a custom kind what its clients understand", () => {
  const { definitions } = read("/openapi/v2", withWidgets);
  const { free, note, limit } = definitions["com.example.v1.Widget"].properties.spec.properties;
  assert.equal(free, { "x-kubernetes-preserve-unknown-fields": true });
  assert.equal(note, {}, "what may be null has no type there");
  assert.equal(limit, { "x-kubernetes-int-or-string": true });
  const gnostic = openApiDocument(withWidgets, "/openapi/v2", gnosticMediaType, "v1.33.0");
  assert.ok(gnostic!.body instanceof Uint8Array);
});

test("version 2 says nothing of what a kind keeps whose fields are not known; of a field that may be null it does not say that it must be there", () => {
  const publish = (openAPIV3Schema: object) => {
    const definition = deepCopy(established);
    definition.spec.versions[0]!.schema = { openAPIV3Schema };
    return read("/openapi/v2", table.with(resourcesOf(definition).served)).definitions["com.example.v1.Widget"];
  };
  const kind = {
    "x-kubernetes-group-version-kind": [{ group: "example.com", version: "v1", kind: "Widget" }],
    "x-kubernetes-selectable-fields": [{ fieldPath: "spec.color" }],
  };
  const free = { type: "object", description: "Anything.", "x-kubernetes-preserve-unknown-fields": true };
  assert.equal(publish(free), { type: "object", ...kind });

  const note = { type: "string", nullable: true };
  const spec = { type: "object", required: ["color", "note"], properties: { color: { type: "string" }, note } };
  assert.equal(publish({ type: "object", properties: { spec } }).properties.spec.required, ["color"]);
});

test("an embedded object is published with what every object has", () => {
  const definition = deepCopy(established);
  const template = { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: { type: "object" } } };
  definition.spec.versions[0]!.schema = { openAPIV3Schema: { type: "object", properties: { template } } };
  const document = read("/openapi/v3/apis/example.com/v1", table.with(resourcesOf(definition).served));
  const published = document.components.schemas["com.example.v1.Widget"].properties.template;
  assert.equal(Object.keys(published.properties).sort(), ["apiVersion", "kind", "metadata", "spec"]);
  assert.equal(published.required, ["kind", "apiVersion"]);
});

test("a definition changes the hash of its own documents and of no others", () => {
  const paths = (of: typeof table) => read("/openapi/v3", of).paths;
  assert.equal(paths(withWidgets)["apis/apps/v1"], paths(table)["apis/apps/v1"]);
  const described = deepCopy(established);
  described.spec.versions[0]!.schema!.openAPIV3Schema!.description = "A widget.";
  const other = table.with(resourcesOf(described).served);
  assert.is.not(
    paths(other)["apis/example.com/v1"].serverRelativeURL,
    paths(withWidgets)["apis/example.com/v1"].serverRelativeURL,
  );
});

test("what is described is there to be described", () => {
  for (const type of describedTypes()) {
    const fields = typeOf(type)?.fields;
    assert.ok(fields, `there is no type ${type}`);
    for (const field of descriptionOf(type)!.fields.keys()) assert.ok(fields!.has(field), `${type} has no field ${field}`);
  }
  const pod = core.components.schemas["io.k8s.api.core.v1.PodSpec"];
  assert.match(pod.properties.containers.description, /side by side/);
});

test.run();
