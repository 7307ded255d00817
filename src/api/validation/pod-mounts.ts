import { at, child, type FieldError, forbiddenField, invalidValue, notFoundValue, required } from "../field-errors.js";
import type { Container, EphemeralContainer, Volume, VolumeMount } from "../generated/types.js";
import { oneOf } from "./common.js";
import { backstepErrors, descendingPathErrors } from "./paths.js";

/** Where a container finds its pod's volumes: as file systems and as devices. Source: "Volumes", "Raw Block Volume Support". */

type AnyContainer = Container | EphemeralContainer;

/** Some faults are told of all mounts, without saying which. */
const propagationErrors = (mount: VolumeMount, container: AnyContainer, path: string): FieldError[] => {
  const { mountPropagation, readOnly, recursiveReadOnly } = mount;
  const errors: FieldError[] = [];
  if (mountPropagation !== undefined) {
    const of = child(path, "mountPropagation");
    errors.push(...oneOf(mountPropagation, ["Bidirectional", "HostToContainer", "None"], of));
    if (mountPropagation === "Bidirectional" && container.securityContext?.privileged !== true)
      errors.push(forbiddenField(of, "Bidirectional mount propagation is available only to privileged containers"));
  }
  if (recursiveReadOnly === undefined || recursiveReadOnly === "Disabled") return errors;
  const of = child(path, "recursiveReadOnly");
  if (recursiveReadOnly !== "Enabled" && recursiveReadOnly !== "IfPossible")
    return [...errors, ...oneOf(recursiveReadOnly, ["Disabled", "Enabled", "IfPossible"], of)];
  if (readOnly !== true) errors.push(forbiddenField(of, "may only be specified when readOnly is true"));
  if ((mountPropagation ?? "None") !== "None")
    errors.push(forbiddenField(of, "may only be specified when mountPropagation is None or not specified"));
  return errors;
};

export const mountsErrors = (container: AnyContainer, path: string, volumes: ReadonlyMap<string, Volume>): FieldError[] => {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const itemPath = at(path, index);
    const namePath = child(itemPath, "name");
    const placePath = child(itemPath, "mountPath");
    const { mountPath, name, subPath, subPathExpr } = mount;
    const errors: FieldError[] = [];
    if (!name) errors.push(required(namePath));
    if (!volumes.has(name)) errors.push(notFoundValue(namePath, name));
    if (!mountPath) errors.push(required(placePath));
    if (paths.has(mountPath)) errors.push(invalidValue(placePath, mountPath, "must be unique"));
    paths.add(mountPath);
    if (devices.some((device) => device.name === name))
      errors.push(invalidValue(namePath, name, "must not already exist in volumeDevices"));
    if (devices.some(({ devicePath }) => devicePath === mountPath))
      errors.push(invalidValue(placePath, mountPath, "must not already exist as a path in volumeDevices"));
    if (volumes.get(name)?.image !== undefined) {
      for (const field of ["subPath", "subPathExpr"] as const) {
        const value = mount[field];
        if (value) errors.push(invalidValue(child(itemPath, field), value, "not allowed in image volume sources"));
      }
    }
    if (subPath) errors.push(...descendingPathErrors(subPath, child(path, "subPath")));
    if (subPathExpr) {
      const exclusive = "subPathExpr and subPath are mutually exclusive";
      if (subPath) errors.push(invalidValue(child(itemPath, "subPathExpr"), subPathExpr, exclusive));
      errors.push(...descendingPathErrors(subPathExpr, child(path, "subPathExpr")));
    }
    return [...errors, ...propagationErrors(mount, container, path)];
  });
};

export const devicesErrors = (container: AnyContainer, path: string, volumes: ReadonlyMap<string, Volume>): FieldError[] => {
  const names = new Set<string>();
  const paths = new Set<string>();
  const mounts = container.volumeMounts ?? [];
  return (container.volumeDevices ?? []).flatMap(({ devicePath, name }, index) => {
    const namePath = child(at(path, index), "name");
    const placePath = child(at(path, index), "devicePath");
    const errors: FieldError[] = [];
    const volume = volumes.get(name);
    if (!name) errors.push(required(namePath));
    if (names.has(name)) errors.push(invalidValue(namePath, name, "must be unique"));
    if (volume === undefined) errors.push(notFoundValue(namePath, name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
      errors.push(invalidValue(namePath, name, detail));
    }
    if (!devicePath) errors.push(required(placePath));
    if (paths.has(devicePath)) errors.push(invalidValue(placePath, devicePath, "must be unique"));
    if (devicePath && backstepErrors(devicePath, placePath).length > 0)
      errors.push(invalidValue(placePath, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name))
      errors.push(invalidValue(namePath, name, "must not already exist in volumeMounts"));
    if (mounts.some(({ mountPath }) => mountPath === devicePath))
      errors.push(invalidValue(placePath, devicePath, "must not already exist as a path in volumeMounts"));
    if (name) names.add(name);
    return errors;
  });
};
