import type { FunctionDeclaration } from "../language/functions.js";
import type { CelType } from "../language/types.js";
import * as types from "../language/types.js";
import { arithmetic } from "./arithmetic.js";
import { authorization, authorizerType, resourceCheckType } from "./authorization.js";
import { comparison } from "./comparison.js";
import { conversions } from "./conversions.js";
import { jsonPatch } from "./json-patch.js";
import { lists } from "./lists.js";
import { formatType, namedFormats } from "./named-formats.js";
import { cidrType, ipType, network } from "./network.js";
import { optionals } from "./optionals.js";
import { quantities, quantityType } from "./quantities.js";
import { regexes } from "./regexes.js";
import { sets } from "./sets.js";
import { strings } from "./strings.js";
import { text } from "./text.js";
import { times } from "./times.js";
import { urls, urlType } from "./urls.js";
import { semverType, versions } from "./versions.js";

/** The functions that Kubernetes 1.33 gives to all expressions. */
export const kubernetesLibraries: readonly FunctionDeclaration[] = [
  ...arithmetic,
  ...comparison,
  ...conversions,
  ...optionals,
  ...text,
  ...times,
  ...strings,
  ...sets,
  ...lists,
  ...regexes,
  ...urls,
  ...network,
  ...quantities,
  ...versions,
  ...namedFormats,
  ...authorization,
];

/** What expressions have besides that say how an object is to be changed. */
export const mutationLibraries: readonly FunctionDeclaration[] = [...kubernetesLibraries, ...jsonPatch];

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
      ...[authorizerType, resourceCheckType, formatType, cidrType, ipType, quantityType, urlType, semverType].map(
        (type) => [type.name, type] as const,
      ),
    ] as const
  ).map(([name, of]) => [name, { kind: "type", of }]),
);
