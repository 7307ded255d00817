import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeAs } from "../../src/api/decode.js";
import { misfitOfMerged } from "../../src/api/misfit-words.js";

const containers = (container: unknown) => ({ spec: { containers: [container] } });

test("a value of its type comes out as it went in", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { app: "web" }, annotations: { "10": "a", b: "c" } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: "web" } },
      strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } },
      template: { spec: { containers: [{ name: "a", image: "nginx", resources: { limits: { cpu: "1", memory: "64Mi" } } }] } },
    },
  };
  assert.equal(decodeAs("Deployment", deployment), { ok: true, value: deployment, unknownFields: [] });
});

const kept: Array<[string, string, unknown, unknown]> = [
  [
    "a quantity as a number gets its canonical text",
    "ResourceRequirements",
    { limits: { cpu: 0.5 } },
    { limits: { cpu: "500m" } },
  ],
  ["a quantity gets its canonical text", "ResourceRequirements", { limits: { cpu: "1000m" } }, { limits: { cpu: "1" } }],
  [
    "a time is told in UTC",
    "ObjectMeta",
    { creationTimestamp: "2024-05-01T10:00:00+02:00" },
    { creationTimestamp: "2024-05-01T08:00:00Z" },
  ],
  ["null leaves a field out", "ObjectMeta", { creationTimestamp: null, name: "a" }, { name: "a" }],
  ["null in a map is the zero value", "ObjectMeta", { labels: { a: null } }, { labels: { a: "" } }],
  ["null in a list is the zero value", "PodSpec", { containers: [null] }, { containers: [{}] }],
  [
    "empty lists, maps and text say nothing",
    "ObjectMeta",
    { name: "a", labels: {}, finalizers: [], namespace: "" },
    { name: "a" },
  ],
  ["a required list is kept when it is empty", "PodSpec", { containers: [], volumes: [] }, { containers: [] }],
  ["zero and false say nothing", "PodSpec", { containers: [], hostNetwork: false }, { containers: [] }],
  ["zero of a pointer means something", "DeploymentSpec", { replicas: 0, minReadySeconds: 0 }, { replicas: 0 }],
  ["an empty structure is kept", "Volume", { name: "a", emptyDir: {} }, { name: "a", emptyDir: {} }],
  ["a raw object stays as it is", "ControllerRevision", { data: { a: null, b: 1 } }, { data: { a: null, b: 1 } }],
  ["base64 loses its line breaks", "Secret", { data: { a: "YWJj\nZA==" } }, { data: { a: "YWJjZA==" } }],
  ["a port may be a name", "ServicePort", { port: 80, targetPort: "http" }, { port: 80, targetPort: "http" }],
  ["a JSON schema or a boolean", "JSONSchemaProps", { additionalProperties: false }, { additionalProperties: false }],
  ["any default in a JSON schema", "JSONSchemaProps", { default: null, enum: [null, 1] }, { default: null, enum: [null, 1] }],
];
for (const [what, type, input, expected] of kept) {
  test(what, () => assert.equal(decodeAs(type, input), { ok: true, value: expected, unknownFields: [] }));
}

test("a key named __proto__ is a key like any other", () => {
  const decoded = decodeAs("ConfigMap", JSON.parse('{"data":{"__proto__":"a"}}'));
  assert.ok(decoded.ok);
  assert.is(JSON.stringify(decoded.value), '{"data":{"__proto__":"a"}}');
});

test("unknown fields are left out and named with their paths", () => {
  const input = {
    kind: "Pod",
    speck: {},
    metadata: { name: "a", foo: 1 },
    spec: { containers: [{ name: "a" }, { name: "b", ports: [{ containerPort: 1, constructor: 2 }], Image: "x" }] },
  };
  assert.equal(decodeAs("Pod", input), {
    ok: true,
    value: {
      kind: "Pod",
      metadata: { name: "a" },
      spec: { containers: [{ name: "a" }, { name: "b", ports: [{ containerPort: 1 }] }] },
    },
    unknownFields: ["speck", "metadata.foo", "spec.containers[1].ports[0].constructor", "spec.containers[1].Image"],
  });
});

const wrong: Array<[string, unknown, string]> = [
  [
    "Pod",
    { spec: { containers: "a" } },
    "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container",
  ],
  ["Pod", containers("a"), "json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type v1.Container"],
  ["Pod", { spec: [] }, "json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec"],
  [
    "Deployment",
    { spec: { template: { spec: { containers: [{ env: [{ name: "A", value: true }] }] } } } },
    "json: cannot unmarshal bool into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
  ],
  [
    "Deployment",
    { spec: { replicas: "3" } },
    "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
  ],
  [
    "Deployment",
    { spec: { replicas: 1.5 } },
    "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
  ],
  [
    "Deployment",
    { spec: { replicas: 3000000000 } },
    "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32",
  ],
  [
    "Pod",
    { metadata: { labels: { a: 1 } } },
    "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
  ],
  [
    "Pod",
    { metadata: { labels: "a" } },
    "json: cannot unmarshal string into Go struct field ObjectMeta.metadata.labels of type map[string]string",
  ],
  [
    "Pod",
    containers({ imagePullPolicy: 1 }),
    "json: cannot unmarshal number into Go struct field Container.spec.containers.imagePullPolicy of type v1.PullPolicy",
  ],
  [
    "Pod",
    containers({ resources: { limits: { cpu: "lots" } } }),
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  ["Service", { spec: { ports: [{ targetPort: true }] } }, "json: cannot unmarshal bool into Go value of type int32"],
  [
    "ObjectMeta",
    { creationTimestamp: "yesterday" },
    'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
  ],
  ["Secret", { data: { a: "a!b" } }, "illegal base64 data at input byte 1"],
  ["Secret", { data: { a: 1 } }, "json: cannot unmarshal number into Go struct field Secret.data of type []uint8"],
  ["JSONSchemaProps", { additionalProperties: "a" }, "boolean or JSON schema expected"],
  ["Pod", [], "json: cannot unmarshal array into Go value of type v1.Pod"],
];
for (const [type, input, message] of wrong) {
  test(`${type} ${JSON.stringify(input)}`, () => assert.equal(decodeAs(type, input), { ok: false, message }));
}

const wrongAfterMerge: Array<[string, unknown, string]> = [
  ["Pod", { metadata: { labels: "a" } }, "cannot restore map from string"],
  ["Pod", { spec: { containers: { name: "a" } } }, "cannot restore slice from map"],
  ["Pod", { spec: ["a"] }, "cannot restore struct from: slice"],
  ["Pod", { metadata: { labels: { a: 1 } } }, "cannot convert int64 to string"],
  ["Pod", { metadata: { labels: { a: 1.5 } } }, "unrecognized type: string"],
  ["Pod", containers({ imagePullPolicy: 1 }), "cannot convert int64 to v1.PullPolicy"],
  ["Pod", containers({ imagePullPolicy: true }), "unrecognized type: string"],
  ["Deployment", { spec: { replicas: 1.5 } }, "cannot convert float64 to int32"],
  ["Deployment", { spec: { replicas: "3" } }, "unrecognized type: int32"],
  ["Deployment", { spec: { paused: "no" } }, "unrecognized type: bool"],
  ["Secret", { data: { a: 1 } }, "cannot restore slice from int64"],
  ["Service", { spec: { ports: [{ targetPort: true }] } }, "json: cannot unmarshal bool into Go value of type int32"],
];
for (const [type, input, message] of wrongAfterMerge) {
  test(`${type} ${JSON.stringify(input)} as a strategic merge patch leaves it`, () =>
    assert.equal(decodeAs(type, input, misfitOfMerged), { ok: false, message }));
}

test("of several errors the first is told", () => {
  assert.equal(decodeAs("Deployment", { spec: { paused: 1, replicas: "a" } }), {
    ok: false,
    message: "json: cannot unmarshal number into Go struct field DeploymentSpec.spec.paused of type bool",
  });
});

test.run();
