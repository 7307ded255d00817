import { compileRegex } from "../regex/regex.js";
import { childrenOf, type Expression } from "./language/ast.js";
import type { Checked } from "./language/checker.js";
import type { SourceError } from "./language/source.js";
import { parseDuration, parseTimestamp } from "./library/time-text.js";

/** What the literal arguments of these functions have to be, so that a typing error is found before the expression runs. */
const validators = new Map<string, (text: string) => boolean>([
  ["matches", (text) => compileRegex(text).ok],
  ["duration", (text) => parseDuration(text) !== undefined],
  ["timestamp", (text) => parseTimestamp(text) !== undefined],
]);

/** Finds literal arguments that would fail whenever the expression runs. */
export const checkLiterals = (checked: Checked): SourceError[] => {
  const errors: SourceError[] = [];
  const seen: Expression[] = [checked.expression];
  for (let part = seen.pop(); part !== undefined; part = seen.pop()) {
    seen.push(...childrenOf(part));
    if (part.kind !== "call") continue;
    const argument = part.args[part.args.length - 1];
    if (argument?.kind !== "literal" || typeof argument.value !== "string") continue;
    if (validators.get(part.name)?.(argument.value) === false) {
      errors.push({ offset: argument.offset, message: `invalid ${part.name} argument` });
    }
  }
  return errors;
};
