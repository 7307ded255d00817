import type { CustomVersion } from "./custom/version.js";
import { compileFieldSelectorText } from "./selectors/field-selector.js";
import { compileLabelSelectorText } from "./selectors/label-parser.js";
import { badRequest, fail, type Result, succeed } from "./status.js";
import type { UntypedObject } from "./types.js";

export { exactFieldValue, parseFieldSelector } from "./selectors/field-selector.js";
export {
  compileLabelMap,
  compileLabelSelector,
  type LabelPredicate,
  labelSelectorErrors,
  labelSelectorText,
} from "./selectors/label-selector.js";

/** A list or watch's selectors, as its query gives them. */
export interface SelectorQuery {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export type ObjectPredicate = (object: UntypedObject) => boolean;

/**
 * Compiles the selectors of one request into one predicate over objects of the kind. Undefined means that no selector
 * was given, so that a list need not look at its items at all. A selector that does not parse is 400 BadRequest.
 */
export const compileSelector = (
  query: SelectorQuery,
  group: string,
  kind: string,
  custom?: CustomVersion,
): Result<ObjectPredicate | undefined> => {
  const labelText = query.labelSelector ?? "";
  const fieldText = query.fieldSelector ?? "";
  if (labelText === "" && fieldText === "") return succeed(undefined);
  const labels = compileLabelSelectorText(labelText);
  if (!labels.ok) return fail(badRequest(labels.message));
  const fields = compileFieldSelectorText(fieldText, group, kind, custom);
  if (!fields.ok) return fail(badRequest(fields.message));
  const matchesLabels = labels.value;
  const matchesFields = fields.value;
  if (fieldText === "") return succeed((object) => matchesLabels(object.metadata.labels));
  if (labelText === "") return succeed(matchesFields);
  return succeed((object) => matchesLabels(object.metadata.labels) && matchesFields(object));
};
