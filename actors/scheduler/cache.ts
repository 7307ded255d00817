/**
 * What the scheduler believes: every node with its pods, those included that it has only decided about. An assumed pod
 * counts from the decision on, becomes confirmed when the API server tells of it, and is forgotten when binding fails.
 */
import type { Node } from "../../src/api/types.js";
import { NodeInfo } from "./node-info.js";
import type { PodInfo } from "./pod-info.js";

export class SchedulerCache {
  private readonly infos = new Map<string, NodeInfo>();
  /** Where each pod counts. */
  private readonly places = new Map<string, { node: string; uid: string; assumed: boolean }>();
  private known: NodeInfo[] | undefined;

  /** Nodes that exist, in the order in which they became known. */
  nodes(): readonly NodeInfo[] {
    this.known ??= [...this.infos.values()].filter(({ node }) => node !== undefined);
    return this.known;
  }

  node(name: string): NodeInfo | undefined {
    return this.infos.get(name);
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? "";
    const info = this.infos.get(name);
    if (info === undefined) this.infos.set(name, new NodeInfo(name, node));
    else {
      if (info.node === undefined) this.known = undefined;
      info.become(node);
      return;
    }
    this.known = undefined;
  }

  removeNode(name: string): void {
    const info = this.infos.get(name);
    if (info === undefined) return;
    this.known = undefined;
    info.become(undefined);
    if (info.pods.size === 0) this.infos.delete(name);
  }

  isAssumed(key: string): boolean {
    return this.places.get(key)?.assumed ?? false;
  }

  isConfirmed(key: string): boolean {
    return this.places.get(key)?.assumed === false;
  }

  /** Counts a pod on a node before anybody else knows. */
  assume(pod: PodInfo, node: string): void {
    this.place(pod, node, true);
  }

  /** The binding failed: the pod no longer counts. One that was confirmed meanwhile stays, and a namesake that came after it. */
  forget({ key, uid }: PodInfo): void {
    const place = this.places.get(key);
    if (place?.assumed && place.uid === uid) this.remove(key);
  }

  /** The API server tells of a pod with a node. */
  confirm(pod: PodInfo, node: string): void {
    this.place(pod, node, false);
  }

  remove(key: string): void {
    const place = this.places.get(key);
    if (place === undefined) return;
    this.places.delete(key);
    const info = this.infos.get(place.node);
    info?.remove(key);
    if (info !== undefined && info.node === undefined && info.pods.size === 0) this.infos.delete(place.node);
  }

  private place(pod: PodInfo, node: string, assumed: boolean): void {
    this.remove(pod.key);
    let info = this.infos.get(node);
    if (info === undefined) {
      info = new NodeInfo(node);
      this.infos.set(node, info);
    }
    info.add(pod);
    this.places.set(pod.key, { node, uid: pod.uid, assumed });
  }
}
