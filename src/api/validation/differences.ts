import { writeJson } from "../../json/text.js";
import { at, child } from "../field-errors.js";
import { isJsonObject, semanticEqual } from "../json-value.js";

/** The places where two values differ, a line for what was and one for what is wanted. */
export const differences = (old: unknown, now: unknown, path: string): string[] => {
  if (semanticEqual(old, now)) return [];
  if (isJsonObject(old) && isJsonObject(now)) {
    const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return fields.flatMap((field) => differences(old[field], now[field], child(path, field)));
  }
  if (Array.isArray(old) && Array.isArray(now) && old.length === now.length) {
    return old.flatMap((item, index) => differences(item, now[index], at(path, index)));
  }
  const line = (sign: string, value: unknown): string[] => (value === undefined ? [] : [`${sign} ${path}: ${writeJson(value)}`]);
  return [...line("-", old), ...line("+", now)];
};

export const differenceText = (old: unknown, now: unknown, path: string): string => differences(old, now, path).join("\n");
