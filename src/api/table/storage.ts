import type {
  CSIDriver,
  CSINode,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from "../generated/types.js";
import { age, none, type Printer, printer } from "./printer.js";

/** Volumes and what provides them. */

const shortModes = new Map([
  ["ReadWriteOnce", "RWO"],
  ["ReadOnlyMany", "ROX"],
  ["ReadWriteMany", "RWX"],
  ["ReadWriteOncePod", "RWOP"],
]);

/** Always in the same order, whatever order they were written in. */
const modesText = (modes: readonly string[] | undefined): string =>
  [...shortModes]
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(",");

const oldClassAnnotation = "volume.beta.kubernetes.io/storage-class";

/** The annotation that classes were named by before there was a field counts first. */
const classOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[oldClassAnnotation] ?? spec?.storageClassName ?? "";

const phaseOf = (object: PersistentVolume | PersistentVolumeClaim): string =>
  object.metadata.deletionTimestamp === undefined ? (object.status?.phase ?? "") : "Terminating";

export const persistentVolumePrinter = printer<PersistentVolume>(
  "Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age | VolumeMode",
  (volume, nowMs) => {
    const claim = volume.spec?.claimRef;
    return [
      volume.metadata.name,
      volume.spec?.capacity?.storage ?? "0",
      modesText(volume.spec?.accessModes),
      volume.spec?.persistentVolumeReclaimPolicy ?? "",
      phaseOf(volume),
      claim === undefined ? "" : `${claim.namespace}/${claim.name}`,
      classOf(volume),
      volume.spec?.volumeAttributesClassName ?? "<unset>",
      volume.status?.reason ?? "",
      age(volume, nowMs),
      volume.spec?.volumeMode ?? "<unset>",
    ];
  },
);

export const persistentVolumeClaimPrinter = printer<PersistentVolumeClaim>(
  "Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age | VolumeMode",
  (claim, nowMs) => {
    const bound = Boolean(claim.spec?.volumeName);
    return [
      claim.metadata.name,
      phaseOf(claim),
      claim.spec?.volumeName ?? "",
      bound ? (claim.status?.capacity?.storage ?? "0") : "",
      bound ? modesText(claim.status?.accessModes) : "",
      classOf(claim),
      claim.spec?.volumeAttributesClassName ?? "<unset>",
      age(claim, nowMs),
      claim.spec?.volumeMode ?? "<unset>",
    ];
  },
);

const defaultClassAnnotations = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

export const storageClassPrinter = printer<StorageClass>(
  "Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age",
  (storageClass, nowMs) => {
    const byDefault = defaultClassAnnotations.some((annotation) => storageClass.metadata.annotations?.[annotation] === "true");
    return [
      byDefault ? `${storageClass.metadata.name} (default)` : storageClass.metadata.name,
      storageClass.provisioner,
      storageClass.reclaimPolicy ?? "Delete",
      storageClass.volumeBindingMode ?? "Immediate",
      storageClass.allowVolumeExpansion ?? false,
      age(storageClass, nowMs),
    ];
  },
);

const attachments = printer<VolumeAttachment>("Name, Attacher, PV, Node, Attached:boolean, Age", (attachment, nowMs) => [
  attachment.metadata.name,
  attachment.spec?.attacher ?? "",
  attachment.spec?.source?.persistentVolumeName ?? "",
  attachment.spec?.nodeName ?? "",
  attachment.status?.attached ?? false,
  age(attachment, nowMs),
]);

/** Here the attacher's is a name too. */
export const volumeAttachmentPrinter: Printer = {
  ...attachments,
  columns: attachments.columns.map((each) => (each.name === "Attacher" ? { ...each, format: "name" } : each)),
};

export const csiNodePrinter = printer<CSINode>("Name, Drivers:integer, Age", (node, nowMs) => [
  node.metadata.name,
  node.spec?.drivers?.length ?? 0,
  age(node, nowMs),
]);

export const csiDriverPrinter = printer<CSIDriver>(
  "Name, AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, TokenRequests, RequiresRepublish:boolean, Modes, Age",
  (driver, nowMs) => {
    const spec = driver.spec ?? {};
    return [
      driver.metadata.name,
      spec.attachRequired ?? true,
      spec.podInfoOnMount ?? false,
      spec.storageCapacity ?? false,
      spec.tokenRequests?.map((request) => request.audience).join(",") ?? "<unset>",
      spec.requiresRepublish ?? false,
      spec.volumeLifecycleModes?.join(",") || none,
      age(driver, nowMs),
    ];
  },
);
