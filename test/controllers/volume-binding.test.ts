/** How claims and volumes are bound and let go, as plans: what the flows in test/sim/volumes do not come by. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ClaimView, reconcileClaim } from "../../actors/controller-manager/volumes/binding/claim.js";
import { reconcileVolume } from "../../actors/controller-manager/volumes/binding/volume.js";
import type { PersistentVolume, PersistentVolumeClaim } from "../../src/api/types.js";
import {
  boundClaim,
  circumstances,
  claim,
  classes,
  completed,
  ended,
  mine,
  pod,
  policy,
  released,
  volume,
  volumeIn,
  words,
} from "./volume-plans.js";

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

const ofVolume = (of: PersistentVolume, known?: PersistentVolumeClaim, more: object = {}): string[] =>
  words(reconcileVolume({ volume: of, claim: known }, { ...circumstances, ...more }));
const gone = { answers: new Map([["claim", "absent" as const]]) };
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

test.run();
