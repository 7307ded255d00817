import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  ObjectMeta,
  PersistentVolumeClaimTemplate,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  Volume,
} from "../generated/types.js";
import { quote } from "../go-format.js";
import { dns1123Label, dns1123Subdomain } from "../names.js";
import { compareQuantities, quantityOf } from "../quantity.js";
import { labelSelectorErrors } from "../selectors/label-selector.js";
import { signerErrors } from "./certificates.js";
import { claimSpecErrors } from "./claims.js";
import { followsRule, requiredOneOf } from "./common.js";
import { annotationErrors, labelErrors } from "./metadata.js";
import { descendingPathErrors } from "./paths.js";
import { downwardRefErrors } from "./pod-env.js";
import { moreThanOneVolume, sourceRules } from "./volume-sources.js";

/** A pod's volumes. Source: "Volumes" of the Kubernetes documentation. */

const modeMessage = "must be a number between 0 and 0777 (octal), both inclusive";
const minTokenSeconds = 600;
const maxTokenSeconds = 2 ** 32;

const modeErrors = (mode: number | undefined, path: string): FieldError[] =>
  mode !== undefined && (mode < 0 || mode > 0o777) ? [invalidValue(path, mode, modeMessage)] : [];

/** Also refuses what begins with "..": those names are the volume's own. */
const filePathErrors = (value: string | undefined, path: string): FieldError[] => {
  if (!value) return [required(path)];
  const errors = descendingPathErrors(value, path);
  if (value.startsWith("..") && !value.startsWith("../")) errors.push(invalidValue(path, value, "must not start with '..'"));
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

/** One file's faults are told of the whole volume. */
const downwardErrors = (item: DownwardAPIVolumeFile, path: string): FieldError[] => [
  ...filePathErrors(item.path, child(path, "path")),
  ...downwardRefErrors(item, path),
  ...modeErrors(item.mode, child(path, "mode")),
];

const tokenErrors = (token: ServiceAccountTokenProjection, path: string, volumePath: string): FieldError[] => {
  const seconds = token.expirationSeconds ?? minTokenSeconds;
  const secondsPath = child(path, "expirationSeconds");
  const errors: FieldError[] = [];
  if (seconds < minTokenSeconds)
    errors.push(invalidValue(secondsPath, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds > maxTokenSeconds)
    errors.push(invalidValue(secondsPath, seconds, "may not specify a duration larger than 2^32 seconds"));
  return [...errors, ...filePathErrors(token.path, child(volumePath, "path"))];
};

const trustBundleErrors = (bundle: ClusterTrustBundleProjection, path: string): FieldError[] => {
  const { labelSelector, name, signerName } = bundle;
  const errors: FieldError[] = [];
  const selectorPath = child(path, "labelSelector");
  if (name !== undefined && signerName !== undefined)
    errors.push(invalidValue(path, bundle, "only one of name and signerName may be used"));
  else if (name !== undefined) {
    if (name === "") errors.push(required(child(path, "name"), "must be a valid object name"));
    if (labelSelector !== undefined)
      errors.push(invalidValue(selectorPath, labelSelector, "labelSelector must be unset if name is specified"));
  } else if (signerName !== undefined) {
    if (signerName === "") errors.push(required(child(path, "signerName"), "must be a valid signer name"));
    errors.push(...signerErrors(signerName, child(path, "signerName")), ...labelSelectorErrors(labelSelector, selectorPath));
  } else errors.push(required(path, "either name or signerName must be specified"));
  return [...errors, ...filePathErrors(bundle.path, child(path, "path"))];
};

const projectedErrors = (projected: ProjectedVolumeSource, path: string): FieldError[] => {
  const errors = modeErrors(projected.defaultMode, child(path, "defaultMode"));
  const taken = new Set<string>();
  /** Each file of the volume comes from one place. */
  const take = (file: string | undefined, of: string): void => {
    if (!file) return;
    if (taken.has(file)) errors.push(invalidValue(path, of, "conflicting duplicate paths"));
    taken.add(file);
  };
  for (const [index, source] of (projected.sources ?? []).entries()) {
    const sourcePath = at(child(path, "sources"), index);
    for (const kind of ["secret", "configMap"] as const) {
      const of = source[kind];
      if (of === undefined) continue;
      if (!of.name) errors.push(required(child(child(sourcePath, kind), "name")));
      errors.push(...itemsErrors(of.items, child(child(sourcePath, kind), "items")));
      for (const item of of.items ?? []) take(item.path, of.name ?? "");
    }
    for (const item of source.downwardAPI?.items ?? []) {
      errors.push(...downwardErrors(item, child(sourcePath, "downwardAPI")));
      take(item.path, item.path);
    }
    const { clusterTrustBundle, serviceAccountToken } = source;
    if (serviceAccountToken !== undefined)
      errors.push(...tokenErrors(serviceAccountToken, child(sourcePath, "serviceAccountToken"), path));
    if (clusterTrustBundle !== undefined) {
      errors.push(...trustBundleErrors(clusterTrustBundle, child(sourcePath, "clusterTrustBundle")));
      take(clusterTrustBundle.path, clusterTrustBundle.path);
    }
    if (Object.keys(source).length > 1)
      errors.push(forbiddenField(sourcePath, "may not specify more than 1 volume type per source"));
  }
  return errors;
};

const noTemplateField = "cannot be set";
const templateFields = new Set(["annotations", "labels"]);

export const claimTemplateErrors = (template: PersistentVolumeClaimTemplate, path: string): FieldError[] => {
  const metadata: Partial<ObjectMeta> = template.metadata ?? {};
  const metadataPath = child(path, "metadata");
  return [
    ...annotationErrors(metadata.annotations, child(metadataPath, "annotations")),
    ...labelErrors(metadata.labels, child(metadataPath, "labels")),
    ...Object.entries(metadata)
      .filter(([field, value]) => !templateFields.has(field) && value !== undefined)
      .map(([field]) => forbiddenField(child(metadataPath, field), noTemplateField)),
    ...claimSpecErrors(template.spec ?? {}, child(path, "spec")),
  ];
};

type OwnRules = { readonly [K in keyof Volume]?: (source: NonNullable<Volume[K]>, path: string) => FieldError[] };

/** The sources that pods alone have. */
const ownRules: OwnRules = {
  emptyDir: ({ sizeLimit }, path) =>
    sizeLimit !== undefined && compareQuantities(quantityOf(sizeLimit), quantityOf("0")) < 0
      ? [forbiddenField(child(path, "sizeLimit"), "SizeLimit field must be a valid resource quantity")]
      : [],
  secret: ({ defaultMode, items, secretName }, path) => [
    ...(secretName ? [] : [required(child(path, "secretName"))]),
    ...modeErrors(defaultMode, child(path, "defaultMode")),
    ...itemsErrors(items, child(path, "items")),
  ],
  configMap: ({ defaultMode, items, name }, path) => [
    ...(name ? [] : [required(child(path, "name"))]),
    ...modeErrors(defaultMode, child(path, "defaultMode")),
    ...itemsErrors(items, child(path, "items")),
  ],
  downwardAPI: ({ defaultMode, items }, path) => [
    ...modeErrors(defaultMode, child(path, "defaultMode")),
    ...(items ?? []).flatMap((item) => downwardErrors(item, path)),
  ],
  projected: projectedErrors,
  ephemeral: ({ volumeClaimTemplate }, path) =>
    volumeClaimTemplate === undefined
      ? [required(child(path, "volumeClaimTemplate"))]
      : claimTemplateErrors(volumeClaimTemplate, child(path, "volumeClaimTemplate")),
  image: ({ pullPolicy }, path) => requiredOneOf(pullPolicy, ["Always", "IfNotPresent", "Never"], child(path, "pullPolicy")),
};

/** The order in which sources are looked at: of several, the first is checked and the others are too many. */
const sourceOrder: ReadonlyArray<keyof Volume> = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "flocker",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "quobyte",
  "downwardAPI",
  "fc",
  "flexVolume",
  "configMap",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "storageos",
  "projected",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
];

/** What the fields are called in these messages. */
const toldAs: { readonly [field: string]: string } = { cephfs: "cephFS", downwardAPI: "downwarAPI" };

const sourceErrors = (volume: Volume, path: string): FieldError[] => {
  const [first, ...extra] = sourceOrder.filter((field) => volume[field] !== undefined);
  if (first === undefined) return [required(path, "must specify a volume type")];
  const rule = ownRules[first] as ((source: never, path: string) => FieldError[]) | undefined;
  const shared = sourceRules[first as keyof typeof sourceRules];
  const source = volume[first] as never;
  const errors =
    rule?.(source, child(path, first)) ??
    shared?.(source, child(path, first), { volume: volume.name ?? "", persistent: false }) ??
    [];
  return [...errors, ...extra.map((field) => forbiddenField(child(path, toldAs[field] ?? field), moreThanOneVolume))];
};

/** `pod` is the name of the pod whose volumes these are, if there is one: its generic ephemeral volumes are claims named after it. */
export const volumesErrors = (volumes: readonly Volume[] | undefined, path: string, pod?: string): FieldError[] => {
  if (volumes === undefined || volumes.length === 0) return [];
  const created = new Set(
    pod ? volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${pod}-${name}`) : [],
  );
  const names = new Set<string>();
  return volumes.flatMap((volume, index) => {
    const volumePath = at(path, index);
    const errors = sourceErrors(volume, volumePath);
    const namePath = child(volumePath, "name");
    if (volume.ephemeral !== undefined && pod && volume.name) {
      const claim = `${pod}-${volume.name}`;
      for (const message of dns1123Subdomain(claim))
        errors.push(invalidValue(namePath, volume.name, `PVC name ${quote(claim)}: ${message}`));
    }
    if (!volume.name) errors.push(required(namePath));
    else errors.push(...followsRule(dns1123Label, volume.name, namePath));
    if (names.has(volume.name)) errors.push(duplicate(namePath, volume.name));
    if (errors.length === 0) names.add(volume.name);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && created.has(claim)) {
      const detail = "must not reference a PVC that gets created for an ephemeral volume";
      errors.push(invalidValue(child(volumePath, "persistentVolumeClaim.claimName"), claim, detail));
    }
    return errors;
  });
};

/** Volumes without a fault of their own, which containers may use. */
export const usableVolumes = (spec: { volumes?: Volume[] }): Map<string, Volume> =>
  new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
