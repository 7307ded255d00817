/** How the objects of each resource count. Source: "Object count quota" of the Kubernetes documentation on quotas. */
import { type GroupResource, resourceText } from "../status.js";
import { claimEvaluator } from "./claims.js";
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

const special = new Map<string, Evaluator>([
  ["pods", podEvaluator],
  ["services", serviceEvaluator],
  ["persistentvolumeclaims", claimEvaluator],
]);

/** How objects of a resource count. Events do not. */
export function evaluatorOf(of: GroupResource): Evaluator | undefined {
  if (of.group === "" && of.resource === "events") return undefined;
  return (of.group === "" ? special.get(of.resource) : undefined) ?? objectCount(of);
}

/** The resource whose objects a name of a quota counts, so that whoever counts knows where to look. */
export function countedBy(name: string): GroupResource | undefined {
  for (const [resource, evaluator] of special) if (evaluator.counts(name)) return { group: "", resource };
  if (plainlyCounted.has(name)) return { group: "", resource: name };
  if (!name.startsWith("count/")) return undefined;
  const counted = name.slice("count/".length);
  const dot = counted.indexOf(".");
  return dot < 0 ? { group: "", resource: counted } : { group: counted.slice(dot + 1), resource: counted.slice(0, dot) };
}
