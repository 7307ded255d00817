import type { Pod, Toleration } from "../generated/types.js";

/**
 * Every pod tolerates a node that is not ready or cannot be reached for five minutes, unless it says otherwise.
 * Source: "Taints and Tolerations", taint based evictions.
 */
const toleratedSeconds = 300;
const taintKeys = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] as const;

const covers = (toleration: Toleration, key: string): boolean =>
  (toleration.key === key || !toleration.key) && (toleration.effect === "NoExecute" || !toleration.effect);

export const addDefaultTolerations = (pod: Pod): Pod => {
  const tolerations = pod.spec?.tolerations ?? [];
  const missing = taintKeys.filter((key) => !tolerations.some((toleration) => covers(toleration, key)));
  if (missing.length === 0 || pod.spec === undefined) return pod;
  const added = missing.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: toleratedSeconds }));
  return { ...pod, spec: { ...pod.spec, tolerations: [...tolerations, ...added] } };
};
