/** Names of field managers. https://kubernetes.io/docs/reference/using-api/server-side-apply/#manager */
import { type FieldError, invalidValue, tooLong } from "../field-errors.js";
import { isPrintable } from "../go-format.js";
import { byteLength } from "../names.js";

const nameBytesMost = 128;

/** What is wrong with a name that a request gives. */
export function managerNameErrors(name: string, path: string): FieldError[] {
  const errors = byteLength(name) > nameBytesMost ? [tooLong(path, nameBytesMost)] : [];
  let position = 0;
  for (const character of name) {
    if (!isPrintable(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      errors.push(invalidValue(path, name, `invalid character U+${code} (at position ${position})`));
    }
    position += byteLength(character);
  }
  return errors;
}

/** The name of a program that gives none: what its User-Agent says before the first `/`. */
export function managerOfUserAgent(userAgent: string): string {
  let name = "";
  let bytes = 0;
  for (const character of userAgent.split("/", 1)[0]!) {
    if (!isPrintable(character)) continue;
    bytes += byteLength(character);
    if (bytes > nameBytesMost) break;
    name += character;
  }
  return name;
}
