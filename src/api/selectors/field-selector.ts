import type { CustomVersion } from "../custom/version.js";
import type { UntypedObject } from "../types.js";
import { fieldReader } from "./field-labels.js";
import type { Parsed } from "./label-selector.js";

/**
 * Field selectors: `?fieldSelector=spec.nodeName=node-1,status.phase!=Failed`. Which fields a kind supports is in
 * field-labels.ts. Source: "Field Selectors" of the Kubernetes documentation.
 */
export interface FieldTerm {
  readonly field: string;
  readonly negated: boolean;
  readonly value: string;
}

/** Splits `part` at `operator` when it stands there exactly once. */
const splitOnce = (part: string, operator: string): [string, string] | undefined => {
  const pieces = part.split(operator);
  return pieces.length === 2 ? [pieces[0]!, pieces[1]!] : undefined;
};

export const parseFieldSelector = (text: string): Parsed<FieldTerm[]> => {
  const terms: FieldTerm[] = [];
  for (const part of text.split(",").sort()) {
    if (part === "") continue;
    const unequal = splitOnce(part, "!=");
    const equal = unequal ?? splitOnce(part, "==") ?? splitOnce(part, "=");
    if (equal === undefined) return { ok: false, message: `invalid selector: '${text}'; can't understand '${part}'` };
    terms.push({ field: equal[0], negated: unequal !== undefined, value: equal[1] });
  }
  return { ok: true, value: terms };
};

/**
 * Parses and compiles a field selector for one kind. A field that the kind does not support is an error, in
 * Kubernetes' words; the API answers 400 with it.
 */
export const compileFieldSelectorText = (
  text: string,
  group: string,
  kind: string,
  custom?: CustomVersion,
): Parsed<(object: UntypedObject) => boolean> => {
  const terms = parseFieldSelector(text);
  if (!terms.ok) return terms;
  const predicates: ((object: UntypedObject) => boolean)[] = [];
  for (const { field, negated, value } of terms.value) {
    const reader = fieldReader(group, kind, field, custom);
    if (!reader.ok) return reader;
    const read = reader.value;
    predicates.push(negated ? (object) => read(object) !== value : (object) => read(object) === value);
  }
  if (predicates.length === 0) return { ok: true, value: () => true };
  if (predicates.length === 1) return { ok: true, value: predicates[0]! };
  return { ok: true, value: (object) => predicates.every((predicate) => predicate(object)) };
};

/** The one value that `metadata.name` may have under this selector, so that a list can become a get. */
export const exactFieldValue = (terms: readonly FieldTerm[], field: string): string | undefined =>
  terms.find((term) => term.field === field && !term.negated)?.value;
