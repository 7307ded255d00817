/**
 * autoscaling/v1 knows one metric, the CPU utilization that is aimed at. What else version 2 says of an autoscaler is told there in
 * annotations, so that whoever reads and writes version 1 loses nothing of it; they are stored as version 2 has it.
 * Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#api-object
 */
import { readJson, writeJson } from "../../json/text.js";
import { decodeAs } from "../decode.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";
import type { UntypedObject } from "../types.js";
import { metricFromV1, metricToV1 } from "./metric-shapes.js";

const prefix = "autoscaling.alpha.kubernetes.io/";
const told = ["metrics", "current-metrics", "behavior", "conditions"] as const;
type Told = Partial<Record<(typeof told)[number], JsonValue>>;

const usualUtilization = 80;

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const listOf = (value: JsonValue | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

const utilizationOf = (metric: JsonObject, telling: "target" | "current"): JsonValue | undefined => {
  const { name, [telling]: of } = objectOf(metric.resource);
  return metric.type === "Resource" && name === "cpu" ? objectOf(of).averageUtilization : undefined;
};

const cpuMetric = (telling: "target" | "current", of: JsonObject): JsonObject => ({
  type: "Resource",
  resource: { name: "cpu", [telling]: of },
});

/** An autoscaler as version 1 shows what is stored. */
export function autoscalerToV1(object: UntypedObject): UntypedObject {
  const { metrics, behavior, ...spec } = objectOf(object.spec);
  const { currentMetrics, conditions, ...status } = objectOf(object.status);
  const [aims, measured] = [listOf(metrics), listOf(currentMetrics)];
  const others = aims.filter((metric) => utilizationOf(metric, "target") === undefined);
  const aim = aims.map((metric) => utilizationOf(metric, "target")).find((each) => each !== undefined);
  const current = measured.map((metric) => utilizationOf(metric, "current")).findLast((each) => each !== undefined);
  const annotations = annotationsOf(object, {
    ...(others.length === 0 ? {} : { metrics: others.map((metric) => metricToV1(metric, "target")) }),
    ...(measured.length === 0 ? {} : { "current-metrics": measured.map((metric) => metricToV1(metric, "current")) }),
    ...(isJsonObject(behavior) ? { behavior: renamed(behavior, capitalised) } : {}),
    ...(listOf(conditions).length === 0 ? {} : { conditions: listOf(conditions) }),
  });
  return {
    ...object,
    metadata: annotations,
    spec: { ...spec, ...(aim === undefined ? {} : { targetCPUUtilizationPercentage: aim }) },
    ...(object.status === undefined
      ? {}
      : { status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) } }),
  };
}

/** What is stored of an autoscaler that version 1 tells of. Annotations that tell nothing that fits are dropped, as Kubernetes does. */
export function autoscalerFromV1(object: UntypedObject): UntypedObject {
  const { targetCPUUtilizationPercentage: aim, ...spec } = objectOf(object.spec);
  const { currentCPUUtilizationPercentage: current, ...status } = objectOf(object.status);
  const others = listTold(object, "metrics", "MetricSpec", (metric) => metricFromV1(metric, "target")) ?? [];
  const measured =
    listTold(object, "current-metrics", "MetricStatus", (metric) => metricFromV1(metric, "current")) ??
    (current === undefined ? [] : [cpuMetric("current", { averageUtilization: current })]);
  const conditions = listTold(object, "conditions", "HorizontalPodAutoscalerCondition", (condition) => condition) ?? [];
  const behavior = behaviorTold(object);
  const aimed = aim ?? (others.length === 0 ? usualUtilization : undefined);
  const cpu = aimed === undefined ? [] : [cpuMetric("target", { type: "Utilization", averageUtilization: aimed })];
  return {
    ...object,
    metadata: annotationsOf(object, {}),
    spec: { ...spec, metrics: [...others, ...cpu], ...(behavior === undefined ? {} : { behavior }) },
    ...(object.status === undefined
      ? {}
      : {
          status: {
            ...status,
            ...(measured.length === 0 ? {} : { currentMetrics: measured }),
            ...(conditions.length === 0 ? {} : { conditions }),
          },
        }),
  };
}

/** The metadata of an object, with these of the annotations and no others of them. */
function annotationsOf({ metadata }: UntypedObject, tellings: Told): UntypedObject["metadata"] {
  const { annotations, ...rest } = metadata;
  const own = Object.entries(annotations ?? {}).filter(([key]) => !told.some((name) => key === prefix + name));
  const texts = Object.entries(tellings).map(([name, value]): [string, string] => [prefix + name, writeJson(value)]);
  const all = [...own, ...texts];
  return all.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(all) };
}

function valueTold({ metadata }: UntypedObject, name: (typeof told)[number]): unknown {
  const text = metadata.annotations?.[prefix + name];
  if (text === undefined) return undefined;
  try {
    return readJson(text);
  } catch {
    // No JSON tells nothing, as in Kubernetes.
    return undefined;
  }
}

/** A list that an annotation tells, in the shape of version 2; undefined where it tells none that fits. */
function listTold(
  object: UntypedObject,
  name: (typeof told)[number],
  type: string,
  change: (value: JsonObject) => JsonObject,
): JsonObject[] | undefined {
  const value = valueTold(object, name);
  if (!Array.isArray(value)) return undefined;
  const items: JsonObject[] = [];
  for (const item of value) {
    const decoded = isJsonObject(item) ? decodeAs(type, change(item)) : undefined;
    if (decoded?.ok !== true) return undefined;
    items.push(decoded.value as JsonObject);
  }
  return items;
}

/** Kubernetes writes its own names of the fields there, which begin with capitals. */
function behaviorTold(object: UntypedObject): JsonObject | undefined {
  const value = valueTold(object, "behavior");
  if (!isJsonObject(value)) return undefined;
  const decoded = decodeAs("HorizontalPodAutoscalerBehavior", renamed(value, uncapitalised));
  return decoded.ok && Object.keys(decoded.value).length > 0 ? (decoded.value as JsonObject) : undefined;
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const uncapitalised = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** The rules that a behavior consists of are three deep: a direction, its rules, its policies. */
const deepest = 4;

function renamed<Value extends JsonValue>(value: Value, rename: (name: string) => string, depth = 0): Value {
  if (depth > deepest) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename, depth + 1)) as JsonValue as Value;
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [rename(name), renamed(inner, rename, depth + 1)]);
  return Object.fromEntries(entries) as JsonValue as Value;
}
