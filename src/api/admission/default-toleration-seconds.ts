import type { Pod, Toleration } from "../generated/types.js";
import { succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import { type AdmissionPlugin, aboutPods } from "./plugin.js";

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

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: "DefaultTolerationSeconds",
  concerns: (target) => aboutPods(target) && (target.operation === "CREATE" || target.operation === "UPDATE"),
  mutate: ({ object }) => succeed(addDefaultTolerations(object as Pod) as UntypedObject),
};
