import { at, child, type FieldError, invalidValue, notSupported, required, tooLong } from "../field-errors.js";
import type {
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  HostPathVolumeSource,
  PersistentVolumeSpec,
  QuobyteVolumeSource,
  SecretReference,
  Volume,
} from "../generated/types.js";
import { byteLength, dns1123Label, dns1123Subdomain, rangeMessage } from "../names.js";
import { followsRule, oneOf } from "./common.js";
import { backstepErrors, descendingPathErrors } from "./paths.js";

/** Where a volume comes from, alike in pods and in PersistentVolumes. Source: Volume v1 core in the API reference. */

export const moreThanOneVolume = "may not specify more than 1 volume type";

const hostPathTypes = ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

/** Texts that must be there. */
const needed = <T extends object>(source: T, path: string, ...fields: Array<keyof T & string>): FieldError[] =>
  fields
    .filter((field) => {
      const value = source[field];
      return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    })
    .map((field) => required(child(path, field)));

const hostPathErrors = (hostPath: HostPathVolumeSource, path: string): FieldError[] => {
  if (!hostPath.path) return [required(child(path, "path"))];
  return [
    ...backstepErrors(hostPath.path, child(path, "path")),
    ...oneOf(hostPath.type ?? "", hostPathTypes, child(path, "type")),
  ];
};

const partitionErrors = (partition: number | undefined, path: string): FieldError[] =>
  partition !== undefined && (partition < 0 || partition > 255)
    ? [invalidValue(child(path, "partition"), partition, rangeMessage(1, 255))]
    : [];

const initiatorKinds: ReadonlyArray<readonly [prefix: string, format: RegExp]> = [
  ["iqn", /^iqn\.\d{4}-\d{2}\.([a-zA-Z0-9-.]+)(:[^,;*&$|\s]+)$/],
  ["eui", /^eui.[a-zA-Z0-9]{16}$/],
  ["naa", /^naa.[a-zA-Z0-9]{32}$/],
];

const initiatorErrors = (name: string, path: string, detail: string): FieldError[] => {
  const kind = initiatorKinds.find(([prefix]) => name.startsWith(prefix));
  if (kind === undefined) return [invalidValue(path, name, detail)];
  return kind[1].test(name) ? [] : [invalidValue(path, name, "must be valid format")];
};

type Iscsi = NonNullable<Volume["iscsi"]>;

const tooLongTarget =
  "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";

const iscsiErrors = (iscsi: Iscsi, path: string, volume: string, persistent: boolean): FieldError[] => {
  const starts = "must be valid format starting with iqn, eui, or naa";
  const errors = needed(iscsi, path, "targetPortal");
  const long = iscsi.initiatorName !== undefined && byteLength(`${volume}:${iscsi.targetPortal}`) > 64;
  if (persistent && long) errors.push(invalidValue(child(path, "targetportal"), iscsi.targetPortal, tooLongTarget));
  errors.push(
    ...(iscsi.iqn
      ? initiatorErrors(iscsi.iqn, child(path, "iqn"), persistent ? "must be valid format" : starts)
      : [required(child(path, "iqn"))]),
  );
  if (iscsi.lun < 0 || iscsi.lun > 255) errors.push(invalidValue(child(path, "lun"), iscsi.lun, rangeMessage(0, 255)));
  if ((iscsi.chapAuthDiscovery || iscsi.chapAuthSession) && iscsi.secretRef === undefined)
    errors.push(required(child(path, "secretRef")));
  if (persistent && iscsi.secretRef !== undefined) errors.push(...needed(iscsi.secretRef, child(path, "secretRef"), "name"));
  if (iscsi.initiatorName !== undefined)
    errors.push(...initiatorErrors(iscsi.initiatorName, child(path, "initiatorname"), starts));
  if (!persistent && long) errors.push(invalidValue(child(path.slice(0, path.lastIndexOf(".")), "name"), volume, tooLongTarget));
  return errors;
};

const fibreErrors = (fc: FCVolumeSource, path: string): FieldError[] => {
  const names = fc.targetWWNs ?? [];
  const ids = fc.wwids ?? [];
  const namesPath = child(path, "targetWWNs");
  const lunPath = child(path, "lun");
  const errors: FieldError[] = [];
  if (names.length === 0 && ids.length === 0)
    errors.push(required(namesPath, "must specify either targetWWNs or wwids, but not both"));
  if (names.length > 0 && ids.length > 0)
    errors.push(invalidValue(namesPath, names, "targetWWNs and wwids can not be specified simultaneously"));
  if (names.length === 0) return errors;
  if (fc.lun === undefined) errors.push(required(lunPath, "lun is required if targetWWNs is specified"));
  else if (fc.lun < 0 || fc.lun > 255) errors.push(invalidValue(lunPath, fc.lun, rangeMessage(0, 255)));
  return errors;
};

/** A host and a port as Go splits them: IPv6 addresses in brackets. */
const isHostPort = (text: string): boolean => /^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(text);

const quobyteErrors = (quobyte: QuobyteVolumeSource, path: string): FieldError[] => {
  const detail = "must be a host:port pair or multiple pairs separated by commas";
  const errors: FieldError[] = [];
  if (!quobyte.registry) errors.push(required(child(path, "registry"), detail));
  else if (byteLength(quobyte.tenant ?? "") >= 65)
    errors.push(required(child(path, "tenant"), "must be a UUID and may not exceed a length of 64 characters"));
  else {
    for (const pair of quobyte.registry.split(","))
      if (!isHostPort(pair)) errors.push(invalidValue(child(path, "registry"), quobyte.registry, detail));
  }
  return [...errors, ...needed(quobyte, path, "volume")];
};

const flexErrors = (flex: Pick<FlexVolumeSource, "driver" | "options">, path: string): FieldError[] => {
  const errors = needed(flex, path, "driver");
  for (const key of Object.keys(flex.options ?? {})) {
    const owner = `.${key.split("/", 1)[0]!.toLowerCase()}`;
    if (!owner.endsWith(".kubernetes.io") && !owner.endsWith(".k8s.io")) continue;
    errors.push(invalidValue(at(child(path, "options"), key), key, "kubernetes.io and k8s.io namespaces are reserved"));
  }
  return errors;
};

const azureDiskErrors = (disk: AzureDiskVolumeSource, path: string): FieldError[] => {
  const errors = needed(disk, path, "diskName", "diskURI");
  if (disk.cachingMode !== undefined)
    errors.push(...oneOf(disk.cachingMode, ["None", "ReadOnly", "ReadWrite"], child(path, "cachingMode")));
  if (disk.kind === undefined) return errors;
  errors.push(...oneOf(disk.kind, ["Dedicated", "Managed", "Shared"], child(path, "kind")));
  const managed = disk.kind === "Managed";
  if (!(disk.diskURI ?? "").startsWith(managed ? "/subscriptions/" : "https://")) {
    const form = managed
      ? "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
      : "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd";
    errors.push(notSupported(child(path, "diskURI"), disk.diskURI ?? "", [form]));
  }
  return errors;
};

const maxDriverName = 63;

export const csiDriverNameErrors = (name = "", path: string): FieldError[] => {
  const errors: FieldError[] = name === "" ? [required(path)] : [];
  if (byteLength(name) > maxDriverName) errors.push(tooLong(path, maxDriverName));
  return [...errors, ...dns1123Subdomain(name.toLowerCase()).map((message) => invalidValue(path, name, message))];
};

const secretReferenceErrors = ({ name, namespace }: SecretReference, path: string): FieldError[] => [
  ...(name ? followsRule(dns1123Subdomain, name, child(path, "name")) : [required(child(path, "name"))]),
  ...(namespace ? followsRule(dns1123Label, namespace, child(path, "namespace")) : [required(child(path, "namespace"))]),
];

const csiPersistentErrors = (csi: NonNullable<PersistentVolumeSpec["csi"]>, path: string): FieldError[] => {
  const errors = [...csiDriverNameErrors(csi.driver, child(path, "driver")), ...needed(csi, path, "volumeHandle")];
  for (const field of [
    "controllerPublishSecretRef",
    "controllerExpandSecretRef",
    "nodePublishSecretRef",
    "nodeExpandSecretRef",
  ] as const) {
    const secret = csi[field];
    if (secret !== undefined) errors.push(...secretReferenceErrors(secret, child(path, field)));
  }
  return errors;
};

const csiInlineErrors = (csi: NonNullable<Volume["csi"]>, path: string): FieldError[] => {
  const errors = csiDriverNameErrors(csi.driver, child(path, "driver"));
  if (csi.nodePublishSecretRef === undefined) return errors;
  const { name } = csi.nodePublishSecretRef;
  if (!name) errors.push(required(child(path, "nodePublishSecretRef.name")));
  else errors.push(...followsRule(dns1123Subdomain, name, child(path, "name")));
  return errors;
};

type Storageos = NonNullable<Volume["storageos"] | PersistentVolumeSpec["storageos"]>;

const storageosErrors = (storageos: Storageos, path: string, persistent: boolean): FieldError[] => {
  const { secretRef, volumeName, volumeNamespace } = storageos;
  const errors = volumeName
    ? followsRule(dns1123Label, volumeName, child(path, "volumeName"))
    : [required(child(path, "volumeName"))];
  if (volumeNamespace) errors.push(...followsRule(dns1123Label, volumeNamespace, child(path, "volumeNamespace")));
  if (secretRef !== undefined) errors.push(...ownSecretErrors(secretRef, path, persistent));
  return errors;
};

const ownSecretErrors = (secret: SecretReference, path: string, persistent: boolean): FieldError[] =>
  persistent ? needed(secret, child(path, "secretRef"), "name", "namespace") : needed(secret, child(path, "secretRef"), "name");

const glusterNamespaceErrors = (namespace: string | undefined, path: string): FieldError[] => {
  if (namespace === undefined) return [];
  if (namespace === "")
    return [invalidValue(path, namespace, "if the endpointnamespace is set, it must be a valid namespace name")];
  return followsRule(dns1123Label, namespace, path);
};

/** Both kinds of objects that have volumes in them name most sources alike. */
type Sources = Omit<Volume, "name"> & Omit<PersistentVolumeSpec, keyof Volume>;

interface Of {
  /** What the object with the volume calls it. */
  readonly volume: string;
  readonly persistent: boolean;
}

type SourceRules = { readonly [K in keyof Sources]?: (source: never, path: string, of: Of) => FieldError[] };

/** Sources with nothing but texts that must be there. */
const withTexts =
  <K extends keyof Sources>(...fields: Array<keyof NonNullable<Sources[K]> & string>) =>
  (source: NonNullable<Sources[K]>, path: string): FieldError[] =>
    needed(source, path, ...fields);

/** What must hold for a volume's source; those of pods alone are in pod-volumes.ts. */
export const sourceRules: SourceRules = {
  hostPath: hostPathErrors,
  gitRepo: (git: NonNullable<Volume["gitRepo"]>, path) => [
    ...needed(git, path, "repository"),
    ...descendingPathErrors(git.directory ?? "", child(path, "directory")),
  ],
  gcePersistentDisk: (disk: NonNullable<Volume["gcePersistentDisk"]>, path) => {
    const told = `${path.slice(0, path.lastIndexOf("."))}.persistentDisk`;
    return [...needed(disk, told, "pdName"), ...partitionErrors(disk.partition, told)];
  },
  awsElasticBlockStore: (disk: NonNullable<Volume["awsElasticBlockStore"]>, path) => [
    ...needed(disk, path, "volumeID"),
    ...partitionErrors(disk.partition, path),
  ],
  nfs: (nfs: NonNullable<Volume["nfs"]>, path) => [
    ...needed(nfs, path, "server", "path"),
    ...(nfs.path?.startsWith("/") ? [] : [invalidValue(child(path, "path"), nfs.path ?? "", "must be an absolute path")]),
  ],
  iscsi: (iscsi: Iscsi, path, { volume, persistent }) => iscsiErrors(iscsi, path, volume, persistent),
  glusterfs: (gluster: NonNullable<PersistentVolumeSpec["glusterfs"]>, path) => [
    ...needed(gluster, path, "endpoints", "path"),
    ...glusterNamespaceErrors(gluster.endpointsNamespace, child(path, "endpointsNamespace")),
  ],
  flocker: ({ datasetName = "", datasetUUID = "" }: NonNullable<Volume["flocker"]>, path) => {
    const errors: FieldError[] = [];
    if (datasetName === "" && datasetUUID === "") errors.push(required(path, "one of datasetName and datasetUUID is required"));
    if (datasetName !== "" && datasetUUID !== "")
      errors.push(invalidValue(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
    if (datasetName.includes("/")) errors.push(invalidValue(child(path, "datasetName"), datasetName, "must not contain '/'"));
    return errors;
  },
  persistentVolumeClaim: withTexts<"persistentVolumeClaim">("claimName"),
  rbd: withTexts<"rbd">("monitors", "image"),
  cinder: (cinder: NonNullable<PersistentVolumeSpec["cinder"]>, path, { persistent }) => [
    ...needed(cinder, path, "volumeID"),
    ...(cinder.secretRef === undefined ? [] : ownSecretErrors(cinder.secretRef, path, persistent)),
  ],
  cephfs: withTexts<"cephfs">("monitors"),
  quobyte: quobyteErrors,
  fc: fibreErrors,
  flexVolume: flexErrors,
  azureFile: (file: NonNullable<PersistentVolumeSpec["azureFile"]>, path) => [
    ...needed(file, path, "secretName", "shareName"),
    ...(file.secretNamespace === "" ? [required(child(path, "secretNamespace"))] : []),
  ],
  vsphereVolume: withTexts<"vsphereVolume">("volumePath"),
  photonPersistentDisk: withTexts<"photonPersistentDisk">("pdID"),
  portworxVolume: withTexts<"portworxVolume">("volumeID"),
  azureDisk: azureDiskErrors,
  storageos: (storageos: Storageos, path, { persistent }) => storageosErrors(storageos, path, persistent),
  scaleIO: withTexts<"scaleIO">("gateway", "system", "volumeName"),
  csi: (csi: never, path, { persistent }) => (persistent ? csiPersistentErrors(csi, path) : csiInlineErrors(csi, path)),
  local: (local: NonNullable<PersistentVolumeSpec["local"]>, path) =>
    local.path ? backstepErrors(local.path, child(path, "path")) : [required(child(path, "path"))],
};
