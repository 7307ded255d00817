import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus, Scale } from "../generated/types.js";
import { age, none, printer } from "./printer.js";

/** What says how many pods there are to be. */

/** A Scale is no kind of its own: any resource that has one shows it like this. */
export const scalePrinter = printer<Scale>("Name, Desired:integer, Available:integer, Age", (scale, nowMs) => [
  scale.metadata.name,
  scale.spec?.replicas ?? 0,
  scale.status?.replicas ?? 0,
  age(scale, nowMs),
]);

const unknown = "<unknown>";

interface Target {
  readonly averageValue?: string;
  readonly averageUtilization?: number;
  readonly value?: string;
}

/** Of a resource of the pods, or of one container of each. */
const resourceTarget = (name: string, target: Target, current: Target | undefined): string => {
  if (target.averageValue !== undefined) return `${name}: ${current?.averageValue ?? unknown}/${target.averageValue}`;
  const percent = (share: number | undefined, absent: string): string => (share === undefined ? absent : `${share}%`);
  return `${name}: ${percent(current?.averageUtilization, unknown)}/${percent(target.averageUtilization, "<auto>")}`;
};

/** Of something that is measured elsewhere: as it is, or shared by the pods. */
const sharedTarget = (target: Target, current: Target | undefined): string =>
  target.averageValue === undefined
    ? `${current?.value ?? unknown}/${target.value ?? "0"}`
    : `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;

const targetOf = (metric: MetricSpec, status: MetricStatus | undefined): string => {
  const { external, pods, object, resource, containerResource } = metric;
  switch (metric.type) {
    case "External":
      return sharedTarget(external?.target ?? {}, status?.external?.current);
    case "Pods":
      return `${status?.pods?.current?.averageValue ?? unknown}/${pods?.target?.averageValue ?? "0"}`;
    case "Object":
      return sharedTarget(object?.target ?? {}, status?.object?.current);
    case "Resource":
      return resourceTarget(resource?.name ?? "", resource?.target ?? {}, status?.resource?.current);
    case "ContainerResource":
      return resourceTarget(containerResource?.name ?? "", containerResource?.target ?? {}, status?.containerResource?.current);
    default:
      return "<unknown type>";
  }
};

const shownTargets = 2;

const targets = ({ spec, status }: HorizontalPodAutoscaler): string => {
  const texts = (spec?.metrics ?? []).map((metric, index) => targetOf(metric, status?.currentMetrics?.[index]));
  if (texts.length === 0) return none;
  const shown = texts.slice(0, shownTargets).join(", ");
  return texts.length > shownTargets ? `${shown} + ${texts.length - shownTargets} more...` : shown;
};

export const horizontalPodAutoscalerPrinter = printer<HorizontalPodAutoscaler>(
  "Name, Reference, Targets, MinPods, MaxPods, Replicas, Age",
  (autoscaler, nowMs) => [
    autoscaler.metadata.name,
    `${autoscaler.spec?.scaleTargetRef?.kind ?? ""}/${autoscaler.spec?.scaleTargetRef?.name ?? ""}`,
    targets(autoscaler),
    String(autoscaler.spec?.minReplicas ?? "<unset>"),
    autoscaler.spec?.maxReplicas ?? 0,
    autoscaler.status?.currentReplicas ?? 0,
    age(autoscaler, nowMs),
  ],
);
