/** How the objects of each resource count. Source: "Object count quota" of the Kubernetes documentation on quotas. */
import { type GroupResource, resourceText } from "../status.js";
import { claimEvaluator } from "./claims.js";
import { deviceClaimEvaluator } from "./device-claims.js";
import { podEvaluator } from "./pods.js";
import { serviceEvaluator } from "./services.js";
import { type Evaluator, one, type Usage } from "./usage.js";

/** `count/pods`, `count/deployments.apps`. */
export const countName = (of: GroupResource): string => `count/${resourceText(of)}`;

/** Kinds of the core group that are also counted under their plain names. */
const plainlyCounted = new Set(["configmaps", "secrets", "replicationcontrollers", "resourcequotas"]);

function objectCount(of: GroupResource): Evaluator {
  const names = [countName(of), ...(of.group === "" && plainlyCounted.has(of.resource) ? [of.resource] : [])];
  const usage: Usage = new Map(names.map((name) => [name, one]));
  return { counts: (name) => names.includes(name), usage: () => usage, chargesUpdates: false };
}

/** By `pods`, `resourceclaims.resource.k8s.io`. */
const special = new Map<string, Evaluator>([
  ["pods", podEvaluator],
  ["services", serviceEvaluator],
  ["persistentvolumeclaims", claimEvaluator],
  ["resourceclaims.resource.k8s.io", deviceClaimEvaluator],
]);

const groupResourceIn = (text: string): GroupResource => {
  const dot = text.indexOf(".");
  return dot < 0 ? { group: "", resource: text } : { group: text.slice(dot + 1), resource: text.slice(0, dot) };
};

/** How objects of a resource count. Events do not. */
export function evaluatorOf(of: GroupResource): Evaluator | undefined {
  if (of.group === "" && of.resource === "events") return undefined;
  return special.get(resourceText(of)) ?? objectCount(of);
}

/** The resource whose objects a name of a quota counts, so that whoever counts knows where to look. */
export function countedBy(name: string): GroupResource | undefined {
  for (const [resource, evaluator] of special) if (evaluator.counts(name)) return groupResourceIn(resource);
  if (plainlyCounted.has(name)) return { group: "", resource: name };
  return name.startsWith("count/") ? groupResourceIn(name.slice("count/".length)) : undefined;
}
