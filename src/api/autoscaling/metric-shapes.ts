/**
 * Metrics of autoscalers as autoscaling/v1 tells them, in the texts of its annotations, and as autoscaling/v2 does.
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../json-value.js";

/** What is aimed at, or what is measured. */
export type Telling = "target" | "current";

/** Field of v1, path in v2; `#` is `target` or `current`. */
const fields: ReadonlyMap<string, ReadonlyArray<readonly [v1: string, v2: string]>> = new Map([
  [
    "object",
    [
      ["target", "describedObject"],
      ["metricName", "metric.name"],
      ["selector", "metric.selector"],
      ["#Value", "#.value"],
      ["averageValue", "#.averageValue"],
    ],
  ],
  [
    "pods",
    [
      ["metricName", "metric.name"],
      ["selector", "metric.selector"],
      ["#AverageValue", "#.averageValue"],
    ],
  ],
  [
    "resource",
    [
      ["name", "name"],
      ["#AverageUtilization", "#.averageUtilization"],
      ["#AverageValue", "#.averageValue"],
    ],
  ],
  [
    "containerResource",
    [
      ["name", "name"],
      ["container", "container"],
      ["#AverageUtilization", "#.averageUtilization"],
      ["#AverageValue", "#.averageValue"],
    ],
  ],
  [
    "external",
    [
      ["metricName", "metric.name"],
      ["metricSelector", "metric.selector"],
      ["#Value", "#.value"],
      ["#AverageValue", "#.averageValue"],
    ],
  ],
]);

/** Quantities that v1 always has: 0 where v2 says nothing. */
const alwaysWritten: Readonly<Record<Telling, ReadonlySet<string>>> = {
  target: new Set(["object #Value", "pods #AverageValue"]),
  current: new Set([
    "object #Value",
    "pods #AverageValue",
    "resource #AverageValue",
    "containerResource #AverageValue",
    "external #Value",
  ]),
};

/** A metric of v2 in the shape of v1. */
export const metricToV1 = (metric: JsonObject, telling: Telling): JsonObject =>
  changed(metric, (source, of) => {
    const result: { [field: string]: JsonValue } = {};
    for (const [v1, v2] of of) {
      const value = at(source.value, v2.replace("#", telling));
      if (value !== undefined) result[v1.replace("#", telling)] = value;
      else if (alwaysWritten[telling].has(`${source.name} ${v1}`)) result[v1.replace("#", telling)] = "0";
    }
    return result;
  });

/** A metric of v1 in the shape of v2, which says of what kind its target is. */
export const metricFromV1 = (metric: JsonObject, telling: Telling): JsonObject =>
  changed(metric, (source, of) => {
    const result: { [field: string]: JsonValue } =
      telling === "target" ? { target: { type: targetType(source) } } : { current: {} };
    for (const [v1, v2] of of) {
      const value = source.value[v1.replace("#", telling)];
      if (value !== undefined) put(result, v2.replace("#", telling), value);
    }
    return result;
  });

interface Source {
  readonly name: string;
  readonly value: JsonObject;
}

function changed(metric: JsonObject, change: (source: Source, of: ReadonlyArray<readonly [string, string]>) => JsonObject) {
  const entries = Object.entries(metric).map(([name, value]): [string, JsonValue | undefined] => {
    const of = fields.get(name);
    return [name, of === undefined || !isJsonObject(value) ? value : change({ name, value }, of)];
  });
  return Object.fromEntries(entries) as JsonObject;
}

function targetType({ name, value }: Source): "Utilization" | "AverageValue" | "Value" {
  switch (name) {
    case "object":
      return value.averageValue === undefined ? "Value" : "AverageValue";
    case "external":
      return value.targetValue === undefined ? "AverageValue" : "Value";
    case "pods":
      return "AverageValue";
    default:
      return value.targetAverageUtilization === undefined ? "AverageValue" : "Utilization";
  }
}

function at(value: JsonObject, path: string): JsonValue | undefined {
  const [first = "", second] = path.split(".");
  const inner = value[first];
  if (second === undefined) return inner;
  return isJsonObject(inner) ? inner[second] : undefined;
}

function put(object: { [field: string]: JsonValue }, path: string, value: JsonValue): void {
  const [first = "", second] = path.split(".");
  const inner = object[first];
  object[first] = second === undefined ? value : { ...(isJsonObject(inner) ? inner : {}), [second]: value };
}
