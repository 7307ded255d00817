/** What the resize of a pod does; its chart says when. */
import type { PodCondition } from "../../../src/api/types.js";
import type { Kill } from "../container/events.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";
import { decideResize, isApplied, mustRestart, type ResizeDecision, resizing } from "./decision.js";

const pending = (reason: string, message: string): PodCondition => ({
  type: "PodResizePending",
  status: "True",
  reason,
  message,
});
const inProgress: PodCondition = { type: "PodResizeInProgress", status: "True" };

export class Resize {
  decision: ResizeDecision = { what: "nothing" };

  constructor(
    private readonly kubelet: Kubelet,
    private readonly pod: PodHandle,
  ) {}

  decide(): void {
    const { pod, records, finished, deletionAsked } = this.pod;
    if (finished || deletionAsked) this.decision = { what: "nothing" };
    else this.decision = decideResize(pod, records, this.kubelet.admitting(), this.kubelet.requestsBeside(this.pod));
  }

  get isApplied(): boolean {
    return isApplied(this.pod.records);
  }

  showPending(): void {
    const { decision } = this;
    if (decision.what === "Infeasible" || decision.what === "Deferred") {
      this.show([pending(decision.what, decision.message)]);
    }
  }

  /** Sets the resources aside, and gives them to the containers: those that can have them only from the start are started anew. */
  actuate(): void {
    for (const record of resizing(this.pod.records)) {
      const restarts = record.state.kind === "running" && mustRestart(record);
      record.allocated = record.spec.resources ?? {};
      if (!restarts) {
        record.applied = record.allocated;
        continue;
      }
      const message = `Container ${record.name} resize requires restart`;
      const kill: Kill = { message, graceSeconds: this.pod.graceSeconds(), afterwards: "restarts" };
      this.kubelet.host.charts.get(`container ${this.pod.key}/${record.name}`)?.send({ type: "spec.changed", kill });
    }
    this.pod.allocationChanged();
    this.show([inProgress]);
  }

  showNothing(): void {
    this.show([]);
  }

  private show(conditions: readonly PodCondition[]): void {
    this.pod.resizeConditions = conditions;
    this.pod.report();
  }
}
