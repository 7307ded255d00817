/** What is measured of one request on its way through admission: each thing once, however often the request's plan is made. */
import type { PluginWatch } from "../../../src/api/admission/pipeline.js";
import type { AdmissionOperation } from "../../../src/api/admission/plugin.js";
import type { Backing } from "../backing.js";
import type { Step } from "../consult/question.js";
import type { AdmissionMetrics, Phase } from "../metrics/admission-metrics.js";

const notBegun = -1;
const over = -2;

export class Measures implements PluginWatch {
  private readonly beganMs = { admit: notBegun, validate: notBegun };
  private readonly watched = { admit: false, validate: false };
  private readonly metrics: AdmissionMetrics;
  private phase: Phase = "admit";
  private operation: AdmissionOperation = "CREATE";
  private lastMs = 0;
  private plugins: Map<string, number> | undefined;
  private known: Set<string> | undefined;

  constructor(private readonly backing: Pick<Backing, "host" | "metrics">) {
    this.metrics = backing.metrics.admission;
  }

  /** Milliseconds, from some beginning. */
  nowMs(): number {
    return this.backing.host.clock.monotonicMs();
  }

  /** A phase of admission begins, or goes on after somebody was asked. */
  began(phase: Phase): void {
    if (this.beganMs[phase] === notBegun) this.beganMs[phase] = this.nowMs();
  }

  ended(phase: Phase, operation: AdmissionOperation, passed: boolean): void {
    const beganMs = this.beganMs[phase];
    if (beganMs < 0) return;
    this.beganMs[phase] = over;
    this.metrics.step(phase, operation).observe(this.nowMs() - beganMs, passed);
  }

  /** Watches the plugins of a phase that has just begun, when they do their part for the first time. */
  watch(phase: Phase, operation: AdmissionOperation): PluginWatch | undefined {
    if (this.watched[phase]) return undefined;
    this.watched[phase] = true;
    this.phase = phase;
    this.operation = operation;
    this.lastMs = this.beganMs[phase];
    return this;
  }

  done(plugin: string, passed: boolean): void {
    const nowMs = this.nowMs();
    this.metrics.plugin(plugin, this.phase, this.operation).observe(nowMs - this.lastMs, passed);
    this.lastMs = nowMs;
  }

  /** A plugin that may have to ask somebody: it is measured from its beginning until it has come to something. */
  plugin<T, S extends Step<T>>(name: string, phase: Phase, operation: AdmissionOperation, take: () => S): S {
    this.plugins ??= new Map();
    const beganMs = this.plugins.get(name) ?? this.nowMs();
    const step = take();
    const isOver = step.ok || !("consult" in step);
    this.plugins.set(name, isOver ? over : beganMs);
    if (isOver && beganMs !== over) this.metrics.plugin(name, phase, operation).observe(this.nowMs() - beganMs, step.ok);
    return step;
  }

  /** Has something measured that is told apart from the rest by a key. */
  once(key: string, measure: (metrics: AdmissionMetrics) => void): void {
    this.known ??= new Set();
    if (this.known.has(key)) return;
    this.known.add(key);
    measure(this.metrics);
  }
}
