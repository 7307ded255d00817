/** How volumes are made, protected, grown and removed, as plans: what the flows in test/sim/volumes do not come by. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Plan } from "../../actors/controller-manager/engine/plan.js";
import { reconcileEphemeral } from "../../actors/controller-manager/volumes/ephemeral/controller.js";
import { reconcileExpansion } from "../../actors/controller-manager/volumes/expand/controller.js";
import { provision } from "../../actors/controller-manager/volumes/local-path/provision.js";
import { removeVolume } from "../../actors/controller-manager/volumes/local-path/remove.js";
import { protectClaim, protectVolume } from "../../actors/controller-manager/volumes/protection/reconcile.js";
import type { PersistentVolumeClaim, Pod, StorageClass } from "../../src/api/types.js";
import {
  circumstances,
  claim,
  classes,
  ended,
  mine,
  pod,
  policy,
  released,
  times,
  volume,
  volumeIn,
  words,
} from "./volume-plans.js";

const going = { deletionTimestamp: "2025-01-01T00:00:00Z" };
const claimFinalizer = { finalizers: ["kubernetes.io/pvc-protection"] };
const listed = (...items: Pod[]) => ({ ...times, answers: new Map([["pods", { items }]]) });
const protections: ReadonlyArray<readonly [string, () => Plan, string[]]> = [
  ["a claim without the finalizer gets it", () => protectClaim(claim(), [], circumstances), ["update persistentvolumeclaims"]],
  ["a claim that has it", () => protectClaim(claim({}, claimFinalizer), [], circumstances), []],
  [
    "one that goes and is used",
    () => protectClaim(claim({}, { ...going, ...claimFinalizer }), [pod("a", { nodeName: "n" })], circumstances),
    [],
  ],
  [
    "one that goes: the API server is asked",
    () => protectClaim(claim({}, { ...going, ...claimFinalizer }), [pod("a")], circumstances),
    ["read pods"],
  ],
  [
    "a pod was not in the cache yet",
    () => protectClaim(claim({}, { ...going, ...claimFinalizer }), [], listed(pod("a", { nodeName: "n" }))),
    [],
  ],
  [
    "nobody uses it",
    () => protectClaim(claim({}, { ...going, ...claimFinalizer }), [], listed(pod("a"))),
    ["update persistentvolumeclaims"],
  ],
  ["one that goes without the finalizer", () => protectClaim(claim({}, going), [], circumstances), []],
  [
    "a volume that is bound",
    () => protectVolume(volume({}, { ...going, finalizers: ["kubernetes.io/pv-protection"] }, { phase: "Bound" })),
    [],
  ],
  [
    "a volume that is not",
    () => protectVolume(volume({}, { ...going, finalizers: ["kubernetes.io/pv-protection"] })),
    ["update persistentvolumes"],
  ],
];
for (const [name, plan, expected] of protections) test(`protection: ${name}`, () => assert.equal(words(plan()), expected));

const builtIn: StorageClass = { metadata: { name: "standard" }, provisioner: "chartroom.io/local-path", mountOptions: ["ro"] };
const ours = { annotations: { "volume.kubernetes.io/storage-provisioner": "chartroom.io/local-path" } };
const provisioned = (of: PersistentVolumeClaim, more: object = {}, storageClass: StorageClass | undefined = builtIn): Plan =>
  provision({ claim: of, storageClass, volumeNamed: () => undefined, directory: "/volumes" }, { ...circumstances, ...more });
const failed = (why: string) => [`Warning ProvisioningFailed: failed to provision volume with StorageClass "standard": ${why}`];
const provisions: ReadonlyArray<readonly [string, () => Plan, string[]]> = [
  ["a claim of another's", () => provisioned(claim()), []],
  ["a claim whose class is another by now", () => provisioned(claim({}, ours), {}, classes.get("slow")), []],
  ["a claim that goes", () => provisioned(claim({}, { ...ours, ...going })), []],
  [
    "a claim that waits for its pod",
    () => provisioned(claim({}, ours), {}, { ...builtIn, volumeBindingMode: "WaitForFirstConsumer" }),
    [],
  ],
  ["a directory first", () => provisioned(claim({}, ours)), ["make /volumes/pvc-c1_shop_data"]],
  [
    "then the volume",
    () => provisioned(claim({}, ours), ended("make")),
    ["create persistentvolumes", 'Normal Provisioning: External provisioner is provisioning volume for claim "shop/data"'],
  ],
  ["a disk that is full", () => provisioned(claim({}, ours), ended("make", "ENOSPC")), failed("ENOSPC")],
  ["a selector", () => provisioned(claim({ selector: {} }, ours)), failed("claim.Spec.Selector is not supported")],
  ["a block device", () => provisioned(claim({ volumeMode: "Block" }, ours)), failed("block volumes are not supported")],
  [
    "a snapshot",
    () => provisioned(claim({ dataSource: { kind: "VolumeSnapshot", name: "s" } }, ours)),
    failed("data sources are not supported"),
  ],
];
for (const [name, plan, expected] of provisions) test(`provisioning: ${name}`, () => assert.equal(words(plan()), expected));

test("a volume that many nodes may write is reached from all, another from the node of its first pod", () => {
  const annotations = { ...ours.annotations, "volume.kubernetes.io/selected-node": "node-2" };
  const affinityOf = (accessModes: string[]) =>
    volumeIn(provisioned(claim({ accessModes }, { annotations }), ended("make"))).spec?.nodeAffinity?.required?.nodeSelectorTerms;
  assert.is(affinityOf(["ReadWriteMany"]), undefined);
  assert.equal(affinityOf(["ReadWriteOnce"]), [
    { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["node-2"] }] },
  ]);
});

const made = { annotations: { "pv.kubernetes.io/provisioned-by": "chartroom.io/local-path" } };
const kept = { finalizers: ["external-provisioner.volume.kubernetes.io/finalizer"] };
const removals: ReadonlyArray<readonly [string, () => Plan, string[]]> = [
  ["another's", () => removeVolume(volume(policy("Delete"), {}, released), circumstances), []],
  ["one that is bound", () => removeVolume(volume(policy("Delete"), made, { phase: "Bound" }), circumstances), []],
  ["its directory first", () => removeVolume(volume(policy("Delete"), made, released), circumstances), ["remove /srv/a"]],
  [
    "then the volume",
    () => removeVolume(volume(policy("Delete"), made, released), ended("remove")),
    ["delete persistentvolumes"],
  ],
  [
    "which then may go",
    () => removeVolume(volume(policy("Delete"), { ...made, ...going, ...kept }, released), ended("remove")),
    ["update persistentvolumes"],
  ],
  ["retained, and nobody deletes it", () => removeVolume(volume(policy("Retain"), made, released), circumstances), []],
  [
    "retained, and deleted by its user: the directory stays",
    () => removeVolume(volume(policy("Retain"), { ...made, ...going, ...kept }, released), circumstances),
    ["update persistentvolumes"],
  ],
  [
    "a directory that does not go",
    () => removeVolume(volume(policy("Delete"), made, released), ended("remove", "EBUSY")),
    ["update persistentvolumes Failed", "Warning VolumeFailedDelete: EBUSY"],
  ],
];
for (const [name, plan, expected] of removals) test(`removing: ${name}`, () => assert.equal(words(plan()), expected));

const grows = (spec: object, metadata: object = made) =>
  words(
    reconcileExpansion(
      claim({ resources: { requests: { storage: "3Gi" } } }, {}, { phase: "Bound", capacity: { storage: "1Gi" } }),
      volume({ claimRef: mine, ...spec }, metadata),
    ),
  );
const ignored =
  "Ignoring the PVC: didn't find a plugin capable of expanding the volume; waiting for an external controller to process this PVC.";
test("a claim that asks for more: the volume first, then the claim; another's grow by whoever made them", () => {
  assert.equal(grows({}), ["update persistentvolumes"]);
  assert.equal(grows({ capacity: { storage: "3Gi" } }), ["update persistentvolumeclaims Bound"]);
  assert.equal(grows({}, {}), [`Warning ExternalExpanding: ${ignored}`]);
  assert.equal(grows({ hostPath: undefined, csi: { driver: "d" } }, {}), [`Normal ExternalExpanding: ${ignored}`]);
  assert.equal(words(reconcileExpansion(claim(), undefined)), []);
});

test("a pod's ephemeral volumes get their claims once; a stranger's claim of that name is told", () => {
  const own = pod("web", { volumes: [{ name: "v", ephemeral: { volumeClaimTemplate: { spec: {} } } }] });
  assert.equal(words(reconcileEphemeral(own, () => undefined)), ["create persistentvolumeclaims"]);
  const owned = {
    metadata: { name: "web-v", ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "web", uid: "web", controller: true }] },
  };
  assert.equal(words(reconcileEphemeral(own, () => owned)), []);
  assert.equal(words(reconcileEphemeral(own, () => ({ metadata: { name: "web-v" } }))), [
    "Warning FailedBinding: ephemeral volume v: PVC shop/web-v was not created for pod shop/web (pod is not owner)",
  ]);
  assert.equal(words(reconcileEphemeral({ ...own, metadata: { ...own.metadata, ...going } }, () => undefined)), []);
});

test.run();
