/** The status of an autoscaler while one look at it goes on: its conditions change one by one, and what it comes to is written at the end. */
import { rfc3339 } from "../../../../src/actor/host.js";
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from "../../../../src/api/types.js";
import type { PlannedWrite } from "../../engine/plan.js";
import { statusUpdate } from "../../engine/status-update.js";

export const autoscalers = {
  path: { group: "autoscaling", version: "v2", resource: "horizontalpodautoscalers" },
} as const;

const kind = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", path: autoscalers.path };

type ConditionType = "AbleToScale" | "ScalingActive" | "ScalingLimited";

export class StatusDraft {
  private conditions: readonly HorizontalPodAutoscalerCondition[];
  private figures: Partial<HorizontalPodAutoscalerStatus>;

  constructor(
    private readonly autoscaler: HorizontalPodAutoscaler,
    private readonly nowMs: number,
  ) {
    const { conditions = [], ...figures } = autoscaler.status ?? { desiredReplicas: 0 };
    this.conditions = conditions;
    this.figures = figures;
  }

  set(type: ConditionType, status: "True" | "False", reason: string, message: string): void {
    const before = this.conditions.find((condition) => condition.type === type);
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    const condition = { type, status, lastTransitionTime: since ?? rfc3339(this.nowMs), reason, message };
    this.conditions =
      before === undefined
        ? [...this.conditions, condition]
        : this.conditions.map((each) => (each.type === type ? condition : each));
  }

  /** `desired` absent: as it was. */
  count(current: number, metrics: readonly MetricStatus[], desired?: number): void {
    const desiredReplicas = desired ?? this.figures.desiredReplicas ?? 0;
    const { currentMetrics: _, ...figures } = this.figures;
    const told = metrics.length === 0 ? {} : { currentMetrics: [...metrics] };
    this.figures = { ...figures, currentReplicas: current, desiredReplicas, ...told };
  }

  scaled(): void {
    this.figures = { ...this.figures, lastScaleTime: rfc3339(this.nowMs) };
  }

  /** None when nothing has changed. */
  writes(): PlannedWrite[] {
    const status = { desiredReplicas: 0, ...this.figures, conditions: [...this.conditions] };
    return statusUpdate(kind, this.autoscaler, status);
  }
}
