/** What a pod's volumes and environments speak of, so that it can be fetched before they are made. */
import type { Container, PersistentVolumeClaim, Pod, Volume } from "../../../src/api/types.js";
import { claimsUsed } from "../../../src/api/volumes/pod-claims.js";
import type { Integer } from "../../../src/json/integer.js";

export type Reference =
  | { readonly kind: "configmaps" | "secrets" | "persistentvolumeclaims" | "persistentvolumes"; readonly name: string }
  | { readonly kind: "token"; readonly audience: string; readonly expirationSeconds: Integer };

export const referenceKey = (reference: Reference): string =>
  reference.kind === "token"
    ? `token/${reference.audience}/${reference.expirationSeconds}`
    : `${reference.kind}/${reference.name}`;

const tokenLifetimeSeconds = 3600;

function ofVolume(volume: Volume): Reference[] {
  if (volume.configMap !== undefined) return [{ kind: "configmaps", name: volume.configMap.name ?? "" }];
  if (volume.secret !== undefined) return [{ kind: "secrets", name: volume.secret.secretName ?? "" }];
  return (volume.projected?.sources ?? []).flatMap((source): Reference[] => {
    if (source.configMap !== undefined) return [{ kind: "configmaps", name: source.configMap.name ?? "" }];
    if (source.secret !== undefined) return [{ kind: "secrets", name: source.secret.name ?? "" }];
    if (source.serviceAccountToken === undefined) return [];
    const { audience = "", expirationSeconds = tokenLifetimeSeconds } = source.serviceAccountToken;
    return [{ kind: "token", audience, expirationSeconds }];
  });
}

function ofContainer(container: Container): Reference[] {
  const references: Reference[] = [];
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) references.push({ kind: "configmaps", name: configMapRef.name ?? "" });
    if (secretRef !== undefined) references.push({ kind: "secrets", name: secretRef.name ?? "" });
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef !== undefined)
      references.push({ kind: "configmaps", name: valueFrom.configMapKeyRef.name ?? "" });
    if (valueFrom?.secretKeyRef !== undefined) references.push({ kind: "secrets", name: valueFrom.secretKeyRef.name ?? "" });
  }
  return references;
}

const distinct = (references: readonly Reference[]): Reference[] => [
  ...new Map(references.map((reference) => [referenceKey(reference), reference])).values(),
];

export const volumeReferences = (pod: Pod): Reference[] =>
  distinct([
    ...(pod.spec?.volumes ?? []).flatMap(ofVolume),
    ...claimsUsed(pod).map(({ name }): Reference => ({ kind: "persistentvolumeclaims", name })),
  ]);

/** The volumes of claims that were read. */
export const persistentReferences = (claims: ReadonlyArray<PersistentVolumeClaim | undefined>): Reference[] =>
  distinct(
    claims.flatMap((claim): Reference[] => {
      const name = claim?.spec?.volumeName;
      return name ? [{ kind: "persistentvolumes", name }] : [];
    }),
  );

export const environmentReferences = (container: Container): Reference[] => distinct(ofContainer(container));
