/** What becomes of claims and volumes, as plans: what the flows in test/sim/volumes do not come by. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Answers, Plan } from "../../actors/controller-manager/engine/plan.js";
import { type ClaimView, reconcileClaim } from "../../actors/controller-manager/volumes/binding/claim.js";
import { reconcileVolume } from "../../actors/controller-manager/volumes/binding/volume.js";
import { reconcileEphemeral } from "../../actors/controller-manager/volumes/ephemeral/controller.js";
import { reconcileExpansion } from "../../actors/controller-manager/volumes/expand/controller.js";
import { provision } from "../../actors/controller-manager/volumes/local-path/provision.js";
import { removeVolume } from "../../actors/controller-manager/volumes/local-path/remove.js";
import { protectClaim, protectVolume } from "../../actors/controller-manager/volumes/protection/reconcile.js";
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "../../src/api/types.js";

const times = { nowMs: 0, monotonicMs: 0 };
const none: Answers = new Map();
const circumstances = { ...times, answers: none };
const ended = (name: string, error?: string) => ({
  ...circumstances,
  ended: new Map([[name, error === undefined ? {} : { error }]]),
});

/** A plan as a few words: what is read, done, written and told. */
function words({ reads = [], works = [], writes = [], events = [] }: Plan): string[] {
  const phase = (object: KubernetesObject): string => (object as PersistentVolume).status?.phase ?? "";
  return [
    ...reads.map(({ name }) => `read ${name}`),
    ...works.map(({ work }) => `${work.what} ${work.path}`),
    ...writes.map(({ request }) => {
      const status = "subresource" in request.path && request.path.subresource === "status" && "object" in request;
      return `${request.verb} ${request.path.resource}${status ? ` ${phase(request.object)}` : ""}`;
    }),
    ...events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
  ];
}

/** The volume that a plan writes. */
function volumeIn({ writes = [] }: Plan): PersistentVolume {
  const request = writes[0]?.request;
  assert.ok(request !== undefined && "object" in request, "a volume is written");
  return (request as { readonly object: PersistentVolume }).object;
}

const completed = { "pv.kubernetes.io/bind-completed": "yes" };
const claim = (spec: object = {}, metadata: object = {}, status: object = { phase: "Pending" }): PersistentVolumeClaim => ({
  metadata: { name: "data", namespace: "shop", uid: "c1", ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, storageClassName: "", ...spec },
  status,
});
const boundClaim = (status: object = { phase: "Bound" }): PersistentVolumeClaim =>
  claim({ volumeName: "pv" }, { annotations: completed }, status);
const volume = (spec: object = {}, metadata: object = {}, status: object = { phase: "Available" }): PersistentVolume => ({
  metadata: { name: "pv", ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "2Gi" }, hostPath: { path: "/srv/a" }, ...spec },
  status,
});
const mine = { namespace: "shop", name: "data", uid: "c1" };
const classes = new Map<string, StorageClass>([
  ["slow", { metadata: { name: "slow" }, provisioner: "example.com/disks" }],
  ["none", { metadata: { name: "none" }, provisioner: "kubernetes.io/no-provisioner" }],
  ["wait", { metadata: { name: "wait" }, provisioner: "example.com/disks", volumeBindingMode: "WaitForFirstConsumer" }],
]);
const pod = (name: string, spec: object = {}): Pod => ({
  metadata: { name, namespace: "shop", uid: name },
  spec: { containers: [], volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }], ...spec },
});

function ofClaim(of: PersistentVolumeClaim, volumes: PersistentVolume[] = [], more: Partial<ClaimView> = {}): string[] {
  return words(
    reconcileClaim({
      claim: of,
      volumes: () => volumes,
      volumeNamed: (name) => volumes.find(({ metadata }) => metadata.name === name),
      classNamed: (name) => classes.get(name),
      defaultClass: () => undefined,
      pods: () => [],
      ...more,
    }),
  );
}

const lost = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
const asks = { annotations: { "volume.kubernetes.io/storage-provisioner": "example.com/disks" } };
const external =
  "Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/disks' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.";
const claims: ReadonlyArray<readonly [string, () => string[], string[]]> = [
  ["a volume is found: it comes to name the claim", () => ofClaim(claim(), [volume()]), ["update persistentvolumes"]],
  ["then the claim names the volume", () => ofClaim(claim(), [volume({ claimRef: mine })]), ["update persistentvolumeclaims"]],
  [
    "then it is told to be bound",
    () => ofClaim(boundClaim({ phase: "Pending" }), [volume({ claimRef: mine })]),
    ["update persistentvolumeclaims Bound"],
  ],
  [
    "a bound claim stays as it is",
    () =>
      ofClaim(boundClaim({ phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } }), [
        volume({ claimRef: mine }),
      ]),
    [],
  ],
  [
    "a volume that was set aside by name alone",
    () => ofClaim(claim(), [volume({ claimRef: { namespace: "shop", name: "data" } })]),
    ["update persistentvolumes"],
  ],
  [
    "a claim of no class gets the default one",
    () => ofClaim(claim({ storageClassName: undefined }), [], { defaultClass: () => "slow" }),
    ["update persistentvolumeclaims"],
  ],
  [
    "a selector",
    () => ofClaim(claim({ selector: { matchLabels: { kind: "fast" } } }), [volume()]),
    ["Normal FailedBinding: no persistent volumes available for this claim and no storage class is set"],
  ],
  ["a provisioner is asked", () => ofClaim(claim({ storageClassName: "slow" })), ["update persistentvolumeclaims"]],
  ["and waited for", () => ofClaim(claim({ storageClassName: "slow" }, asks)), [external]],
  [
    "a class that is not there",
    () => ofClaim(claim({ storageClassName: "gone" })),
    ['Warning ProvisioningFailed: storageclass.storage.k8s.io "gone" not found'],
  ],
  [
    "a class that does not provision",
    () => ofClaim(claim({ storageClassName: "none" })),
    ["Warning ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner"],
  ],
  [
    "pods that wait to be scheduled",
    () => ofClaim(claim({ storageClassName: "wait" }), [], { pods: () => [pod("b"), pod("a"), pod("c", { nodeName: "n" })] }),
    ["Normal WaitForPodScheduled: waiting for pods a,b to be scheduled"],
  ],
  [
    "one pod that waits",
    () => ofClaim(claim({ storageClassName: "wait" }), [], { pods: () => [pod("a")] }),
    ["Normal WaitForPodScheduled: waiting for pod a to be scheduled"],
  ],
  [
    "a volume by name that is too small",
    () => ofClaim(claim({ volumeName: "pv" }), [volume({ capacity: { storage: "1Mi" } })]),
    ['Warning VolumeMismatch: Cannot bind to requested volume "pv": requested PV is too small'],
  ],
  [
    "a volume by name of another class",
    () => ofClaim(claim({ volumeName: "pv" }), [volume({ storageClassName: "slow" })]),
    ['Warning VolumeMismatch: Cannot bind to requested volume "pv": storageClassName does not match'],
  ],
  [
    "a volume by name of another mode",
    () => ofClaim(claim({ volumeName: "pv", volumeMode: "Block" }), [volume()]),
    ['Warning VolumeMismatch: Cannot bind to requested volume "pv": incompatible volumeMode'],
  ],
  [
    "a volume by name with other attributes",
    () => ofClaim(claim({ volumeName: "pv", volumeAttributesClassName: "gold" }), [volume()]),
    ['Warning VolumeMismatch: Cannot bind to requested volume "pv": volumeAttributesClassName does not match'],
  ],
  [
    "a volume by name that others may not write",
    () => ofClaim(claim({ volumeName: "pv", accessModes: ["ReadWriteMany"] }), [volume()]),
    ['Warning VolumeMismatch: Cannot bind to requested volume "pv": incompatible accessMode'],
  ],
  ["a volume by name that fits", () => ofClaim(claim({ volumeName: "pv" }), [volume()]), ["update persistentvolumes"]],
  ["a volume by name that is not there yet", () => ofClaim(claim({ volumeName: "pv" })), []],
  [
    "a volume by name that is another's",
    () => ofClaim(claim({ volumeName: "pv" }), [volume({ claimRef: { ...mine, uid: "c2" } })]),
    ['Warning FailedBinding: volume "pv" already bound to a different claim.'],
  ],
  ["its volume is gone", () => ofClaim(boundClaim()), ["update persistentvolumeclaims Lost", `Warning ClaimLost: ${lost}`]],
  ["and stays gone", () => ofClaim(boundClaim({ phase: "Lost" })), []],
  [
    "it no longer says which volume it had",
    () => ofClaim(claim({}, { annotations: completed }, { phase: "Bound" })),
    [
      "update persistentvolumeclaims Lost",
      "Warning ClaimLost: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!",
    ],
  ],
  [
    "its volume is another's",
    () => ofClaim(boundClaim(), [volume({ claimRef: { ...mine, uid: "c2" } })]),
    [
      "update persistentvolumeclaims Lost",
      "Warning ClaimMisbound: Two claims are bound to the same volume, this one is bound incorrectly",
    ],
  ],
];
for (const [name, plan, expected] of claims) test(`a claim: ${name}`, () => assert.equal(plan(), expected));

const released = { phase: "Released" };
const ofVolume = (of: PersistentVolume, known?: PersistentVolumeClaim, more: object = {}): string[] =>
  words(reconcileVolume({ volume: of, claim: known }, { ...circumstances, ...more }));
const gone = { answers: new Map([["claim", "absent" as const]]) };
const policy = (persistentVolumeReclaimPolicy: string, more: object = {}) => ({
  claimRef: mine,
  persistentVolumeReclaimPolicy,
  ...more,
});
const byController = { annotations: { "pv.kubernetes.io/bound-by-controller": "yes" } };
const byOther = { annotations: { "pv.kubernetes.io/provisioned-by": "example.com/disks" } };
const another = claim({ volumeName: "other" });

const volumeCases: ReadonlyArray<readonly [string, () => string[], string[]]> = [
  ["nobody's", () => ofVolume(volume({}, {}, { phase: "Pending" })), ["update persistentvolumes Available"]],
  ["what others write into its status stays", () => ofVolume(volume({}, {}, { phase: "Available", message: "checked" })), []],
  [
    "set aside for a claim",
    () => ofVolume(volume({ claimRef: { namespace: "shop", name: "data" } }, {}, { phase: "Pending" })),
    ["update persistentvolumes Available"],
  ],
  ["its claim", () => ofVolume(volume({ claimRef: mine }), boundClaim()), ["update persistentvolumes Bound"]],
  ["a claim that will name it", () => ofVolume(volume({ claimRef: mine }), claim()), []],
  [
    "a claim of another mode",
    () => ofVolume(volume({ claimRef: mine }), claim({ volumeMode: "Block" })),
    [
      'Warning VolumeMismatch: Cannot bind PersistentVolume to requested PersistentVolumeClaim "data" due to incompatible volumeMode.',
      'Warning VolumeMismatch: Cannot bind PersistentVolume "pv" to requested PersistentVolumeClaim due to incompatible volumeMode.',
    ],
  ],
  ["no claim in the cache: the API server is asked", () => ofVolume(volume({ claimRef: mine })), ["read claim"]],
  [
    "it is there after all",
    () => ofVolume(volume({ claimRef: mine }), undefined, { answers: new Map([["claim", { object: claim() }]]) }),
    [],
  ],
  ["the claim is gone", () => ofVolume(volume({ claimRef: mine }), undefined, gone), ["update persistentvolumes Released"]],
  ["retained", () => ofVolume(volume(policy("Retain"), {}, released)), []],
  ["deleted by whoever provisioned it", () => ofVolume(volume(policy("Delete"), byOther, released)), []],
  [
    "on its way out already",
    () => ofVolume(volume(policy("Delete"), { deletionTimestamp: "2025-01-01T00:00:00Z" }, released)),
    [],
  ],
  [
    "deleted, of a kind that nobody deletes",
    () => ofVolume(volume(policy("Delete", { hostPath: undefined, nfs: {} }), {}, released)),
    [
      "update persistentvolumes Failed",
      'Warning VolumeFailedDelete: error getting deleter volume plugin for volume "pv": no deletable volume plugin matched',
    ],
  ],
  [
    "deleted, outside of /tmp",
    () => ofVolume(volume(policy("Delete"), {}, released)),
    [
      "update persistentvolumes Failed",
      "Warning VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /srv/a",
    ],
  ],
  ["that failed before", () => ofVolume(volume(policy("Delete"), {}, { phase: "Failed" })), []],
  [
    "deleted: its directory first",
    () => ofVolume(volume(policy("Delete", { hostPath: { path: "/tmp/a" } }), {}, released)),
    ["remove /tmp/a"],
  ],
  [
    "then the volume",
    () => ofVolume(volume(policy("Delete", { hostPath: { path: "/tmp/a" } }), {}, released), undefined, ended("reclaim")),
    ["delete persistentvolumes"],
  ],
  [
    "a directory that does not go",
    () =>
      ofVolume(volume(policy("Delete", { hostPath: { path: "/tmp/a" } }), {}, released), undefined, ended("reclaim", "EBUSY")),
    ["update persistentvolumes Failed", "Warning VolumeFailedDelete: EBUSY"],
  ],
  ["recycled: emptied", () => ofVolume(volume(policy("Recycle"), {}, released)), ["empty /srv/a"]],
  [
    "then nobody's again",
    () => ofVolume(volume(policy("Recycle"), byController, released), undefined, ended("reclaim")),
    ["update persistentvolumes", "Normal VolumeRecycled: Volume recycled"],
  ],
  [
    "recycled, of a kind that nobody recycles",
    () => ofVolume(volume(policy("Recycle", { hostPath: undefined, nfs: {} }), {}, released)),
    ["update persistentvolumes Failed", "Warning VolumeFailedRecycle: No recycler plugin found for the volume!"],
  ],
  [
    "its claim got another: nobody's again",
    () => ofVolume(volume({ claimRef: mine }, byController), another),
    ["update persistentvolumes"],
  ],
  [
    "its claim got another: still set aside for it",
    () => ofVolume(volume({ claimRef: mine }), another),
    ["update persistentvolumes"],
  ],
  [
    "its claim got another, and it was made for that claim",
    () => ofVolume(volume(policy("Delete"), byOther), another),
    ["update persistentvolumes Released"],
  ],
];
for (const [name, plan, expected] of volumeCases) test(`a volume: ${name}`, () => assert.equal(plan(), expected));

test("a volume that is given up by the controller names no claim, one that a user set aside names it without uid", () => {
  const written = (of: PersistentVolume) => volumeIn(reconcileVolume({ volume: of, claim: another }, circumstances));
  const givenUp = written(volume({ claimRef: mine }, byController));
  assert.equal([givenUp.spec?.claimRef, givenUp.metadata.annotations], [undefined, undefined]);
  assert.equal(written(volume({ claimRef: mine })).spec?.claimRef, { namespace: "shop", name: "data" });
});

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
