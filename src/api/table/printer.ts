import type { Container, LabelSelector, ObjectMeta, PodTemplateSpec } from "../generated/types.js";
import { labelSelectorText } from "../selectors/label-selector.js";
import type { TableColumnDefinition, TableRowCondition, UntypedObject } from "../types.js";
import { since } from "./duration.js";

/** How one kind is printed: its columns, and the cells of one object in that order. */
export interface Printer {
  readonly columns: readonly TableColumnDefinition[];
  readonly cells: (object: never, nowMs: number) => unknown[];
  /** What is to be said of a row besides its cells. */
  readonly conditions?: (object: never) => readonly TableRowCondition[];
  /** The order of the rows of a list; absent: that of the list. */
  readonly order?: (left: never, right: never) => number;
}

type ColumnType = "string" | "integer" | "boolean" | "date";

/** A column shown always; `wide` ones only by `kubectl get -o wide`. */
export const column = (name: string, type: ColumnType = "string"): TableColumnDefinition => ({
  name,
  type,
  format: name === "Name" ? "name" : "",
  description: "",
  priority: 0,
});
export const wide = (name: string, type: ColumnType = "string"): TableColumnDefinition => ({
  ...column(name, type),
  priority: 1,
});

/** Columns by name, those after "|" wide: `columns("Name, Ready | Images")`; a type may follow a colon. */
export const columns = (text: string): TableColumnDefinition[] => {
  const [always = "", onlyWide = ""] = text.split("|");
  const read = (part: string, make: typeof column): TableColumnDefinition[] =>
    part
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "")
      .map((item) => {
        const [name = "", type] = item.split(":");
        return make(name, (type ?? "string") as ColumnType);
      });
  return [...read(always, column), ...read(onlyWide, wide)];
};

export const none = "<none>";
export const orNone = (text: string | undefined): string => text || none;
export const count = (map: object | undefined): number => Object.keys(map ?? {}).length;

export const age = (object: { metadata: ObjectMeta }, nowMs: number): string => since(object.metadata.creationTimestamp, nowMs);

/** Labels as `a=1,b=2`, sorted; `<none>` for none. */
export const labelsText = (labels: { [key: string]: string } | undefined): string =>
  orNone(
    Object.keys(labels ?? {})
      .sort()
      .map((key) => `${key}=${labels![key]}`)
      .join(","),
  );

export const selectorText = (selector: LabelSelector | undefined): string => orNone(labelSelectorText(selector));

const named = (template: PodTemplateSpec | undefined, read: (container: Container) => string): string =>
  (template?.spec?.containers ?? []).map(read).join(",");

/** The names and images of a template's containers. */
export const containerCells = (template: PodTemplateSpec | undefined): [names: string, images: string] => [
  named(template, (container) => container.name),
  named(template, (container) => container.image ?? ""),
];

/** The first few of a list, and how many there are more. */
export const firstOf = (items: readonly string[], max: number, empty: string): string => {
  if (items.length === 0) return empty;
  const shown = items.slice(0, max).join(",");
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
};

export const printer = <T = UntypedObject>(text: string, cells: (object: T, nowMs: number) => unknown[]): Printer => ({
  columns: columns(text),
  cells: cells as Printer["cells"],
});
