/**
 * Pods that want to be near other pods, or apart from them.
 * Source: https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity
 */
import type { Filter } from "./filter.js";
import type { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";
import type { PodTerm } from "./pod-terms.js";
import { mostPoints, type Score } from "./score.js";

/** How many pods there are in each place: a label of nodes and its value. */
class Places {
  private readonly counts = new Map<string, number>();

  add(node: NodeInfo, topologyKey: string, count: number): void {
    const place = placeOf(node, topologyKey);
    if (place !== undefined) this.counts.set(place, (this.counts.get(place) ?? 0) + count);
  }

  at(node: NodeInfo, topologyKey: string): number {
    return this.counts.get(placeOf(node, topologyKey) ?? "") ?? 0;
  }

  get empty(): boolean {
    return this.counts.size === 0;
  }
}

export const labelOf = ({ node }: NodeInfo, key: string): string | undefined => {
  const labels = node?.metadata.labels ?? {};
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
};

const placeOf = (node: NodeInfo, key: string): string | undefined => {
  const value = labelOf(node, key);
  return value === undefined ? undefined : `${key}=${value}`;
};

/** Counts the pods that all the terms match, in the place of each term. */
function countNear(terms: readonly PodTerm[], nodes: readonly NodeInfo[]): Places {
  const places = new Places();
  if (terms.length === 0) return places;
  for (const node of nodes) {
    let matching = 0;
    for (const { pod } of node.pods.values()) if (terms.every((term) => term.matches(pod))) matching += 1;
    if (matching > 0) for (const { topologyKey } of terms) places.add(node, topologyKey, matching);
  }
  return places;
}

function countApart(terms: readonly PodTerm[], nodes: readonly NodeInfo[]): Places {
  const places = new Places();
  if (terms.length === 0) return places;
  for (const node of nodes) {
    for (const { pod } of node.pods.values()) {
      for (const term of terms) if (term.matches(pod)) places.add(node, term.topologyKey, 1);
    }
  }
  return places;
}

/** Where pods run that want to be apart from this one, and by which label. */
function keptAway({ pod }: PodInfo, nodes: readonly NodeInfo[]): { places: Places; keys: ReadonlySet<string> } {
  const places = new Places();
  const keys = new Set<string>();
  for (const node of nodes) {
    for (const { terms } of node.podsApart.values()) {
      for (const term of terms?.apart ?? []) {
        if (!term.matches(pod)) continue;
        places.add(node, term.topologyKey, 1);
        keys.add(term.topologyKey);
      }
    }
  }
  return { places, keys };
}

/** Filters for one pod, over all nodes as they are now; none when nobody's terms concern it. */
export function interPodFilters(pod: PodInfo, nodes: readonly NodeInfo[]): Filter[] {
  const { near = [], apart = [] } = pod.terms ?? {};
  const away = keptAway(pod, nodes);
  if (near.length === 0 && apart.length === 0 && away.places.empty) return [];
  const nearby = countNear(near, nodes);
  const others = countApart(apart, nodes);
  // The first of a group that wants to be together has nobody to be near to yet.
  const isFirst = nearby.empty && near.every((term) => term.matches(pod.pod));
  const rejects: Filter["rejects"] = (_pod, node) => {
    const isNear = near.every(
      ({ topologyKey }) => labelOf(node, topologyKey) !== undefined && (isFirst || nearby.at(node, topologyKey) > 0),
    );
    if (!isNear) return { reasons: ["node(s) didn't match pod affinity rules"], unresolvable: true };
    if (apart.some(({ topologyKey }) => others.at(node, topologyKey) > 0)) {
      return { reasons: ["node(s) didn't match pod anti-affinity rules"], unresolvable: false };
    }
    if ([...away.keys].some((key) => away.places.at(node, key) > 0)) {
      return { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], unresolvable: false };
    }
    return undefined;
  };
  return [{ name: "InterPodAffinity", rejects }];
}

/** Follows the preferred terms of a pod. */
export const interPodAffinity: Score = (pod, nodes) => {
  const preferred = pod.terms?.preferred ?? [];
  if (preferred.length === 0) return nodes.map(() => 0);
  const places = new Places();
  for (const node of nodes) {
    for (const other of node.pods.values()) {
      for (const term of preferred) if (term.matches(other.pod)) places.add(node, term.topologyKey, term.weight);
    }
  }
  const keys = [...new Set(preferred.map(({ topologyKey }) => topologyKey))];
  const raw = nodes.map((node) => keys.reduce((sum, key) => sum + places.at(node, key), 0));
  const [least, most] = [Math.min(...raw), Math.max(...raw)];
  return raw.map((each) => (most === least ? 0 : Math.floor((mostPoints * (each - least)) / (most - least))));
};
