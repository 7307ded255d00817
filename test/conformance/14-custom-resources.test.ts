/**
 * Custom resources as Kubernetes' conformance tests go through them: fields that are not known, rules in CEL, fields to select by, discovery.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#setting-the-field-validation-level
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, ApiFront } from "../support/api-front.js";

const test = suite("custom resources");

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
  await front.cluster.waitFor("serviceaccount/default", "exists");
});
test.after(() => front?.stop());

const group = "conformance.example.com";
const send = (method: string, path: string, body: unknown, type = "application/json"): Promise<Answer> =>
  front.ask(method, path, { headers: { "content-type": type }, body: typeof body === "string" ? body : JSON.stringify(body) });
const message = ({ text }: Answer): string => (JSON.parse(text) as { message?: string }).message ?? "";

const definition = (plural: string, kind: string, spec: object, version: object = {}) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural, kind },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", ...spec } } } },
        ...version,
      },
    ],
  },
});
const define = (...of: Parameters<typeof definition>): Promise<Answer> =>
  send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition(...of));
/** Defines a kind and waits until its objects are served; its path. */
async function defined(...of: Parameters<typeof definition>): Promise<string> {
  const { code, text } = await define(...of);
  assert.is(code, 201, text);
  await front.cluster.waitFor(`customresourcedefinition/${of[0]}.${group}`, "Established");
  return `/apis/${group}/v1/namespaces/default/${of[0]}`;
}
const object = (kind: string, name: string, spec: object, more: object = {}) => ({
  apiVersion: `${group}/v1`,
  kind,
  metadata: { name, ...more },
  spec,
});

const port = {
  type: "object",
  required: ["containerPort", "protocol"],
  properties: { containerPort: { type: "integer", format: "int32" }, name: { type: "string" }, protocol: { type: "string" } },
};
const cron = {
  foo: { type: "string" },
  cronSpec: { type: "string", pattern: "^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$" },
  ports: {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
    items: port,
  },
};
const template = {
  type: "object",
  "x-kubernetes-embedded-resource": true,
  properties: { metadata: { type: "object", properties: { name: { type: "string" } } }, spec: { type: "object" } },
};

test("fields that are not known, or that are there twice, are refused by name when an object is applied strictly", async () => {
  const applied = (path: string, kind: string, text: string): Promise<Answer> => {
    const head = `apiVersion: ${group}/v1\nkind: ${kind}\nmetadata:\n  name: tab\n`;
    const rest = '  cronSpec: "* * * * */5"\n  ports:\n  - name: x\n    containerPort: 80\n    protocol: TCP\n';
    const query = "fieldManager=conformance&fieldValidation=Strict";
    return send("PATCH", `${path}/tab?${query}`, head + text + rest, "application/apply-patch+yaml");
  };
  const strict = await defined("stricts", "Strict", { properties: cron });
  assert.is((await applied(strict, "Strict", "spec:\n  foo: foo1\n")).code, 201);
  const unknown = await applied(strict, "Strict", "unknownField: unknown\nspec:\n  foo: foo1\n");
  assert.match(message(unknown), /\.unknownField: field not declared in schema/);

  const preserving = { "x-kubernetes-preserve-unknown-fields": true, properties: { ...cron, template } };
  const loose = await defined("looses", "Loose", preserving);
  assert.is((await applied(loose, "Loose", "spec:\n  unknown: uk1\n")).code, 201);
  const nested =
    "spec:\n  template:\n    apiVersion: foo/v1\n    kind: Sub\n    metadata:\n      unknownSubMeta: x\n      name: sub\n";
  const embedded = message(await applied(loose, "Loose", `  unknownMeta: unknown\n${nested}`));
  assert.match(embedded, /\.metadata\.unknownMeta: field not declared in schema/);
  assert.match(embedded, /\.spec\.template\.metadata\.unknownSubMeta: field not declared in schema/);
  assert.match(
    message(await applied(loose, "Loose", "spec:\n  foo: foo1\n  foo: foo2\n")),
    /line 7: key "foo" already set in map/,
  );
});

test("built-in kinds say which fields they do not know, and which are there twice", async () => {
  const deployments = "/apis/apps/v1/namespaces/default/deployments?fieldValidation=Strict";
  const rest =
    '"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"a"}]}}';
  const deployment = (metadata: string, spec: string) =>
    `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"strict"${metadata}},"spec":{${spec}${rest}}}`;
  assert.match(
    message(await send("POST", deployments, deployment("", '"unknownField":"foo","replicas":2,"replicas":3,'))),
    /strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"/,
  );
  assert.match(
    message(await send("POST", deployments, deployment(',"unknownMeta":"foo"', ""))),
    /strict decoding error: unknown field "metadata.unknownMeta"/,
  );
});

test("objects are held against the rules of their definition, at the cost that rules may have", async () => {
  const numbers = (maxItems: number) => ({ type: "array", maxItems, items: { type: "integer" } });
  const path = await defined("ruleds", "Ruled", {
    "x-kubernetes-validations": [
      { rule: "self.x + self.y > 0" },
      {
        rule: "self.first.isSorted() && self.second.isSorted() && ((self.first.sum() + self.second.sum()) % 2 == 0)",
      },
      { rule: "self.large.all(x, self.large.all(y, y == x))" },
    ],
    properties: {
      x: { type: "integer" },
      y: { type: "integer" },
      first: numbers(1000),
      second: numbers(1000),
      large: numbers(725),
    },
  });
  const good = { x: 1, y: 0, first: [3, 4], second: [5, 10], large: [2, 2] };
  assert.is((await send("POST", path, object("Ruled", "good", good))).code, 201);
  assert.match(message(await send("POST", path, object("Ruled", "bad", { x: 0, y: 0 }))), /failed rule: self.x \+ self.y > 0/);
  const large = { large: new Array<number>(725).fill(20) };
  assert.match(message(await send("POST", path, object("Ruled", "large", large))), /call cost exceeds limit/);
});

test("a definition whose rules cannot be kept is refused", async () => {
  const ruled = (rule: string, properties: object = { x: { type: "integer" } }) =>
    define("brokens", "Broken", { "x-kubernetes-validations": [{ rule }], properties });
  assert.match(message(await ruled("self.z == 100")), /undefined field 'z'/);
  assert.match(message(await ruled("self = 42")), /Syntax error/);
  const rows = {
    type: "array",
    items: {
      type: "array",
      items: { type: "string" },
      "x-kubernetes-validations": [{ rule: "self.all(s, s == 'string constant')" }],
    },
  };
  assert.match(message(await ruled("true", { x: rows })), /exceeds budget/);
});

test("a rule that compares with what was holds an update to it, and no creation", async () => {
  const num = { type: "integer", "x-kubernetes-validations": [{ rule: "self > oldSelf" }] };
  const path = await defined("growings", "Growing", { properties: { num } });
  const { code, text } = await send("POST", path, object("Growing", "one", { num: 10 }));
  assert.is(code, 201);
  const { resourceVersion } = (JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata;
  const update = (to: number) => send("PUT", `${path}/one`, object("Growing", "one", { num: to }, { resourceVersion }));
  assert.match(message(await update(9)), /failed rule: self > oldSelf/);
  assert.is((await update(11)).code, 200);
});

test("objects are listed, watched and deleted by the fields that their definition makes selectable", async () => {
  const properties = { color: { type: "string" }, size: { type: "integer" }, isOld: { type: "boolean" } };
  const selectableFields = [".spec.color", ".spec.size"].map((jsonPath) => ({ jsonPath }));
  const path = await defined("shirts", "Shirt", { properties }, { selectableFields });
  for (const [name, color, size] of [
    ["a", "blue", 1],
    ["b", "blue", 2],
    ["c", "green", 2],
  ] as const) {
    assert.is((await send("POST", path, object("Shirt", name, { color, size }))).code, 201);
  }
  const names = async (selector: string): Promise<string[]> => {
    const { text } = await front.ask("GET", `${path}?fieldSelector=${encodeURIComponent(selector)}`);
    return (JSON.parse(text) as { items: Array<{ metadata: { name: string } }> }).items.map(({ metadata }) => metadata.name);
  };
  assert.equal(await names("spec.color=blue"), ["a", "b"]);
  assert.equal(await names("spec.color=blue,spec.size=2"), ["b"]);
  assert.equal(await names("spec.color!=blue"), ["c"]);
  const other = await front.ask("GET", `${path}?fieldSelector=spec.isOld%3Dtrue`);
  assert.equal([other.code, message(other)], [400, "field label not supported: spec.isOld"]);
  const { text } = await front.ask("GET", `${path}?watch=true&timeoutSeconds=1&fieldSelector=spec.color%3Dgreen`);
  assert.equal(text.trim().split("\n").length, 1, "a watch tells of what is selected");
  assert.is((await front.ask("DELETE", `${path}?fieldSelector=spec.color%3Dblue`)).code, 200);
  assert.equal(await names(""), ["c"]);
});

test("a definition is in the aggregated discovery as soon as its objects are served", async () => {
  await defined("founds", "Found", { properties: {} });
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const { text } = await front.ask("GET", "/apis", { headers: { accept } });
  const { kind, items } = JSON.parse(text) as {
    kind: string;
    items: Array<{ metadata: { name: string }; versions: Array<{ version: string; resources: Array<{ resource: string }> }> }>;
  };
  assert.is(kind, "APIGroupDiscoveryList");
  const found = items.find(({ metadata }) => metadata.name === group)?.versions.find(({ version }) => version === "v1");
  assert.ok(found?.resources.some(({ resource }) => resource === "founds"));
});

const registration = "/apis/admissionregistration.k8s.io/v1";

test("a policy is checked against the fields of what it matches, and says what it does not find", async () => {
  await defined("checkeds", "Checked", { properties: { replicas: { type: "integer" } } });
  const policy = (name: string, expression: string) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: {
        resourceRules: [{ operations: ["CREATE"], apiGroups: [group], apiVersions: ["v1"], resources: ["checkeds"] }],
      },
      validations: [{ expression }],
    },
  });
  const warnings = async (name: string, expression: string): Promise<string> => {
    assert.is((await send("POST", `${registration}/validatingadmissionpolicies`, policy(name, expression))).code, 201);
    const checked = await front.cluster.waitFor(`validatingadmissionpolicy/${name}`, (found) => {
      const { status } = found as { status?: { typeChecking?: object } };
      return status?.typeChecking !== undefined;
    });
    const { status } = checked as unknown as { status: { typeChecking: { expressionWarnings?: Array<{ warning: string }> } } };
    return (status.typeChecking.expressionWarnings ?? []).map(({ warning }) => warning).join();
  };
  assert.is(await warnings("right", "object.spec.replicas > 1"), "");
  assert.match(
    await warnings("confused", "object.spec.replicas > '1'"),
    /no matching overload for '_>_' applied to '\(int, string\)'/,
  );
  assert.match(await warnings("missing", "object.spec.maxRetries < 10"), /undefined field 'maxRetries'/);
});

test("a webhook's conditions must be expressions that are true or false", async () => {
  const webhooks = (expression: string) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "conditional" },
    webhooks: [
      {
        name: "conditional.example.com",
        clientConfig: { url: "https://127.0.0.1:1/" },
        rules: [],
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
        matchConditions: [{ name: "expression-1", expression }],
      },
    ],
  });
  const create = (expression: string) => send("POST", `${registration}/validatingwebhookconfigurations`, webhooks(expression));
  assert.match(
    message(await create("... [] bad expression")),
    /matchConditions\[0\].expression: Invalid value: .* compilation failed/,
  );
  assert.match(message(await create("object.metadata.name")), /must evaluate to bool/);
  assert.is((await create("object.metadata.namespace == 'production'")).code, 201);
});

test.run();
