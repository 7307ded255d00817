import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required, tooLong } from "../field-errors.js";
import type { CSIDriver, CSINode, CSIStorageCapacity, VolumeAttachment, VolumeAttributesClass } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import { byteLength, dns1123Subdomain, qualifiedName } from "../names.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { followsRule, immutable, oneOf, quantityErrors } from "./common.js";
import { parameterErrors, provisionerErrors } from "./storage.js";

/** Storage drivers and what they report. Source: the storage.k8s.io kinds in the Kubernetes API reference, and the CSI specification. */

const maxDriverName = 63;
const maxNodeId = 192;

const driverNameErrors = (name: string | undefined, path: string): FieldError[] => {
  if (!name) return [required(path)];
  const errors = name.length > maxDriverName ? [tooLong(path, maxDriverName)] : [];
  return [...errors, ...dns1123Subdomain(name.toLowerCase()).map((message) => invalidValue(path, name, message))];
};

const nodeDriverErrors = (node: CSINode): FieldError[] => {
  const names = new Set<string>();
  return (node.spec?.drivers ?? []).flatMap((driver, index) => {
    const path = at("spec.drivers", index);
    const errors = driverNameErrors(driver.name, child(path, "name"));
    if (!driver.nodeID) errors.push(required(child(path, "nodeID")));
    else if (byteLength(driver.nodeID) > maxNodeId) errors.push(tooLong(child(path, "nodeID"), maxNodeId));
    const count = driver.allocatable?.count ?? 0;
    if (count < 0) errors.push(invalidValue(child(path, "allocatable.count"), count, "must be a non-negative value"));
    if (names.has(driver.name)) errors.push(duplicate(child(path, "name"), driver.name));
    names.add(driver.name);
    const keys = new Set<string>();
    for (const key of driver.topologyKeys ?? []) {
      const keyPath = child(path, "topologyKeys");
      if (key === "") errors.push(required(keyPath, key));
      if (keys.has(key)) errors.push(duplicate(keyPath, key));
      keys.add(key);
      errors.push(...qualifiedName(key).map((message) => invalidValue(keyPath, driver.topologyKeys, message)));
    }
    return errors;
  });
};

export const csiNodeErrors = (node: CSINode): FieldError[] => nodeDriverErrors(node);

/** A driver may come and go; what it has said of itself stays. */
export const csiNodeUpdateErrors = (node: CSINode, old: CSINode): FieldError[] => {
  const changed = (old.spec?.drivers ?? []).filter((before) => {
    const now = node.spec?.drivers?.find(({ name }) => name === before.name);
    return now !== undefined && !semanticEqual(now, before);
  });
  return [...nodeDriverErrors(node), ...changed.map((driver) => invalidValue("CSINodeDriver", driver, "field is immutable"))];
};

export const csiStorageCapacityErrors = (capacity: CSIStorageCapacity): FieldError[] => [
  ...followsRule(dns1123Subdomain, capacity.storageClassName, "storageClassName"),
  ...labelSelectorErrors(capacity.nodeTopology, "nodeTopology"),
  ...(["capacity", "maximumVolumeSize"] as const).flatMap((field) =>
    capacity[field] === undefined ? [] : quantityErrors(capacity[field], field),
  ),
];

export const csiStorageCapacityUpdateErrors = (capacity: CSIStorageCapacity, old: CSIStorageCapacity): FieldError[] => [
  ...csiStorageCapacityErrors(capacity),
  ...immutable(capacity.nodeTopology, old.nodeTopology, "nodeTopology"),
  ...immutable(capacity.storageClassName, old.storageClassName, "storageClassName"),
];

const tokenLeastSeconds = 600;
const tokenMostSeconds = 2 ** 32;

const tokenRequestErrors = ({ spec }: CSIDriver): FieldError[] => {
  const audiences = new Set<string>();
  return (spec?.tokenRequests ?? []).flatMap(({ audience, expirationSeconds: seconds }, index) => {
    const path = at("spec.tokenRequests", index);
    const errors = audiences.has(audience) ? [duplicate(child(path, "audience"), audience)] : [];
    audiences.add(audience);
    if (seconds === undefined) return errors;
    const seconds600 = "may not specify a duration less than 10 minutes";
    if (seconds < tokenLeastSeconds) errors.push(invalidValue(child(path, "expirationSeconds"), seconds, seconds600));
    if (seconds > tokenMostSeconds) {
      errors.push(invalidValue(child(path, "expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds"));
    }
    return errors;
  });
};

export const csiDriverErrors = (driver: CSIDriver): FieldError[] => {
  const { spec = {} } = driver;
  return [
    ...driverNameErrors(driver.metadata.name, "metadata.name"),
    ...(["attachRequired", "podInfoOnMount", "storageCapacity"] as const).flatMap((field) =>
      spec[field] === undefined ? [required(child("spec", field))] : [],
    ),
    ...oneOf(spec.fsGroupPolicy, ["File", "None", "ReadWriteOnceWithFSType"], "spec.fsGroupPolicy"),
    ...tokenRequestErrors(driver),
    ...(spec.volumeLifecycleModes ?? []).flatMap((mode) => oneOf(mode, ["Ephemeral", "Persistent"], "spec.volumeLifecycleModes")),
  ];
};

export const csiDriverUpdateErrors = (driver: CSIDriver, old: CSIDriver): FieldError[] => [
  ...csiDriverErrors(driver),
  ...immutable(driver.spec?.attachRequired, old.spec?.attachRequired, "spec.attachedRequired"),
  ...immutable(driver.spec?.volumeLifecycleModes, old.spec?.volumeLifecycleModes, "spec.volumeLifecycleModes"),
];

export const volumeAttachmentErrors = ({ spec }: VolumeAttachment): FieldError[] => {
  const errors = driverNameErrors(spec?.attacher, "spec.attacher");
  const { inlineVolumeSpec, persistentVolumeName } = spec?.source ?? {};
  const exactlyOne = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
  if (inlineVolumeSpec === undefined && persistentVolumeName === undefined) errors.push(required("spec.source", exactlyOne));
  else if (inlineVolumeSpec !== undefined && persistentVolumeName !== undefined)
    errors.push(forbiddenField("spec.source", exactlyOne));
  else if (persistentVolumeName === "")
    errors.push(required("spec.source.persistentVolumeName", "must specify non empty persistentVolumeName"));
  else if (persistentVolumeName !== undefined)
    errors.push(...followsRule(dns1123Subdomain, persistentVolumeName, "spec.source.persistentVolumeName"));
  return [...errors, ...followsRule(dns1123Subdomain, spec?.nodeName, "spec.nodeName")];
};

export const volumeAttachmentUpdateErrors = (attachment: VolumeAttachment, old: VolumeAttachment): FieldError[] => [
  ...volumeAttachmentErrors(attachment),
  ...immutable(attachment.spec, old.spec, "spec"),
];

export const volumeAttributesClassErrors = (attributes: VolumeAttributesClass): FieldError[] => [
  ...provisionerErrors(attributes.driverName, "driverName"),
  ...(Object.keys(attributes.parameters ?? {}).length === 0
    ? [required("parameters", "must contain at least one key/value pair")]
    : parameterErrors(attributes.parameters)),
];

export const volumeAttributesClassUpdateErrors = (now: VolumeAttributesClass, old: VolumeAttributesClass): FieldError[] =>
  (["driverName", "parameters"] as const).flatMap((field) =>
    semanticEqual(now[field], old[field]) ? [] : [forbiddenField(field, `updates to ${field} are forbidden.`)],
  );
