/** Reads long YAML texts elsewhere: what takes seconds here must not hold up everybody else. */
import type { ParsedText } from "../../../src/api/body.js";

/** `lost`: whoever read has ended with it, for want of memory. */
export type TextOutcome = ParsedText | { readonly ok: false; readonly lost: string };

export interface TextParser {
  /** Calls back once, with integers as they were written. One text is read at a time. Returns how to stop in the middle of a text: then nothing is told. */
  parse(text: string, onParsed: (outcome: TextOutcome) => void): () => void;
}
