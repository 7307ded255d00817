import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeAs } from "../../src/api/decode.js";
import { builtinResources } from "../../src/api/kinds.js";
import {
  decodeMessage,
  encodeMessage,
  hasMessage,
  openProtobuf,
  sealProtobuf,
  watchFrame,
} from "../../src/api/protobuf/envelope.js";
import { typeNames, typeOf } from "../../src/api/schema.js";
import { sampleOf } from "./samples.js";

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** apiVersion and kind of a nested or top-level object are told by the envelope, not by the message. */
function withoutTypeMeta(typeName: string, value: { [field: string]: unknown }): { [field: string]: unknown } {
  const { apiVersion: _version, kind: _kind, ...rest } = value;
  return typeOf(typeName)?.kind === undefined ? value : rest;
}

test("an object of every kind that has a message, every field set, comes back as it was", () => {
  const failures: string[] = [];
  let checked = 0;
  for (const name of typeNames()) {
    const type = typeOf(name)!;
    if (type.kind === undefined || !hasMessage(name)) continue;
    const sample = stripNested(name, sampleOf(name));
    assert.ok(decodeAs(name, sample).ok, `the sample of ${name} is valid`);
    const decoded = decodeMessage(name, encodeMessage(name, sample)!);
    assert.ok(decoded.ok, decoded.ok ? "" : `${name}: ${decoded.message}`);
    try {
      assert.equal(decoded.value, sample);
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    }
    checked += 1;
  }
  assert.equal(failures, []);
  assert.ok(checked > 120, `${checked} kinds have messages`);
});

/** Lists hold whole kinds, whose own apiVersion and kind protobuf does not carry either. */
function stripNested(name: string, value: { [field: string]: unknown }): { [field: string]: unknown } {
  const stripped = withoutTypeMeta(name, value);
  for (const field of typeOf(name)!.fields.values()) {
    if (stripped[field.name] === undefined) continue;
    const { value: type } = field;
    if (type.type === "ref") stripped[field.name] = stripNested(type.name, stripped[field.name] as never);
    if (type.type === "array" && type.items.type === "ref") {
      const itemType = type.items.name;
      stripped[field.name] = (stripped[field.name] as never[]).map((item) => stripNested(itemType, item));
    }
  }
  return stripped;
}

test("stable and beta kinds have messages; alpha kinds have none", () => {
  for (const resource of builtinResources().resources) {
    assert.is(hasMessage(resource.type), resource.stability !== "alpha", `${resource.apiVersion} ${resource.kind}`);
  }
  for (const name of [
    "DeleteOptions",
    "Binding",
    "Eviction",
    "Scale",
    "Status",
    "TokenRequest",
    "PodExecOptions",
    "PartialObjectMetadata",
  ]) {
    assert.ok(hasMessage(name), name);
  }
});

test("bytes as Kubernetes writes them", () => {
  // ConfigMap {metadata: {name: "a", creationTimestamp: null}, data: {k: "v"}}: plain fields are written though empty.
  const body = bytesOf(
    "6b387300" +
      "0a0f0a02763112" +
      "09436f6e6669674d6170" +
      "1219" +
      "0a0f" +
      "0a0161" +
      "12001a002200" +
      "2a00" +
      "3200" +
      "3800" +
      "1206" +
      "0a016b" +
      "120176" +
      "1a002200",
  );
  const opened = openProtobuf(body);
  assert.ok(opened.ok);
  assert.is(opened.body.apiVersion, "v1");
  assert.is(opened.body.kind, "ConfigMap");
  const decoded = decodeMessage("ConfigMap", opened.body.raw);
  assert.equal(decoded, { ok: true, value: { metadata: { name: "a" }, data: { k: "v" } } });
});

test("a sealed object opens again", () => {
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 0 } };
  const opened = openProtobuf(sealProtobuf("Deployment", object)!);
  assert.ok(opened.ok);
  assert.equal([opened.body.apiVersion, opened.body.kind, opened.body.contentType], ["apps/v1", "Deployment", ""]);
  assert.equal(decodeMessage("Deployment", opened.body.raw), {
    ok: true,
    value: { metadata: { name: "web" }, spec: { replicas: 0 } },
  });
});

test("zeros: of plain fields they are nothing, of pointers and required fields they are said", () => {
  const zeros: Array<[string, object, object]> = [
    ["PodSpec", { hostNetwork: false, nodeName: "", terminationGracePeriodSeconds: 0 }, { terminationGracePeriodSeconds: 0 }],
    ["SecurityContext", { runAsUser: 0, privileged: false }, { runAsUser: 0, privileged: false }],
    ["DeploymentSpec", { replicas: 0, minReadySeconds: 0, paused: false }, { replicas: 0 }],
    ["ServicePort", { name: "", port: 0, targetPort: 0, nodePort: 0 }, { port: 0 }],
    ["RollingUpdateDeployment", { maxSurge: 0, maxUnavailable: "25%" }, { maxSurge: 0, maxUnavailable: "25%" }],
    ["ObjectMeta", { name: "", generation: 0, labels: { a: "" } }, { labels: { a: "" } }],
    ["Container", { name: "", resources: {} }, { name: "", resources: {} }],
  ];
  for (const [type, input, expected] of zeros) {
    assert.equal(decodeMessage(type, encodeMessage(type, input as never)!), { ok: true, value: expected }, type);
  }
});

test("values that have messages of their own", () => {
  const values: Array<[string, object, string]> = [
    ["ServicePort", { port: 80, targetPort: "http" }, "1850220808011a0468747470"],
    ["ResourceRequirements", { limits: { cpu: "1" } }, "0a0a0a0363707512030a0131"],
    ["ObjectMeta", { creationTimestamp: "1970-01-01T00:00:01Z" }, "420408011000"],
    ["Secret", { data: { a: "AA==" } }, "12060a0161120100"],
  ];
  for (const [type, value, expected] of values) assert.is(hex(encodeMessage(type, value as never)!), expected, type);
});

test("bytes that are no message are refused", () => {
  assert.equal(openProtobuf(bytesOf("7b7d")), {
    ok: false,
    message: "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
  });
  assert.equal(openProtobuf(bytesOf("6b3873000aff")), { ok: false, message: "unexpected EOF" });
  assert.equal(decodeMessage("Pod", bytesOf("0a05")), { ok: false, message: "unexpected EOF" });
  assert.equal(decodeMessage("Pod", bytesOf("0801")), { ok: false, message: "proto: wrong wireType = 0 for field Metadata" });
  assert.equal(decodeMessage("MutatingAdmissionPolicy", bytesOf("")), {
    ok: false,
    message: "no protobuf message for MutatingAdmissionPolicy",
  });
});

test("every prefix of a real body is read or refused, never thrown at", () => {
  const bytes = sealProtobuf("Pod", sampleOf("Pod") as never)!;
  for (let length = 0; length < bytes.length; length += 7) {
    const opened = openProtobuf(bytes.subarray(0, length));
    if (opened.ok) decodeMessage("Pod", opened.body.raw);
  }
  const nested = new Uint8Array(3000).fill(0xe2);
  assert.not(decodeMessage("JSONSchemaProps", nested).ok);
});

test("a watch frame is length, event, sealed object", () => {
  const frame = watchFrame("ADDED", bytesOf("6b387300"));
  assert.is(hex(frame), "0000000f0a05414444454412060a046b387300");
});

test.run();
