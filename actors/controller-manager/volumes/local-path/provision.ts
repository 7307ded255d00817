/**
 * The built-in provisioner: a directory of the cluster's own for every claim of a class that names it, as local-path has it
 * in k3s and kind. Volumes that one node at a time may use belong to the node of their first pod; others are reached from
 * every node, since all nodes are on one machine.
 * Source: https://kubernetes.io/docs/concepts/storage/dynamic-provisioning/
 */
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeSpec, StorageClass } from "../../../../src/api/types.js";
import {
  localPathProvisioner,
  provisionedByAnnotation,
  provisionerAnnotation,
  selectedNodeAnnotation,
} from "../../../../src/api/volumes/names.js";
import { waitsForConsumer } from "../../../../src/api/volumes/storage-class.js";
import { keyOf } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import { claimKind, eventsAbout, volumeKind } from "../resources.js";

/** Keeps a volume until its directory is gone, whichever of claim and volume is deleted first (KEP-2644). */
export const provisionerFinalizer = "external-provisioner.volume.kubernetes.io/finalizer";

export interface ProvisioningView {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass | undefined;
  readonly volumeNamed: (name: string) => PersistentVolume | undefined;
  /** Where the volumes of the cluster are. */
  readonly directory: string;
}

const event = eventsAbout(claimKind, localPathProvisioner);

const isForOneNode = (modes: readonly string[]): boolean =>
  modes.every((mode) => mode === "ReadWriteOnce" || mode === "ReadWriteOncePod");

/** What this provisioner cannot do for a claim. */
function unsupported({ spec }: PersistentVolumeClaim): string | undefined {
  if (spec?.selector !== undefined) return "claim.Spec.Selector is not supported";
  if (spec?.volumeMode === "Block") return "block volumes are not supported";
  if (spec?.dataSource !== undefined || spec?.dataSourceRef !== undefined) return "data sources are not supported";
  return undefined;
}

function specFor({ claim, storageClass, directory }: ProvisioningView, volume: string): PersistentVolumeSpec {
  const { name = "", namespace = "", uid = "", resourceVersion = "", annotations } = claim.metadata;
  const { accessModes = [], resources } = claim.spec ?? {};
  const node = annotations?.[selectedNodeAnnotation];
  const hostname = { key: "kubernetes.io/hostname", operator: "In", values: [node ?? ""] };
  const affinity = { required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] } };
  return {
    accessModes,
    capacity: { storage: resources?.requests?.storage ?? "0" },
    claimRef: { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion },
    hostPath: { path: `${directory}/${volume}_${namespace}_${name}`, type: "DirectoryOrCreate" },
    persistentVolumeReclaimPolicy: storageClass?.reclaimPolicy ?? "Delete",
    storageClassName: storageClass?.metadata.name ?? "",
    volumeMode: "Filesystem",
    ...(storageClass?.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
    ...(node !== undefined && isForOneNode(accessModes) ? { nodeAffinity: affinity } : {}),
  };
}

export function provision(view: ProvisioningView, { ended }: Circumstances): Plan {
  const { claim, storageClass } = view;
  const { annotations, uid, deletionTimestamp } = claim.metadata;
  const isAsked = annotations?.[provisionerAnnotation] === localPathProvisioner && !claim.spec?.volumeName;
  if (!isAsked || deletionTimestamp !== undefined || storageClass?.provisioner !== localPathProvisioner) return nothingToDo;
  if (waitsForConsumer(storageClass) && annotations?.[selectedNodeAnnotation] === undefined) return nothingToDo;
  const name = `pvc-${uid}`;
  if (view.volumeNamed(name) !== undefined) return nothingToDo;
  const failed = (why: string) => {
    const message = `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${why}`;
    return event(claim, "Warning", "ProvisioningFailed", message);
  };
  const problem = unsupported(claim);
  if (problem !== undefined) return { events: [failed(problem)] };
  const spec = specFor(view, name);
  const end = ended?.get("make");
  if (end === undefined) return { works: [{ name: "make", work: { what: "make", path: spec.hostPath?.path ?? "" } }] };
  if (end.error !== undefined) return { events: [failed(end.error)], requeueAfterMs: 15_000 };
  const object: PersistentVolume = {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name,
      annotations: { [provisionedByAnnotation]: localPathProvisioner },
      finalizers: [provisionerFinalizer],
    },
    spec,
  };
  const begun = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`;
  return {
    events: [event(claim, "Normal", "Provisioning", begun)],
    writes: [
      {
        request: { verb: "create", path: volumeKind.path, object },
        onSuccess: () => event(claim, "Normal", "ProvisioningSucceeded", `Successfully provisioned volume ${name}`),
        onFailure: ({ message }) => failed(message),
      },
    ],
  };
}
