/** What the stand-in for agnhost answers reviews, by path. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type AdmissionRequest, admissionRules } from "../../actors/runc/io/images/agnhost-admission.js";
import { convertObjects } from "../../actors/runc/io/images/agnhost-conversion.js";

const test = suite("agnhost answers reviews");

const rules = admissionRules("pause:3.10");
const review = (resource: string, object: object, more: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  uid: "1",
  operation: "CREATE",
  resource: { group: "", version: "v1", resource },
  object,
  ...more,
});
const configMap = (data: Record<string, string>) => review("configmaps", { data });
const labelled = (labels: Record<string, string>) => review("pods", { metadata: { name: "web", labels } });
const deleted = (data: Record<string, string>) =>
  review("configmaps", {}, { operation: "DELETE", object: null, oldObject: { data } });
const attached = (name: string, container: string) =>
  review("pods", { stdin: true, container }, { name, subResource: "attach", operation: "CONNECT" });

/** A path, what is asked of it, and "allowed", "patched" with the path of the patch, or why it is refused. */
const answers: ReadonlyArray<readonly [string, AdmissionRequest, string]> = [
  ["/always-deny", configMap({}), "this webhook denies all requests"],
  ["/always-allow-delay-5s", configMap({}), "allowed"],
  ["/add-label", review("pods", { metadata: {} }), "patched /metadata/labels"],
  ["/add-label", labelled({ a: "b" }), "patched /metadata/labels/added-label"],
  ["/add-label", labelled({ "added-label": "yes" }), "allowed"],
  ["/pods", labelled({ "webhook-e2e-test": "webhook-disallow" }), "the pod contains unwanted label;"],
  [
    "/pods",
    review("pods", { spec: { containers: [{ name: "a-webhook-disallow" }] } }),
    "the pod contains unwanted container name;",
  ],
  ["/pods", labelled({}), "allowed"],
  ["/pods", configMap({}), "expect resource to be pods, got configmaps"],
  ["/pods/attach", attached("to-be-attached-pod", "container1"), "attaching to pod 'to-be-attached-pod' is not allowed"],
  ["/pods/attach", attached("to-be-attached-pod", "container2"), "allowed"],
  ["/pods/attach", attached("another", "container1"), "allowed"],
  ["/mutating-pods", review("pods", { metadata: { name: "webhook-to-be-mutated" } }), "patched /spec/initContainers"],
  ["/mutating-pods", labelled({}), "allowed"],
  ["/mutating-pods-sidecar", review("pods", { spec: { containers: [{ name: "a" }] } }), "patched /spec/containers/-"],
  ["/configmaps", configMap({ "webhook-e2e-test": "webhook-disallow" }), "the configmap contains unwanted key and value"],
  ["/configmaps", configMap({ "webhook-e2e-test": "webhook-nondeletable" }), "allowed"],
  [
    "/configmaps",
    deleted({ "webhook-e2e-test": "webhook-nondeletable" }),
    "the configmap cannot be deleted because it contains unwanted key and value",
  ],
  ["/mutating-configmaps", configMap({ "mutation-start": "yes" }), "patched /data/mutation-stage-1"],
  ["/mutating-configmaps", configMap({ "mutation-start": "yes", "mutation-stage-1": "yes" }), "patched /data/mutation-stage-2"],
  ["/mutating-configmaps", configMap({}), "allowed"],
];
for (const [path, request, expected] of answers) {
  test(`${path} answers ${expected}`, () => {
    const { allowed, patch, status } = rules.get(path)!(request);
    const said = patch !== undefined ? `patched ${patch[0]!.path}` : allowed ? "allowed" : (status?.message ?? status?.reason);
    assert.is(said, expected);
  });
}

test("a pod that is to wait for ever is not answered", () => {
  const verdict = rules.get("/pods")!(labelled({ "webhook-e2e-test": "wait-forever" }));
  assert.is(verdict.delayMs, Number.POSITIVE_INFINITY);
});

test("a sidecar needs an image", () => {
  const verdict = admissionRules(undefined).get("/mutating-pods-sidecar")!(labelled({}));
  assert.equal(verdict.status, { message: "No image specified by the sidecar-image parameter", code: 500 });
});

const v1 = "stable.example.com/v1";
const v2 = "stable.example.com/v2";
const convert = (object: Record<string, unknown>, desiredAPIVersion: string) =>
  convertObjects({ uid: "1", desiredAPIVersion, objects: [object] }) as {
    convertedObjects: unknown[] | null;
    result: { status: string; message?: string };
  };

test("a hostPort becomes a host and a port, and they become a hostPort", () => {
  const there = convert({ apiVersion: v1, kind: "CronTab", hostPort: "localhost:7070" }, v2);
  assert.equal(there.convertedObjects, [{ apiVersion: v2, kind: "CronTab", host: "localhost", port: "7070" }]);
  const back = convert({ apiVersion: v2, host: "localhost" }, v1);
  assert.equal(back.convertedObjects, [{ apiVersion: v1, hostPort: "localhost:" }]);
});

for (const [object, wanted, why] of [
  [{ apiVersion: v1, hostPort: "localhost" }, v2, "invalid hostPort value `localhost`"],
  [{ apiVersion: v1 }, v1, `conversion from a version to itself should not call the webhook: ${v1}`],
  [{ apiVersion: v1 }, "stable.example.com/v3", 'unexpected conversion version "stable.example.com/v3"'],
] as const) {
  test(`what cannot be converted is refused: ${why}`, () => {
    const { result, convertedObjects } = convert(object, wanted);
    assert.equal([result, convertedObjects], [{ status: "Failure", message: why }, null]);
  });
}

test.run();
