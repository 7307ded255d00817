/** What the scheduler knows of claims and volumes, and what it has promised to pods that are not bound yet. */
import type { Host } from "../../../src/actor/host.js";
import { startInformer } from "../../../src/actor/informer/start.js";
import { Store } from "../../../src/actor/informer/store.js";
import type { KubernetesObject, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../../src/api/types.js";
import type { ResourcePath } from "../../apiserver/messages.js";
import type { PodInfo } from "../pod-info.js";
import { isBound, type VolumeDecision, type VolumesKnown } from "./judge.js";

export interface VolumeChange {
  /** The claim that changed, as `namespace/name`; undefined for a volume or class, which may concern any pod. */
  readonly claim?: string;
}

const core = (resource: string): ResourcePath => ({ group: "", version: "v1", resource });

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace}/${metadata.name}`;

export class SchedulerVolumes implements VolumesKnown {
  readonly promised = new Set<string>();
  private readonly claims = new Store<PersistentVolumeClaim>();
  private readonly volumeStore = new Store<PersistentVolume>();
  private readonly classes = new Store<StorageClass>();
  /** The nodes that were chosen for claims, by their keys. */
  private readonly chosen = new Map<string, string>();
  /** Told of every change, by the pods that wait for their claims. */
  private readonly waiting = new Map<string, () => void>();

  startInformers(host: Host, onSynced: (what: string) => void, onChange: (change: VolumeChange) => void): void {
    const follow = <T extends KubernetesObject>(path: ResourcePath, store: Store<T>, told: (object: T) => VolumeChange): void => {
      startInformer<T>(host, {
        id: `informer ${path.resource}`,
        path,
        store,
        onChange: (change) => {
          if (change.type === "synced") {
            onSynced(path.resource);
            return;
          }
          for (const tell of [...this.waiting.values()]) tell();
          onChange(told(change.object));
        },
      });
    };
    follow(core("persistentvolumeclaims"), this.claims, (claim) => ({ claim: keyOf(claim) }));
    follow(core("persistentvolumes"), this.volumeStore, () => ({}));
    follow({ group: "storage.k8s.io", version: "v1", resource: "storageclasses" }, this.classes, () => ({}));
  }

  claimNamed(key: string): PersistentVolumeClaim | undefined {
    return this.claims.get(key);
  }

  volumeNamed(name: string): PersistentVolume | undefined {
    return this.volumeStore.get(name);
  }

  classNamed(name: string): StorageClass | undefined {
    return this.classes.get(name);
  }

  volumes(): readonly PersistentVolume[] {
    return this.volumeStore.list();
  }

  nodeChosenFor(claim: PersistentVolumeClaim): string | undefined {
    return this.chosen.get(keyOf(claim));
  }

  /** Keeps others from what a pod is about to get. */
  promise({ bindings, provisions }: VolumeDecision, node: string): void {
    for (const { volume } of bindings) this.promised.add(volume.metadata.name ?? "");
    for (const claim of provisions) this.chosen.set(keyOf(claim), node);
  }

  /** What was promised is there, or the pod does not go there after all. */
  settle({ bindings, provisions }: VolumeDecision): void {
    for (const { volume } of bindings) this.promised.delete(volume.metadata.name ?? "");
    for (const claim of provisions) this.chosen.delete(keyOf(claim));
  }

  /** The pod's claims that are not bound yet, or that are gone. */
  missing({ pod, claims }: PodInfo): string[] {
    return claims
      .map(({ name }) => name)
      .filter((name) => {
        const claim = this.claims.get(`${pod.metadata.namespace}/${name}`);
        return claim === undefined || !isBound(claim);
      });
  }

  whenChanged(pod: string, tell: () => void): void {
    this.waiting.set(pod, tell);
  }

  forget(pod: string): void {
    this.waiting.delete(pod);
  }
}
