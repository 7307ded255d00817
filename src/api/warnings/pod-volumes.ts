/** Volumes of a pod whose plugins are gone, and files that a volume would put over each other. */
import { at, child } from "../field-errors.js";
import type { Volume, VolumeProjection } from "../generated/types.js";
import { quote } from "../go-format.js";
import { claimSpecWarnings, removedVolumeWarnings } from "./claims.js";

export const volumeWarnings = (volumes: readonly Volume[], path: string): string[] => [
  ...volumes.flatMap((volume, index) => {
    const volumePath = at(path, index);
    const claim = volume.ephemeral?.volumeClaimTemplate?.spec;
    return [
      ...(volume.gitRepo === undefined
        ? []
        : [`${child(volumePath, "gitRepo")}: deprecated in v1.11, and disabled by default in v1.33+`]),
      ...removedVolumeWarnings(volume, volumePath),
      ...(claim === undefined ? [] : claimSpecWarnings(`${volumePath}.ephemeral.volumeClaimTemplate.spec`, claim)),
    ];
  }),
  ...volumes.flatMap(overlapWarnings),
];

const pathsOf = (items: ReadonlyArray<{ readonly path: string }>): string[] => items.map(({ path }) => path);

const overlapWarnings = ({ name, configMap, secret, downwardAPI, projected }: Volume): string[] => {
  const volume = `volume ${quote(name)}`;
  const of = (items: ReadonlyArray<{ readonly path: string }> | undefined, source: string): string[] =>
    items === undefined ? [] : overlaps(pathsOf(items), `${volume} (${source}): overlapping paths`);
  return [
    ...of(configMap?.items, `ConfigMap ${quote(configMap?.name)}`),
    ...of(secret?.items, `Secret ${quote(secret?.secretName)}`),
    ...of(downwardAPI?.items, "DownwardAPI"),
    ...projectionWarnings(projected?.sources ?? [], volume),
  ];
};

/** The sources of a projected volume share one directory. */
const projectionWarnings = (sources: readonly VolumeProjection[], volume: string): string[] => {
  const warnings: string[] = [];
  const all = new Set<string>();
  for (const source of sources) {
    if (Object.keys(source).length === 0) {
      warnings.push(`${volume} (Projected) has no sources provided`);
      continue;
    }
    const { paths, what } = projectedPaths(source);
    if (paths.length === 0) continue;
    const told = `${volume} (Projected ${what}): overlapping paths`;
    warnings.push(...overlaps(paths, told));
    const unique = new Set(paths);
    warnings.push(...overlaps([...unique, ...all].sort(), told));
    for (const path of unique) all.add(path);
  }
  return warnings;
};

const projectedPaths = (source: VolumeProjection): { readonly paths: readonly string[]; readonly what: string } => {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle } = source;
  if (configMap?.items !== undefined) return { paths: pathsOf(configMap.items), what: `ConfigMap ${quote(configMap.name)}` };
  if (secret?.items !== undefined) return { paths: pathsOf(secret.items), what: `Secret ${quote(secret.name)}` };
  if (downwardAPI?.items !== undefined) return { paths: pathsOf(downwardAPI.items), what: "DownwardAPI" };
  if (serviceAccountToken !== undefined) return { paths: [serviceAccountToken.path], what: "ServiceAccountToken" };
  if (clusterTrustBundle === undefined) return { paths: [], what: "" };
  const { path, name, signerName } = clusterTrustBundle;
  return { paths: [path], what: `ClusterTrustBundle ${quote(name ?? signerName)}` };
};

const overlaps = (paths: readonly string[], told: string): string[] => {
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const each of paths) {
    const path = each.replace(/\/+$/, "");
    const other = [...seen].find((item) => `${item}/`.startsWith(path) || `${path}/`.startsWith(item));
    if (path !== "" && other) warnings.push(`${told}: ${quote(path)} with ${quote(other)}`);
    seen.add(path);
  }
  return warnings;
};
