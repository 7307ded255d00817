import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, Volume } from "../generated/types.js";
import { dns1123Label } from "../names.js";
import { followsRule, oneOf, quantityErrors } from "./common.js";
import { downwardRefErrors } from "./pod-env.js";

/** A pod's volumes. Source: "Volumes" of the Kubernetes documentation. */

const modeMessage = "must be a number between 0 and 0777 (octal), both inclusive";
const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;
const hostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

const modeErrors = (mode: number | undefined, path: string): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > 0o777) ? [invalidValue(path, mode, modeMessage)] : [];

/** A path below a volume's root: relative, and never upwards. */
export const descendingPathErrors = (value: string, path: string): FieldError[] => {
  const errors: FieldError[] = [];
  if (value.startsWith("/")) errors.push(invalidValue(path, value, "must be a relative path"));
  if (value.split("/").includes("..")) errors.push(invalidValue(path, value, "must not contain '..'"));
  return errors;
};

/** Also refuses what begins with "..": those names are the volume's own. */
const filePathErrors = (value: string | undefined, path: string): FieldError[] => {
  if (!value) return [required(path)];
  const errors = descendingPathErrors(value, path);
  if (value.startsWith("..") && !value.split("/").includes(".."))
    errors.push(invalidValue(path, value, "must not start with '..'"));
  return errors;
};

const itemsErrors = (items: readonly KeyToPath[] | undefined, path: string): FieldError[] =>
  (items ?? []).flatMap((item, index) => {
    const itemPath = at(path, index);
    return [
      ...(item.key ? [] : [required(child(itemPath, "key"))]),
      ...filePathErrors(item.path, child(itemPath, "path")),
      ...modeErrors(item.mode, child(itemPath, "mode")),
    ];
  });

const downwardErrors = (items: readonly DownwardAPIVolumeFile[] | undefined, path: string): FieldError[] =>
  (items ?? []).flatMap((item, index) => {
    const itemPath = at(path, index);
    return [
      ...filePathErrors(item.path, child(itemPath, "path")),
      ...downwardRefErrors(item, itemPath),
      ...modeErrors(item.mode, child(itemPath, "mode")),
    ];
  });

const projectedErrors = (projected: ProjectedVolumeSource, path: string): FieldError[] => {
  const errors = modeErrors(projected.defaultMode, child(path, "defaultMode"));
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const sourcePath = at(child(path, "sources"), index);
    const given = Object.keys(source);
    for (const extra of given.slice(1))
      errors.push(forbiddenField(child(sourcePath, extra), "may not specify more than 1 volume type"));
    for (const kind of ["secret", "configMap"] as const) {
      const of = source[kind];
      if (of === undefined) continue;
      if (!of.name) errors.push(required(child(child(sourcePath, kind), "name")));
      errors.push(...itemsErrors(of.items, child(child(sourcePath, kind), "items")));
    }
    if (source.downwardAPI !== undefined)
      errors.push(...downwardErrors(source.downwardAPI.items, child(sourcePath, "downwardAPI.items")));
    const token = source.serviceAccountToken;
    if (token === undefined) continue;
    const tokenPath = child(sourcePath, "serviceAccountToken");
    const seconds = token.expirationSeconds ?? minTokenSeconds;
    if (seconds < minTokenSeconds) {
      errors.push(
        invalidValue(child(tokenPath, "expirationSeconds"), seconds, "may not specify a duration less than 10 minutes"),
      );
    }
    if (seconds > maxTokenSeconds) {
      errors.push(
        invalidValue(child(tokenPath, "expirationSeconds"), seconds, "may not specify a duration larger than 2^32 seconds"),
      );
    }
    errors.push(...filePathErrors(token.path, child(tokenPath, "path")));
  }
  return errors;
};

const sourceErrors = (volume: Volume, path: string): FieldError[] => {
  const [first, ...extra] = Object.keys(volume).filter((field) => field !== "name");
  if (first === undefined) return [required(path, "must specify a volume type")];
  const errors = extra.map((kind) => forbiddenField(child(path, kind), "may not specify more than 1 volume type"));
  const { emptyDir, hostPath, secret, configMap, downwardAPI, projected, persistentVolumeClaim, nfs } = volume;
  const inside = (kind: string, field: string): string => child(child(path, kind), field);
  if (emptyDir?.sizeLimit !== undefined && quantityErrors(emptyDir.sizeLimit, "").length > 0) {
    errors.push(forbiddenField(inside("emptyDir", "sizeLimit"), "SizeLimit field must be a valid resource quantity"));
  }
  if (hostPath !== undefined) {
    if (!hostPath.path) errors.push(required(inside("hostPath", "path")));
    else if (hostPath.path.split("/").includes(".."))
      errors.push(invalidValue(inside("hostPath", "path"), hostPath.path, "must not contain '..'"));
    errors.push(...oneOf(hostPath.type ?? "", hostPathTypes, inside("hostPath", "type")));
  }
  if (secret !== undefined) {
    if (!secret.secretName) errors.push(required(inside("secret", "secretName")));
    errors.push(
      ...modeErrors(secret.defaultMode, inside("secret", "defaultMode")),
      ...itemsErrors(secret.items, inside("secret", "items")),
    );
  }
  if (configMap !== undefined) {
    if (!configMap.name) errors.push(required(inside("configMap", "name")));
    errors.push(
      ...modeErrors(configMap.defaultMode, inside("configMap", "defaultMode")),
      ...itemsErrors(configMap.items, inside("configMap", "items")),
    );
  }
  if (downwardAPI !== undefined) {
    errors.push(...modeErrors(downwardAPI.defaultMode, inside("downwardAPI", "defaultMode")));
    errors.push(...downwardErrors(downwardAPI.items, inside("downwardAPI", "items")));
  }
  if (projected !== undefined) errors.push(...projectedErrors(projected, child(path, "projected")));
  if (persistentVolumeClaim !== undefined && !persistentVolumeClaim.claimName)
    errors.push(required(inside("persistentVolumeClaim", "claimName")));
  if (nfs !== undefined) {
    if (!nfs.server) errors.push(required(inside("nfs", "server")));
    if (!nfs.path) errors.push(required(inside("nfs", "path")));
    else if (!nfs.path.startsWith("/")) errors.push(invalidValue(inside("nfs", "path"), nfs.path, "must be an absolute path"));
  }
  return errors;
};

export const volumesErrors = (volumes: readonly Volume[] | undefined, path: string): FieldError[] => {
  const names = new Set<string>();
  return (volumes ?? []).flatMap((volume, index) => {
    const volumePath = at(path, index);
    const errors = sourceErrors(volume, volumePath);
    const namePath = child(volumePath, "name");
    if (!volume.name) errors.push(required(namePath));
    else errors.push(...followsRule(dns1123Label, volume.name, namePath));
    if (names.has(volume.name)) errors.push(duplicate(namePath, volume.name));
    names.add(volume.name);
    return errors;
  });
};
