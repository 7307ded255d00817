import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaultIngressClass, defaultStorageClass } from "../../src/api/admission/default-class.js";
import { persistentVolumeClaimResize } from "../../src/api/admission/persistent-volume-claim-resize.js";
import { runtimeClass } from "../../src/api/admission/runtime-class.js";
import type { Ingress, PersistentVolumeClaim, Pod } from "../../src/api/types.js";
import { clusterOf, mutated, podOf, refusal } from "./world.js";

const storageClass = (name: string, more: object = {}, isDefault = true, creationTimestamp = "2025-01-01T00:00:00Z") => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: {
    name,
    creationTimestamp,
    annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
  },
  ...more,
});

const claim = (spec: object = {}, more: object = {}) => ({ metadata: { name: "data", namespace: "shop" }, spec, ...more });

test("a claim without a class gets the newest default, the first by name of those equally new", () => {
  const classOf = (spec: object, ...classes: object[]) =>
    (
      mutated(
        defaultStorageClass,
        { resource: "persistentvolumeclaims", object: claim(spec) },
        clusterOf(...classes),
      ) as unknown as PersistentVolumeClaim
    ).spec?.storageClassName;
  assert.is(classOf({}), undefined);
  assert.is(classOf({}, storageClass("slow", {}, false)), undefined);
  assert.is(classOf({}, storageClass("b"), storageClass("a")), "a");
  assert.is(classOf({}, storageClass("a"), storageClass("new", {}, true, "2025-02-01T00:00:00Z")), "new");
  assert.is(classOf({ storageClassName: "" }, storageClass("a")), "", "a claim that wants none gets none");
});

test("an Ingress without a class gets the default one", () => {
  const ingressClass = {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: "nginx", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
  };
  const classOf = (spec: object, annotations: object = {}) =>
    (
      mutated(
        defaultIngressClass,
        { resource: "ingresses.networking.k8s.io", object: { metadata: { name: "i", namespace: "shop", annotations }, spec } },
        clusterOf(ingressClass),
      ) as unknown as Ingress
    ).spec?.ingressClassName;
  assert.is(classOf({}), "nginx");
  assert.is(classOf({ ingressClassName: "own" }), "own");
  assert.is(classOf({}, { "kubernetes.io/ingress.class": "old" }), undefined);
});

const sized = (storage: string, more: object = {}, phase = "Bound") =>
  claim({ storageClassName: "fast", resources: { requests: { storage } }, ...more }, { status: { phase } });
const onlyDynamic =
  'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

const resizes: Array<[what: string, now: object, old: object, classes: object[], why: string]> = [
  ["the same size", sized("1Gi"), sized("1Gi"), [], ""],
  ["a class that lets it", sized("2Gi"), sized("1Gi"), [storageClass("fast", { allowVolumeExpansion: true })], ""],
  ["a class that does not", sized("2Gi"), sized("1Gi"), [storageClass("fast")], onlyDynamic],
  ["no class", sized("2Gi", { storageClassName: "" }), sized("1Gi", { storageClassName: "" }), [], onlyDynamic],
  [
    "not bound yet",
    sized("2Gi"),
    sized("1Gi", {}, "Pending"),
    [storageClass("fast", { allowVolumeExpansion: true })],
    'persistentvolumeclaims "data" is forbidden: Only bound persistent volume claims can be expanded',
  ],
];

for (const [what, now, old, classes, why] of resizes) {
  test(`a claim grows: ${what}`, () => {
    const asked = { operation: "UPDATE" as const, resource: "persistentvolumeclaims", object: now, old };
    assert.is(refusal(persistentVolumeClaimResize, asked, clusterOf(...classes)), why);
  });
}

const sandboxed = {
  apiVersion: "node.k8s.io/v1",
  kind: "RuntimeClass",
  metadata: { name: "sandboxed" },
  handler: "sandbox",
  overhead: { podFixed: { cpu: "250m" } },
  scheduling: { nodeSelector: { kind: "big" }, tolerations: [{ key: "big", operator: "Exists" }] },
};
const rejected = 'pods "web" is forbidden: ';

test("a pod takes over its runtime class's overhead, nodes and tolerations", () => {
  const pod = podOf({
    runtimeClassName: "sandboxed",
    nodeSelector: { zone: "a" },
    tolerations: [{ key: "big", operator: "Equal", value: "yes" }],
  });
  const { spec } = mutated(runtimeClass, { object: pod }, clusterOf(sandboxed)) as unknown as Pod;
  assert.equal(
    [spec?.overhead, spec?.nodeSelector, spec?.tolerations],
    [{ cpu: "250m" }, { zone: "a", kind: "big" }, [{ key: "big", operator: "Exists" }]],
  );
  const plain = podOf();
  assert.is(mutated(runtimeClass, { object: plain }, clusterOf(sandboxed)), plain);
});

const runtimeCases: Array<[what: string, spec: object, why: string]> = [
  ["an unknown class", { runtimeClassName: "other" }, 'pod rejected: RuntimeClass "other" not found'],
  [
    "another overhead",
    { runtimeClassName: "sandboxed", overhead: { cpu: "1" } },
    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  ],
  [
    "an overhead without a class",
    { overhead: { cpu: "1" } },
    "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead",
  ],
  [
    "other nodes",
    { runtimeClassName: "sandboxed", nodeSelector: { kind: "small" } },
    "conflict: runtimeClass.scheduling.nodeSelector[kind] = big; pod.spec.nodeSelector[kind] = small",
  ],
  ["the same overhead", { runtimeClassName: "sandboxed", overhead: { cpu: "250m" } }, ""],
];

for (const [what, spec, why] of runtimeCases) {
  test(`a runtime class: ${what}`, () => {
    const said = refusal(runtimeClass, { object: podOf(spec) }, clusterOf(sandboxed));
    assert.is(said, why === "" ? "" : rejected + why);
  });
}

test.run();
