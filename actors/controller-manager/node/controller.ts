import { recordEvent } from "../../../src/actor/events.js";
import type { Host } from "../../../src/actor/host.js";
import type { KubernetesObject } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import type { Informed, Informers } from "../engine/informers.js";
import { keyOf } from "../engine/ownership.js";
import { nothingToDo } from "../engine/plan.js";
import * as resources from "../engine/resources.js";
import type { ControllerManagerIo } from "../io/io.js";
import { reconcileRanges } from "./cidr.js";
import { calledOff, expelling, reconcileEviction } from "./eviction.js";
import { Expulsions, isNodeReady } from "./expulsion.js";
import { NodeHealth } from "./health.js";
import { reconcileNode, registered, removed } from "./lifecycle.js";

export function nodeLifecycleController(host: Host, informers: Informers): ControllerDefinition {
  const nodes = informers.of(resources.nodes);
  const leases = informers.of(resources.leases);
  const pods = informers.of(resources.pods);
  const health = new NodeHealth();
  const expulsions = new Expulsions();
  const ready = new Set<string>();
  return {
    name: "node-lifecycle",
    serviceAccount: "node-controller",
    workers: 10,
    needs: [nodes, leases, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { nowMs, monotonicMs }) => {
      const node = nodes.store.get(key);
      if (node === undefined || node.metadata.deletionTimestamp !== undefined) return nothingToDo;
      const lastHeardMs = health.lastHeardMs(key) ?? monotonicMs;
      const noneIsReady = ready.size === 0;
      const expelInMs = () => expulsions.waitMs(node, nodes.store.list(), monotonicMs);
      const view = { node, pods: pods.store.by("node", key), lastHeardMs, noneIsReady, expelInMs };
      return reconcileNode(view, nowMs, monotonicMs);
    },
    follow: (enqueue) => {
      leases.subscribe(({ object }) => {
        if (object.metadata.namespace === "kube-node-lease") health.leaseSeen(object, host.clock.monotonicMs());
      });
      nodes.subscribe((change) => {
        const key = keyOf(change.object);
        if (change.type === "deleted") {
          health.forget(key);
          recordEvent(host, removed(change.object));
        } else health.nodeSeen(change.object, host.clock.monotonicMs());
        if (change.type === "added" && nodes.synced) recordEvent(host, registered(change.object));
        enqueue(key);
        const noneWasReady = ready.size === 0;
        if (change.type !== "deleted" && isNodeReady(change.object)) ready.add(key);
        else ready.delete(key);
        // Whether all nodes are silent or only some decides about every one of them.
        if (noneWasReady !== (ready.size === 0)) for (const node of nodes.store.list()) enqueue(keyOf(node));
      });
    },
  };
}

export function evictionController(host: Host, informers: Informers): ControllerDefinition {
  const nodes = informers.of(resources.nodes);
  const pods = informers.of(resources.pods);
  return {
    name: "taint-eviction",
    serviceAccount: "node-controller",
    workers: 10,
    needs: [nodes, pods] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key, { nowMs }) => {
      const pod = pods.store.get(key);
      return pod === undefined ? nothingToDo : reconcileEviction(pod, nodes.store.get(pod.spec?.nodeName ?? ""), nowMs);
    },
    follow: (enqueue) => {
      pods.subscribe(({ type, object }) => {
        if (type !== "deleted" && expelling(nodes.store.get(object.spec?.nodeName ?? "")).length > 0) enqueue(keyOf(object));
      });
      nodes.subscribe((change) => {
        const here = pods.store.by("node", change.object.metadata.name ?? "");
        if (change.type === "updated") {
          const nowMs = host.clock.nowMs();
          for (const event of calledOff(here, change.previous, change.object, nowMs)) recordEvent(host, event);
        }
        if (change.type === "deleted" || expelling(change.object).length === 0) return;
        for (const pod of here) enqueue(keyOf(pod));
      });
    },
  };
}

export function nodeIpamController(
  informers: Informers,
  { clusterCidr, nodeCidrMaskSize }: ControllerManagerIo,
): ControllerDefinition {
  const nodes = informers.of(resources.nodes);
  return {
    name: "node-ipam",
    serviceAccount: "node-controller",
    workers: 1,
    needs: [nodes] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: () => reconcileRanges(nodes.store.list(), clusterCidr, nodeCidrMaskSize),
    follow: (enqueue) => {
      nodes.subscribe(({ type, object }) => {
        if (type !== "deleted" && !object.spec?.podCIDR) enqueue("nodes");
      });
    },
  };
}
