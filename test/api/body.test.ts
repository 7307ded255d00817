import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Expected, type FieldValidation, readBody } from "../../src/api/body.js";
import { sealProtobuf } from "../../src/api/protobuf/envelope.js";
import type { ApiError, Result } from "../../src/api/status.js";
import { parseYaml } from "../../src/api/yaml-text.js";

const pod: Expected = { group: "", version: "v1", kind: "Pod", type: "Pod" };
const deployment: Expected = { group: "apps", version: "v1", kind: "Deployment", type: "Deployment" };
function errorOf<T>(result: Result<T>): ApiError {
  if (result.ok) throw new Error(`not refused: ${JSON.stringify(result.value)}`);
  return result.error;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const read = (text: string, expected: Expected = pod, validation: FieldValidation = "Strict", mediaType = "application/json") =>
  readBody(bytesOf(text), mediaType, expected, validation, parseYaml);

test("a body may leave out what it is", () => {
  assert.equal(read('{"metadata":{"name":"a"}}'), {
    ok: true,
    value: { object: { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } }, warnings: [] },
  });
});

const refused: Array<[string, string, Expected, string]> = [
  [
    "an unknown field",
    '{"kind":"Deployment","apiVersion":"apps/v1","spec":{"replica":1},"foo":1}',
    deployment,
    'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica", unknown field "foo"',
  ],
  [
    "a field given twice",
    '{"kind":"Pod","metadata":{"name":"a","name":"b"}}',
    pod,
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: duplicate field "metadata.name"',
  ],
  [
    "a wrong type",
    '{"kind":"Pod","apiVersion":"v1","spec":{"containers":"a"}}',
    pod,
    'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
  ],
  [
    "an unknown kind",
    '{"kind":"Pot","apiVersion":"v1"}',
    pod,
    'Pot in version "v1" cannot be handled as a Pod: no kind "Pot" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30"',
  ],
  [
    "another kind",
    '{"kind":"Service","apiVersion":"v1"}',
    pod,
    'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
  ],
  [
    "another version",
    '{"kind":"HorizontalPodAutoscaler","apiVersion":"autoscaling/v1"}',
    { group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler", type: "HorizontalPodAutoscaler" },
    "the API version in the data (autoscaling/v1) does not match the expected API version (autoscaling/v2)",
  ],
  [
    "broken JSON",
    '{"kind":"Pod",}',
    pod,
    'the object provided is unrecognized (must be of type Pod): couldn\'t get version/kind; json parse error: invalid character \'}\' looking for beginning of object key string ({"kind":"Pod",})',
  ],
  [
    "no body",
    "",
    pod,
    "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
  ],
  [
    "text that is no JSON",
    "hello",
    pod,
    "the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character 'h' looking for beginning of value (68656c6c6f)",
  ],
  [
    "a list",
    "[]",
    pod,
    'the object provided is unrecognized (must be of type Pod): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
  ],
  [
    "a kind that is no text",
    '{"kind":1}',
    pod,
    'the object provided is unrecognized (must be of type Pod): couldn\'t get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string ({"kind":1})',
  ],
  [
    "a custom resource without kind",
    "{}",
    { group: "x.io", version: "v1", kind: "Ship", type: "" },
    "the object provided is unrecognized (must be of type Ship): Object 'Kind' is missing in '{}' ({})",
  ],
];
for (const [what, text, expected, message] of refused) {
  test(`${what} is refused`, () => {
    const result = read(text, expected);
    assert.is(errorOf(result).code, 400);
    assert.is(errorOf(result).status.message, message);
  });
}

test("Warn tells, Ignore does not, both go on without the field", () => {
  const text = '{"spec":{"foo":1,"nodeName":"a","nodeName":"b"}}';
  const object = { apiVersion: "v1", kind: "Pod", spec: { nodeName: "b" } };
  assert.equal(read(text, pod, "Warn"), {
    ok: true,
    value: { object, warnings: ['unknown field "spec.foo"', 'duplicate field "spec.nodeName"'] },
  });
  assert.equal(read(text, pod, "Ignore"), { ok: true, value: { object, warnings: [] } });
});

test("options of a delete may come in any group's version", () => {
  const options: Expected = { group: "", version: "v1", kind: "DeleteOptions", type: "DeleteOptions", anyVersion: true };
  const result = read('{"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":0}', options);
  assert.ok(result.ok);
  assert.is(result.value.object.gracePeriodSeconds, 0);
});

test("a custom resource is taken as it is", () => {
  const result = read('{"kind":"Ship","apiVersion":"x.io/v1","spec":{"any":null}}', {
    group: "x.io",
    version: "v1",
    kind: "Ship",
    type: "",
  });
  assert.ok(result.ok);
  assert.equal(result.value.object, { kind: "Ship", apiVersion: "x.io/v1", spec: { any: null } });
});

test("YAML is read as YAML 1.1", () => {
  const text =
    "metadata:\n  name: a\n  creationTimestamp: 2024-05-01T10:00:00Z\n  labels: &l\n    a: b\n  annotations: *l\nspec:\n  hostNetwork: yes\n";
  const result = read(text, pod, "Strict", "application/yaml");
  assert.ok(result.ok, result.ok ? "" : result.error.status.message);
  assert.equal(result.value.object, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a", creationTimestamp: "2024-05-01T10:00:00Z", labels: { a: "b" }, annotations: { a: "b" } },
    spec: { hostNetwork: true },
  });
});

test("YAML with a key twice is refused by Strict", () => {
  const result = read("metadata:\n  name: a\n  name: b\n", pod, "Strict", "application/yaml");
  assert.is(
    errorOf(result).status.message,
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: yaml: unmarshal errors:\n  line 3: key "name" already set in map',
  );
});

test("YAML that is broken, or grows without end, is refused", () => {
  for (const text of ["a: b: c", "a: [", bomb()]) {
    const result = read(text, pod, "Strict", "application/yaml");
    assert.match(errorOf(result).status.message ?? "", /error converting YAML to JSON: yaml: /);
  }
});

for (const [name, text, why] of [
  ["maps", `a:\n ${"? ".repeat(280)}x`, "map[interface {}]interface {}"],
  ["a list", "a: {[b]: c}", "[]interface {}"],
] as const) {
  test(`YAML whose keys are ${name} is refused before they are made into text`, () => {
    const result = read(text, pod, "Strict", "application/yaml");
    const { message = "" } = errorOf(result).status;
    assert.ok(message.includes(`error converting YAML to JSON: yaml: invalid map key: ${why}`), message);
  });
}

test("brackets and dashes in texts of YAML do not nest", () => {
  const brackets = "[".repeat(3000);
  const text = `metadata:\n  name: a\n  annotations:\n    plain: ${"-".repeat(3000)}\n    quoted: "${brackets}"\n    block: |\n      ${brackets}\n`;
  const result = read(text, pod, "Strict", "application/yaml");
  assert.ok(result.ok, result.ok ? "" : result.error.status.message);
  const { annotations } = result.value.object.metadata as { annotations: Record<string, string> };
  assert.equal(annotations, { plain: "-".repeat(3000), quoted: brackets, block: `${brackets}\n` });
});

function bomb(): string {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
  for (let level = 1; level < 12; level++)
    lines.push(
      `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join()}]`,
    );
  return lines.join("\n");
}

test("protobuf bodies are read for what they say they are", () => {
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 0 } };
  const bytes = sealProtobuf("Deployment", object)!;
  assert.equal(readBody(bytes, "application/vnd.kubernetes.protobuf", deployment, "Strict"), {
    ok: true,
    value: { object, warnings: [] },
  });
  const wrong = readBody(bytes, "application/vnd.kubernetes.protobuf", pod, "Strict");
  assert.match(errorOf(wrong).status.message ?? "", /^Deployment in version "v1" cannot be handled as a Pod: converting/);
});

test("other media types are 415", () => {
  const result = read("{}", pod, "Strict", "text/plain");
  assert.is(errorOf(result).code, 415);
});

test.run();
