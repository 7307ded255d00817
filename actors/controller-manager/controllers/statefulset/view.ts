import type { ControllerRevision, KubernetesObject, Pod, PodTemplateSpec, StatefulSet } from "../../../../src/api/types.js";
import { availableAtMs, isReady } from "../../engine/pods.js";
import { firstOrdinal, ordinalOf, revisionLabel } from "./identity.js";

const templateOf = ({ data }: ControllerRevision): PodTemplateSpec => {
  const { spec } = (data ?? {}) as { readonly spec?: { readonly template?: PodTemplateSpec & { $patch?: string } } };
  const { $patch: _, ...template } = spec?.template ?? {};
  return template;
};

export const isLeaving = ({ metadata }: KubernetesObject): boolean => metadata.deletionTimestamp !== undefined;

export const revisionOf = ({ metadata }: Pod): string => metadata.labels?.[revisionLabel] ?? "";

export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === "Running" && isReady(pod);

export const isHealthy = (pod: Pod): boolean => isRunningAndReady(pod) && !isLeaving(pod);

/** One ordinal of the set, with its pod if there is one. */
export interface Replica {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** What is known of one StatefulSet, in the order of the ordinals. */
export class StatefulView {
  /** The ordinals that there should be. */
  readonly replicas: readonly Replica[];
  /** Pods beyond them, highest first. */
  readonly condemned: readonly Pod[];

  constructor(
    readonly set: StatefulSet,
    readonly pods: readonly Pod[],
    readonly current: ControllerRevision,
    readonly update: ControllerRevision,
    readonly nowMs: number,
  ) {
    const first = firstOrdinal(set);
    const wanted = this.wanted;
    const byOrdinal = new Map(
      pods.flatMap((pod): Array<[number, Pod]> => {
        const ordinal = ordinalOf(pod, set);
        return ordinal === undefined ? [] : [[ordinal, pod]];
      }),
    );
    this.replicas = Array.from({ length: wanted }, (_, index) => ({ ordinal: first + index, pod: byOrdinal.get(first + index) }));
    const beyond = [...byOrdinal].filter(([ordinal]) => ordinal < first || ordinal >= first + wanted);
    this.condemned = beyond.sort(([one], [other]) => other - one).map(([, pod]) => pod);
  }

  get wanted(): number {
    return this.set.spec?.replicas ?? 1;
  }

  /** One pod at a time, in order, unless the set does not mind. */
  get inOrder(): boolean {
    return this.set.spec?.podManagementPolicy !== "Parallel";
  }

  get partition(): number {
    return this.set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  }

  get isRolling(): boolean {
    return (this.set.spec?.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";
  }

  /** Ordinals below the partition keep the revision that they have had. */
  templateFor(ordinal: number): { readonly revision: string; readonly template: PodTemplateSpec } {
    const kept = this.isRolling && ordinal < firstOrdinal(this.set) + this.partition;
    const revision = kept ? this.current : this.update;
    return { revision: revision.metadata.name ?? "", template: templateOf(revision) };
  }

  availableAtMs(pod: Pod): number | undefined {
    return pod.status?.phase === "Running" ? availableAtMs(pod, this.set.spec?.minReadySeconds ?? 0) : undefined;
  }

  isAvailable(pod: Pod): boolean {
    const atMs = this.availableAtMs(pod);
    return atMs !== undefined && atMs <= this.nowMs;
  }

  /** The lowest ordinal that is not as it should be. */
  get firstUnhealthy(): Pod | undefined {
    const unhealthy = this.replicas.find(({ pod }) => pod === undefined || !isHealthy(pod));
    return unhealthy === undefined ? this.condemned.findLast((pod) => !isHealthy(pod)) : unhealthy.pod;
  }
}
