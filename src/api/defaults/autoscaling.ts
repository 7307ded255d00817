import type { AutoscalingV1HorizontalPodAutoscaler, HorizontalPodAutoscaler, HPAScalingRules } from "../generated/types.js";

/** Defaults of the autoscaling group, in place. Source: "Horizontal Pod Autoscaling" of the Kubernetes documentation. */

/** What it aims at when it does not say, is for the conversion to find out, which sees what annotations say. */
export const defaultAutoscalerV1 = (autoscaler: AutoscalingV1HorizontalPodAutoscaler): void => {
  if (autoscaler.spec !== undefined) autoscaler.spec.minReplicas ??= 1;
};

export const defaultAutoscaler = (autoscaler: HorizontalPodAutoscaler): void => {
  const spec = autoscaler.spec;
  if (spec === undefined) return;
  spec.minReplicas ??= 1;
  if ((spec.metrics?.length ?? 0) === 0) {
    spec.metrics = [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }];
  }
  if (spec.behavior === undefined) return;
  spec.behavior.scaleUp = { ...usualScaleUp(), ...spec.behavior.scaleUp };
  spec.behavior.scaleDown = { ...usualScaleDown(), ...spec.behavior.scaleDown };
};

const usualScaleUp = (): HPAScalingRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
});

/** How long it looks back before it scales down is the controller's to say. */
const usualScaleDown = (): HPAScalingRules => ({
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
});
