/** Gets the volumes of one pod bound before the pod is: says what was decided, and looks when it has come about. */
import { askApiserver } from "../../../src/actor/api-requests.js";
import type { Host } from "../../../src/actor/host.js";
import type { PersistentVolume, PersistentVolumeClaim } from "../../../src/api/types.js";
import { isBoundTo } from "../../../src/api/volumes/matching.js";
import { boundByControllerAnnotation, selectedNodeAnnotation } from "../../../src/api/volumes/names.js";
import { statusOf } from "../../apiserver/messages.js";
import type { PodInfo } from "../pod-info.js";
import { isBound, type VolumeDecision } from "./judge.js";
import type { SchedulerVolumes } from "./volumes.js";

export type VolumeBindingEvent =
  | { type: "written" }
  /** Somebody else has changed one of the objects meanwhile. */
  | { type: "outdated" }
  | { type: "refused"; error: string }
  | { type: "changed" }
  | { type: "pod.gone" };

type Tell = (event: VolumeBindingEvent) => void;
type Written = PersistentVolume | PersistentVolumeClaim;

export class VolumeBindingAttempt {
  constructor(
    private readonly host: Host,
    private readonly volumes: SchedulerVolumes,
    private readonly pod: PodInfo,
    private readonly node: string,
    private readonly decision: VolumeDecision,
  ) {}

  get allBound(): boolean {
    return this.volumes.missing(this.pod).length === 0;
  }

  /** Why the volumes will not be bound any more; undefined while they may. */
  get failure(): string | undefined {
    for (const claim of this.decision.provisions) {
      const now = this.volumes.claimNamed(`${claim.metadata.namespace}/${claim.metadata.name}`);
      if (now === undefined) return `persistentvolumeclaim "${claim.metadata.name}" not found`;
      if (now.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${claim.metadata.name}" is being deleted`;
    }
    return undefined;
  }

  write(tell: Tell): void {
    const writes = [...this.ofVolumes(), ...this.ofClaims()];
    let missing = writes.length;
    let end: VolumeBindingEvent = { type: "written" };
    if (missing === 0) tell(end);
    for (const { resource, object } of writes) {
      const { namespace, name = "" } = object.metadata;
      const path = { group: "", version: "v1", resource, name, ...(namespace === undefined ? {} : { namespace }) };
      askApiserver(this.host, { verb: "update", path, object }, (outcome) => {
        missing -= 1;
        if (!outcome.ok)
          end = statusOf(outcome.error)?.code === 409 ? { type: "outdated" } : { type: "refused", error: outcome.error.message };
        if (missing === 0) tell(end);
      });
    }
  }

  watch(tell: Tell): void {
    this.volumes.whenChanged(this.pod.key, () => tell({ type: "changed" }));
  }

  stopWatching(): void {
    this.volumes.forget(this.pod.key);
  }

  /** Volumes that do not name their claim yet. */
  private ofVolumes(): Array<{ resource: string; object: Written }> {
    return this.decision.bindings.flatMap(({ claim, volume: { metadata } }) => {
      const volume = this.volumes.volumeNamed(metadata.name ?? "");
      if (volume === undefined || (volume.spec?.claimRef !== undefined && isBoundTo(volume, claim) && volume.spec.claimRef.uid))
        return [];
      const { namespace = "", name = "", uid = "", resourceVersion = "" } = claim.metadata;
      const claimRef = { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion };
      const annotations = { ...volume.metadata.annotations, [boundByControllerAnnotation]: "yes" };
      const object: PersistentVolume = {
        ...volume,
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { ...volume.metadata, annotations },
        spec: { ...volume.spec, claimRef },
      };
      return [{ resource: "persistentvolumes", object }];
    });
  }

  /** Claims that do not name their node yet. */
  private ofClaims(): Array<{ resource: string; object: Written }> {
    return this.decision.provisions.flatMap(({ metadata }) => {
      const claim = this.volumes.claimNamed(`${metadata.namespace}/${metadata.name}`);
      if (claim === undefined || isBound(claim) || claim.metadata.annotations?.[selectedNodeAnnotation] === this.node) return [];
      const annotations = { ...claim.metadata.annotations, [selectedNodeAnnotation]: this.node };
      const named = { ...claim.metadata, annotations };
      const object: PersistentVolumeClaim = { ...claim, apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: named };
      return [{ resource: "persistentvolumeclaims", object }];
    });
  }
}
