/** What the writing of a pod's status does; its chart says when. */
import { askApiserver } from "../../../src/actor/api-requests.js";
import type { PodStatus } from "../../../src/api/types.js";
import type { Outcome, WireError } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";

/** True when the pod of this uid is no longer there: another may have its name. */
export function isGone(error: WireError): boolean {
  const code = statusOf(error)?.code;
  return code === 404 || code === 409;
}

/** The status as a strategic merge patch. Lists that merge by address are replaced: a pod has one address at a time. */
export function statusPatch(uid: string, status: PodStatus): object {
  const { podIPs, hostIPs, ...rest } = status;
  const replacing = <T>(list: T[] | undefined) => (list === undefined ? undefined : [{ $patch: "replace" }, ...list]);
  return {
    metadata: { uid },
    status: { ...rest, podIPs: replacing(podIPs), hostIPs: replacing(hostIPs) },
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
    askApiserver(this.kubelet.host, { verb: "patch", path, patchType, patch: statusPatch(uid, status) }, onWritten);
  }

  /** Everything that was reported is now in etcd. */
  acknowledged(): void {
    this.pod.tell({ type: "status.acknowledged" });
  }

  gone(): void {
    this.pod.tell({ type: "status.gone" });
  }
}
