import type { FunctionDeclaration } from "../language/functions.js";
import type { CelType } from "../language/types.js";
import * as types from "../language/types.js";
import { arithmetic } from "./arithmetic.js";
import { comparison } from "./comparison.js";
import { conversions } from "./conversions.js";
import { optionals } from "./optionals.js";
import { text } from "./text.js";
import { times } from "./times.js";

/** All functions that Kubernetes 1.33 gives to expressions. */
export const kubernetesLibraries: readonly FunctionDeclaration[] = [
  ...arithmetic,
  ...comparison,
  ...conversions,
  ...optionals,
  ...text,
  ...times,
];

const anyList = types.listOf(types.dyn);
const anyMap = types.mapOf(types.dyn, types.dyn);

/** The types that can be named in an expression, as `type(x) == string` does. */
export const libraryTypes: ReadonlyMap<string, CelType> = new Map<string, CelType>(
  (
    [
      ["bool", types.bool],
      ["bytes", types.bytes],
      ["double", types.double],
      ["dyn", types.dyn],
      ["google.protobuf.Duration", types.duration],
      ["google.protobuf.Timestamp", types.timestamp],
      ["int", types.int],
      ["list", anyList],
      ["map", anyMap],
      ["null_type", types.nullType],
      ["optional_type", types.optionalOf(types.dyn)],
      ["string", types.string],
      ["type", types.typeType],
      ["uint", types.uint],
    ] as const
  ).map(([name, of]) => [name, { kind: "type", of }]),
);
