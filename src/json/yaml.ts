/** Integers of YAML, as exact as those of JSON text. */
import type { ScalarTag, Tags } from "yaml";
import { type IntegerOf, int64OrFloat, minInt64 } from "./integer.js";

const maxUint64 = 2n ** 64n - 1n;

/**
 * For the option `customTags`. `integerOf` says what becomes of an integer beyond Number.MAX_SAFE_INTEGER that a 64-bit type of Go's holds;
 * one that none does is a float to Kubernetes' YAML reader.
 */
export const withExactIntegers =
  (integerOf: IntegerOf = int64OrFloat) =>
  (tags: Tags): Tags =>
    tags.map((tag) => (typeof tag === "object" && isIntegerTag(tag) ? exact(tag, integerOf) : tag));

const isIntegerTag = (tag: Exclude<Tags[number], string>): tag is ScalarTag =>
  tag.tag === "tag:yaml.org,2002:int" && tag.collection === undefined;

const exact = (tag: ScalarTag, integerOf: IntegerOf): ScalarTag => ({
  ...tag,
  resolve: (text, onError, options) => {
    const integer = tag.resolve(text, onError, { ...options, intAsBigInt: true });
    if (typeof integer !== "bigint") return integer;
    const nearest = Number(integer);
    if (Number.isSafeInteger(nearest)) return nearest;
    return integer >= minInt64 && integer <= maxUint64 ? integerOf(integer) : nearest;
  },
});
