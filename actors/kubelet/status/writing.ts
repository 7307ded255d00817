/** What the writing of a pod's status does; its chart says when. */
import { askApiserver } from "../../../src/actor/api-requests.js";
import type { PodCondition, PodStatus } from "../../../src/api/types.js";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";

/**
 * True when the pod of this uid is no longer there: none has its name, or another. Any other conflict only says that the
 * write lost a race.
 */
export function isGone(error: WireError): boolean {
  const status = statusOf(error);
  return status?.code === 404 || (status?.code === 409 && /UID in (the )?precondition/.test(status.message ?? ""));
}

/** A merge keeps what a patch does not name: a reason that no longer holds has to be taken away by name. */
const whole = (condition: PodCondition): object => ({
  ...condition,
  reason: condition.reason ?? null,
  message: condition.message ?? null,
});

/** Conditions that a pod has for a while only. */
const passing = new Set(["PodResizePending", "PodResizeInProgress"]);

/**
 * The status as a strategic merge patch. A list of addresses merges by address, so an address that is not the pod's any
 * more is replaced, as long as `known`, what the API has, shows one.
 */
export function statusPatch(uid: string, status: PodStatus, known: PodStatus | undefined): object {
  const { conditions = [], podIPs, ...rest } = status;
  const over = (known?.conditions ?? []).filter(
    ({ type }) => passing.has(type) && !conditions.some((condition) => condition.type === type),
  );
  const moved = known?.podIPs?.some(({ ip }) => ip !== status.podIP) === true;
  const addresses = moved && podIPs !== undefined ? [{ $patch: "replace" }, ...podIPs] : podIPs;
  return {
    metadata: { uid },
    status: {
      ...rest,
      conditions: [...conditions.map(whole), ...over.map(({ type }) => ({ $patch: "delete", type }))],
      ...(addresses === undefined ? {} : { podIPs: addresses }),
    },
  };
}

export class StatusWriting {
  constructor(
    private readonly kubelet: Kubelet,
    private readonly pod: PodHandle,
  ) {}

  takeSlot(onGranted: () => void): void {
    this.kubelet.statusSlots.take(this.pod.uid, onGranted);
  }

  withdraw(): void {
    this.kubelet.statusSlots.withdraw(this.pod.uid);
  }

  release(): void {
    this.kubelet.statusSlots.release();
  }

  write(status: PodStatus, onWritten: (outcome: Outcome<unknown>) => void): void {
    const { namespace, name, uid } = this.pod;
    const path = { group: "", version: "v1", resource: "pods", namespace, name, subresource: "status" };
    const patchType = "application/strategic-merge-patch+json";
    askApiserver(
      this.kubelet.host,
      { verb: "patch", path, patchType, patch: statusPatch(uid, status, this.pod.pod.status) },
      onWritten,
    );
  }

  /** Everything that was reported is now in etcd. */
  acknowledged(): void {
    this.pod.tell({ type: "status.acknowledged" });
  }

  gone(): void {
    this.pod.tell({ type: "status.gone" });
  }
}
