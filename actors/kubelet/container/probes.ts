/** The probes of one container: started when it runs, stopped when it does not. */
import type { Probe } from "../../../src/api/types.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";
import type { ProbeKind } from "../probe/asking.js";
import { probeMachine } from "../probe/machine.js";
import type { ContainerEvent } from "./events.js";
import type { ContainerRecord } from "./record.js";

const kinds: readonly ProbeKind[] = ["startup", "liveness", "readiness"];

export class ContainerProbes {
  constructor(
    private readonly kubelet: Kubelet,
    private readonly pod: PodHandle,
    private readonly record: ContainerRecord,
  ) {}

  get hasStartup(): boolean {
    return this.record.spec.startupProbe !== undefined;
  }

  get hasReadiness(): boolean {
    return this.record.spec.readinessProbe !== undefined;
  }

  startStartup(tell: (event: ContainerEvent) => void): void {
    this.start("startup", this.record.spec.startupProbe, (healthy) =>
      tell({ type: healthy ? "startup.succeeded" : "startup.failed" }),
    );
  }

  startOthers(tell: (event: ContainerEvent) => void): void {
    this.start("liveness", this.record.spec.livenessProbe, (healthy) => {
      if (!healthy) tell({ type: "liveness.failed" });
    });
    this.start("readiness", this.record.spec.readinessProbe, (ready) => tell({ type: "readiness.changed", ready }));
  }

  /** A pod that ends is probed for readiness until its containers are gone, and for nothing else. */
  stop(which: readonly ProbeKind[] = kinds): void {
    for (const kind of which) this.kubelet.host.charts.stop(this.chart(kind));
  }

  private start(kind: ProbeKind, spec: Probe | undefined, onVerdict: (healthy: boolean) => void): void {
    if (spec === undefined) return;
    const { kubelet, pod, record } = this;
    kubelet.host.charts.start(probeMachine, {
      id: this.chart(kind),
      input: { of: { kubelet, pod, record, kind, spec }, onVerdict },
    });
  }

  private chart(kind: ProbeKind): string {
    return `probe ${this.pod.key}/${this.record.name}/${kind}`;
  }
}
