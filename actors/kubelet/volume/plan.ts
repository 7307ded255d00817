/**
 * What each volume of a pod is on the node: an empty directory, a path of the node, or files made from objects.
 * Source: "Volumes" and "Projected Volumes" in the Kubernetes documentation.
 */
import type { DownwardAPIVolumeFile, KeyToPath, Pod, Volume, VolumeProjection } from "../../../src/api/types.js";
import type { Integer } from "../../../src/json/integer.js";
import { fromBase64, objectNotFound, type PodObjects } from "../container/environment.js";
import type { VolumeFile, VolumeName } from "../io/io.js";
import { fieldOf, type NodeAllocatable, type Resolved, resolved, resourceFieldOf, unresolved } from "../pod/downward.js";
import type { MountedVolume } from "../pod/handle.js";
import { type ClaimedObjects, claimUsedBy, planClaim } from "./claims.js";

export interface VolumeSources {
  readonly pod: Pod;
  readonly podIp: string;
  readonly hostIp: string;
  readonly allocatable: NodeAllocatable;
  readonly objects: PodObjects & ClaimedObjects;
  token(audience: string, expirationSeconds: Integer): string | undefined;
}

export type PlannedVolume = { readonly name: string } & (
  | { readonly kind: "directory"; readonly plugin: string; readonly medium: string; readonly fsGroup: number | undefined }
  | { readonly kind: "hostPath"; readonly path: string; readonly type: string; readonly readOnly: boolean }
  | { readonly kind: "local"; readonly path: string; readonly readOnly: boolean; readonly fsGroup: number | undefined }
  | {
      readonly kind: "files";
      readonly plugin: string;
      readonly files: readonly VolumeFile[];
      readonly fsGroup: number | undefined;
    }
);

/** Nobody writes into what is made of objects. */
export const isReadOnly = (volume: PlannedVolume): boolean =>
  volume.kind === "files" || (volume.kind !== "directory" && volume.readOnly);

const defaultFileMode = 0o644;

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

type Payload = ReadonlyMap<string, Uint8Array>;

function configMapPayload(name: string, optional: boolean, objects: PodObjects): Resolved<Payload> {
  const configMap = objects.configMap(name);
  if (configMap === undefined) return optional ? resolved(new Map()) : unresolved(objectNotFound("configmap", name));
  const payload = new Map(Object.entries(configMap.data ?? {}).map(([key, value]) => [key, bytesOf(value)]));
  for (const [key, value] of Object.entries(configMap.binaryData ?? {})) payload.set(key, fromBase64(value) ?? new Uint8Array());
  return resolved(payload);
}

function secretPayload(name: string, optional: boolean, objects: PodObjects): Resolved<Payload> {
  const secret = objects.secret(name);
  if (secret === undefined) return optional ? resolved(new Map()) : unresolved(objectNotFound("secret", name));
  return resolved(new Map(Object.entries(secret.data ?? {}).map(([key, value]) => [key, fromBase64(value) ?? new Uint8Array()])));
}

/** The keys as files: all of them, or the listed ones at their paths. */
function keyFiles(
  payload: Payload,
  items: readonly KeyToPath[] | undefined,
  mode: number,
  optional: boolean,
  kind: "config" | "secret",
): Resolved<VolumeFile[]> {
  if (items === undefined) return resolved([...payload].map(([path, data]) => ({ path, data, mode })));
  const files: VolumeFile[] = [];
  for (const item of items) {
    const data = payload.get(item.key);
    if (data !== undefined) files.push({ path: item.path, data, mode: item.mode ?? mode });
    else if (!optional) return unresolved(`references non-existent ${kind} key: ${item.key}`);
  }
  return resolved(files);
}

function downwardFiles(
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  { pod, podIp, hostIp, allocatable }: VolumeSources,
): Resolved<VolumeFile[]> {
  const files: VolumeFile[] = [];
  for (const item of items) {
    const value =
      item.fieldRef !== undefined
        ? fieldOf(pod, item.fieldRef.fieldPath, podIp, hostIp)
        : resourceFieldOf(pod, undefined, item.resourceFieldRef ?? { resource: "" }, allocatable);
    if (!value.ok) return value;
    files.push({ path: item.path, data: bytesOf(value.value), mode: item.mode ?? mode });
  }
  return resolved(files);
}

function configMapFiles(
  source: { name?: string; items?: KeyToPath[]; optional?: boolean },
  mode: number,
  { objects }: VolumeSources,
): Resolved<VolumeFile[]> {
  const { name = "", items, optional = false } = source;
  const payload = configMapPayload(name, optional, objects);
  return payload.ok ? keyFiles(payload.value, items, mode, optional, "config") : payload;
}

function secretFiles(
  source: { name?: string; items?: KeyToPath[]; optional?: boolean },
  mode: number,
  { objects }: VolumeSources,
): Resolved<VolumeFile[]> {
  const { name = "", items, optional = false } = source;
  const payload = secretPayload(name, optional, objects);
  return payload.ok ? keyFiles(payload.value, items, mode, optional, "secret") : payload;
}

function projectionFiles(source: VolumeProjection, mode: number, sources: VolumeSources): Resolved<VolumeFile[]> {
  if (source.configMap !== undefined) return configMapFiles(source.configMap, mode, sources);
  if (source.secret !== undefined) return secretFiles(source.secret, mode, sources);
  if (source.downwardAPI !== undefined) return downwardFiles(source.downwardAPI.items ?? [], mode, sources);
  if (source.serviceAccountToken === undefined)
    return unresolved("a projected source is neither configMap, secret, downwardAPI nor serviceAccountToken");
  const { audience = "", expirationSeconds = 3600, path } = source.serviceAccountToken;
  const token = sources.token(audience, expirationSeconds);
  return token === undefined ? unresolved("failed to fetch token") : resolved([tokenFile(path, token, mode, sources.pod)]);
}

/** A token is for those only that run in the pod, where it says who that is. Source: KEP-1205, "File permission". */
function tokenFile(path: string, token: string, mode: number, pod: Pod): VolumeFile {
  const user = commonUser(pod);
  const isOfSome = user !== undefined || pod.spec?.securityContext?.fsGroup !== undefined;
  return { path, data: bytesOf(token), mode: isOfSome ? 0o600 : mode, ...(user === undefined ? {} : { user }) };
}

/** As whom all containers of a pod run; undefined where they are several, or it is left to images. */
function commonUser({ spec }: Pod): number | undefined {
  const { securityContext, containers = [], initContainers = [] } = spec ?? {};
  const users = [...initContainers, ...containers].map((each) => each.securityContext?.runAsUser ?? securityContext?.runAsUser);
  const [first] = users;
  return first !== undefined && users.every((user) => user === first) ? Number(first) : undefined;
}

function projectedFiles(volume: Volume, sources: VolumeSources): Resolved<VolumeFile[]> {
  const mode = volume.projected?.defaultMode ?? defaultFileMode;
  const files = new Map<string, VolumeFile>();
  for (const source of volume.projected?.sources ?? []) {
    const some = projectionFiles(source, mode, sources);
    if (!some.ok) return some;
    for (const file of some.value) files.set(file.path, file);
  }
  return resolved([...files.values()]);
}

const filesAs =
  (name: string, plugin: string, fsGroup: number | undefined) =>
  (files: Resolved<VolumeFile[]>): Resolved<PlannedVolume> =>
    files.ok ? resolved({ kind: "files", name, plugin, files: files.value, fsGroup }) : files;

const plugins: ReadonlyArray<readonly [keyof Volume, string]> = [
  ["configMap", "kubernetes.io~configmap"],
  ["secret", "kubernetes.io~secret"],
  ["downwardAPI", "kubernetes.io~downward-api"],
  ["projected", "kubernetes.io~projected"],
  ["emptyDir", "kubernetes.io~empty-dir"],
];

const pluginOf = (volume: Volume): string =>
  plugins.find(([kind]) => volume[kind] !== undefined)?.[1] ?? "kubernetes.io~empty-dir";

/**
 * Where the volumes of a pod are, whether they are there yet or not. `path` says where one of a plugin is. Where a claimed
 * volume is, only its claim says.
 */
export function volumePaths(pod: Pod, path: (name: Omit<VolumeName, "podUid">) => string): ReadonlyMap<string, MountedVolume> {
  const paths = new Map<string, MountedVolume>();
  for (const volume of pod.spec?.volumes ?? []) {
    const { name, hostPath, emptyDir, persistentVolumeClaim, ephemeral } = volume;
    if (persistentVolumeClaim !== undefined || ephemeral !== undefined) continue;
    const place = hostPath?.path ?? path({ plugin: pluginOf(volume), volume: name, medium: emptyDir?.medium ?? "" });
    paths.set(name, { path: place, readOnly: isRefreshable(volume) });
  }
  return paths;
}

/** The group that a pod's own files belong to. */
export const fsGroupOf = ({ spec }: Pod): number | undefined =>
  spec?.securityContext?.fsGroup === undefined ? undefined : Number(spec.securityContext.fsGroup);

/** One volume, or the message of its FailedMount. */
function planVolume(volume: Volume, sources: VolumeSources): Resolved<PlannedVolume> {
  const { name, emptyDir, hostPath, configMap, secret, downwardAPI, projected } = volume;
  const fsGroup = fsGroupOf(sources.pod);
  const files = filesAs(name, pluginOf(volume), fsGroup);
  if (hostPath !== undefined)
    return resolved({ kind: "hostPath", name, path: hostPath.path, type: hostPath.type ?? "", readOnly: false });
  if (configMap !== undefined) return files(configMapFiles(configMap, configMap.defaultMode ?? defaultFileMode, sources));
  if (secret !== undefined) {
    const { secretName = "", defaultMode = defaultFileMode, ...rest } = secret;
    return files(secretFiles({ name: secretName, ...rest }, defaultMode, sources));
  }
  if (downwardAPI !== undefined) {
    return files(downwardFiles(downwardAPI.items ?? [], downwardAPI.defaultMode ?? defaultFileMode, sources));
  }
  if (projected !== undefined) return files(projectedFiles(volume, sources));
  const kind = Object.keys(volume).find((field) => field !== "name");
  if (emptyDir !== undefined || kind === undefined)
    return resolved({ kind: "directory", name, plugin: pluginOf(volume), medium: emptyDir?.medium ?? "", fsGroup });
  return unresolved(`no volume plugin matched: volumes of type ${kind} are not supported on this node`);
}

/** All volumes of the pod, or the FailedMount message of the first that cannot be made. */
export function planVolumes(sources: VolumeSources): Resolved<PlannedVolume[]> {
  const planned: PlannedVolume[] = [];
  for (const volume of sources.pod.spec?.volumes ?? []) {
    const claim = claimUsedBy(sources.pod, volume.name);
    const one = claim === undefined ? planVolume(volume, sources) : planClaim(sources.pod, claim, sources.objects);
    if (one.ok) planned.push(one.value);
    else if (claim !== undefined) return one;
    else return unresolved(`MountVolume.SetUp failed for volume "${volume.name}" : ${one.message}`);
  }
  return resolved(planned);
}

/** True when what is in the volume can change while the pod runs. */
export const isRefreshable = (volume: Volume): boolean =>
  (volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected) !== undefined;

/** True when some volume shows what the pod itself says. */
export const showsItself = (pod: Pod): boolean =>
  (pod.spec?.volumes ?? []).some(
    ({ downwardAPI, projected }) =>
      downwardAPI !== undefined || (projected?.sources?.some((source) => source.downwardAPI !== undefined) ?? false),
  );
