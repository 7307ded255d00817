import type { KubernetesObject } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import type { Informed, Informers } from "../engine/informers.js";
import * as resources from "../engine/resources.js";
import { reconcilePodGc } from "./reconcile.js";

/** One key stands for all pods: it is looked at every 20 seconds. */
const everything = "pods";

export function podGcController(informers: Informers): ControllerDefinition {
  const pods = informers.of(resources.pods);
  const nodes = informers.of(resources.nodes);
  const missingSinceMs = new Map<string, number>();
  const lookForMissing = (monotonicMs: number): void => {
    const bound = new Set(pods.store.list().flatMap(({ spec }) => (spec?.nodeName ? [spec.nodeName] : [])));
    for (const name of missingSinceMs.keys())
      if (!bound.has(name) || nodes.store.get(name) !== undefined) missingSinceMs.delete(name);
    for (const name of bound)
      if (nodes.store.get(name) === undefined && !missingSinceMs.has(name)) missingSinceMs.set(name, monotonicMs);
  };
  return {
    name: "pod-gc",
    serviceAccount: "pod-garbage-collector",
    workers: 1,
    intervalMs: 1_000,
    needs: [pods, nodes] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (_key, { answers, nowMs, monotonicMs }) => {
      lookForMissing(monotonicMs);
      return reconcilePodGc(
        { pods: pods.store.list(), node: (name) => nodes.store.get(name), missingSinceMs },
        answers,
        nowMs,
        monotonicMs,
      );
    },
    follow: (enqueue) => {
      enqueue(everything);
      nodes.subscribe(({ type }) => {
        if (type === "deleted") enqueue(everything);
      });
    },
  };
}
