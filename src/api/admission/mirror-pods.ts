/** What a mirror pod may not refer to, because a kubelet made it and could otherwise get at anything. */
import type { PodSpec } from "../generated/types.js";
import { secretsOf } from "./mountable-secrets.js";

const configMapsIn = (spec: PodSpec): boolean => {
  const containers = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  const inContainers = containers.some(
    ({ env = [], envFrom = [] }) =>
      env.some(({ valueFrom }) => valueFrom?.configMapKeyRef !== undefined) ||
      envFrom.some(({ configMapRef }) => configMapRef !== undefined),
  );
  return (
    inContainers ||
    (spec.volumes ?? []).some(
      ({ configMap, projected }) =>
        configMap !== undefined || projected?.sources?.some((source) => source.configMap !== undefined),
    )
  );
};

/** What a pod's spec refers to that the API keeps, in words; undefined for nothing. */
export function referenceFault(spec: PodSpec): string | undefined {
  if (spec.serviceAccountName) return "a service account";
  if (secretsOf(spec).length > 0) return "secrets";
  if (configMapsIn(spec)) return "configmaps";
  const volumes = spec.volumes ?? [];
  if (volumes.some(({ projected }) => projected?.sources?.some((source) => source.clusterTrustBundle !== undefined)))
    return "clustertrustbundles";
  if (volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined)) return "persistentvolumeclaims";
  return (spec.resourceClaims ?? []).length > 0 ? "resourceclaims" : undefined;
}
