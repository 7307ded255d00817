/** Which nodes a pod asks for by their labels. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/ */
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from "./types.js";

type Labels = { readonly [key: string]: string };

const integer = (text: string | undefined): number | undefined =>
  text !== undefined && /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined;

function requirementHolds({ key, operator, values = [] }: NodeSelectorRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      const [found, bound] = [integer(value), integer(values[0])];
      if (found === undefined || bound === undefined) return false;
      return operator === "Gt" ? found > bound : found < bound;
    }
    default:
      return false;
  }
}

/** All of a term's requirements must hold; a term without any matches nothing. */
export function termMatches(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const fields: Labels = { "metadata.name": node.metadata.name ?? "" };
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every((requirement) => requirementHolds(requirement, labels)) &&
    matchFields.every((requirement) => requirementHolds(requirement, fields))
  );
}

/** One term that matches is enough. */
export const nodeSelectorMatches = (selector: NodeSelector, node: Node): boolean =>
  selector.nodeSelectorTerms.some((term) => termMatches(term, node));

/** Both spec.nodeSelector and the required node affinity must allow the node. */
export function nodeIsAskedFor(spec: PodSpec, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
    if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
  }
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}

/** The sum of the weights of the preferred terms that match. */
export function preferenceWeight(spec: PodSpec, node: Node): number {
  let weight = 0;
  for (const term of spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (term.weight !== 0 && termMatches(term.preference, node)) weight += term.weight;
  }
  return weight;
}

/**
 * The only nodes that the required affinity names by `metadata.name`, as a DaemonSet's pods do; undefined when some term
 * names none, so that any node may be asked for.
 */
export function nodesNamed(spec: PodSpec): ReadonlySet<string> | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const named = matchFields.filter(({ key, operator }) => key === "metadata.name" && operator === "In");
    const [first, ...rest] = named;
    if (first === undefined) return undefined;
    for (const name of first.values ?? []) if (rest.every(({ values = [] }) => values.includes(name))) names.add(name);
  }
  return names;
}
