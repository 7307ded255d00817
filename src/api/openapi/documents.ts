/** The OpenAPI documents as they are served: made when first asked for, and kept for as long as what they are made of is. */
import { writeJson } from "../../json/text.js";
import { schemaJson } from "../generated/schema.js";
import type { ResourceTable } from "../kinds.js";
import { textHash } from "../text-hash.js";
import { describedTypes, descriptionOf } from "./descriptions.js";
import { openApiV2 } from "./document-v2.js";
import { openApiV3, openApiV3Index, otherOpenApiV3, type VersionEntry } from "./document-v3.js";
import type { ForeignDocument } from "./foreign-document.js";
import { encodeGnostic } from "./gnostic.js";
import { mergedDocument } from "./merge.js";
import { otherPathsOf } from "./paths.js";

export interface OpenApiDocument {
  readonly contentType: string;
  /** JSON text, or the bytes of a protobuf document. */
  readonly body: string | Uint8Array;
  readonly etag: string;
}

/** What extension API servers say of themselves. Another object when any of it changes. */
export interface ForeignApis {
  /** Of those that told of themselves in OpenAPI 2, the more important first. */
  readonly v2: ReadonlyArray<{ readonly document: ForeignDocument; readonly hash: string }>;
  /** Where documents of OpenAPI 3 are, by `apis/ice.example.org/v1`. */
  readonly v3: ReadonlyArray<readonly [name: string, url: string]>;
  /** Documents of OpenAPI 3 of those that know only OpenAPI 2, by the same names: they are served from here. */
  readonly converted: ReadonlyMap<string, { readonly document: object; readonly hash: string }>;
}

export const noForeignApis: ForeignApis = { v2: [], v3: [], converted: new Map() };

export const gnosticMediaType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const gnosticContentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** What documents are made of. `release` is the version of Kubernetes that they name: `v1.33.0`. */
interface Made {
  readonly table: ResourceTable;
  readonly foreign: ForeignApis;
  readonly release: string;
}

/**
 * The document at a path: `/openapi/v2`, `/openapi/v3`, `/openapi/v3/api/v1`, `/openapi/v3/apis/apps/v1`. Undefined when
 * the path is none of OpenAPI's, or the group and version are not served here. `accept` is the header Accept; version 2 may be
 * had as protobuf.
 */
export function openApiDocument(
  table: ResourceTable,
  path: string,
  accept: string,
  release: string,
  foreign: ForeignApis = noForeignApis,
): OpenApiDocument | undefined {
  const at = path.replace(/\/+$/, "");
  const asProtobuf = at === "/openapi/v2" && /com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf/.test(accept);
  const kept = documentsOf(table, foreign);
  const key = `${at} ${asProtobuf} ${release}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const from = { table, foreign, release };
  const body = makeBody(from, at, asProtobuf);
  if (body === undefined) return undefined;
  const contentType = asProtobuf ? gnosticContentType : "application/json";
  const made = { contentType, body, etag: `"${documentHash(from, at)}"` };
  kept.set(key, made);
  return made;
}

type Documents = Map<string, OpenApiDocument>;
const documents = new WeakMap<ResourceTable, WeakMap<ForeignApis, Documents>>();

/** Bounded by the paths that a table and its extensions have. */
function documentsOf(table: ResourceTable, foreign: ForeignApis): Documents {
  const ofTable = documents.get(table) ?? new WeakMap<ForeignApis, Documents>();
  documents.set(table, ofTable);
  const known = ofTable.get(foreign);
  if (known !== undefined) return known;
  const made: Documents = new Map();
  ofTable.set(foreign, made);
  return made;
}

function makeBody(from: Made, path: string, asProtobuf: boolean): string | Uint8Array | undefined {
  const { table, foreign, release } = from;
  if (path === "/openapi/v2") {
    const own = openApiV2(table, release);
    const document =
      foreign.v2.length === 0
        ? own
        : mergedDocument(
            own,
            foreign.v2.map((each) => each.document),
          );
    return asProtobuf ? encodeGnostic(document) : writeJson(document);
  }
  if (path === "/openapi/v3") return writeJson(openApiV3Index(entriesOf(from)));
  const of = versionAt(path);
  if (of === undefined) {
    const other = otherOpenApiV3(table, nameAt(path), release);
    return other === undefined ? undefined : writeJson(other);
  }
  const document = openApiV3(table, of.group, of.version, release) ?? foreign.converted.get(of.name)?.document;
  return document === undefined ? undefined : writeJson(document);
}

/** Those of the table, and behind them those of extensions that it does not have. */
function entriesOf(from: Made): VersionEntry[] {
  const { table, foreign } = from;
  const own = table.groups.flatMap(({ name, versions }) =>
    versions.map((version) => ({ group: name, version, hash: versionHash(from, name, version) })),
  );
  const others = Array.from(otherPathsOf(table).keys(), (name) => ({ name, hash: otherHash(from, name) }));
  const converted = Array.from(foreign.converted, ([name, { hash }]) => ({ name, hash }));
  return [...others, ...own, ...converted, ...foreign.v3.map(([name, url]) => ({ name, url }))];
}

interface NamedVersion {
  /** `apis/apps/v1` */
  readonly name: string;
  readonly group: string;
  readonly version: string;
}

/** `/openapi/v3/api/v1`, `/openapi/v3/apis/apps/v1` */
function versionAt(path: string): NamedVersion | undefined {
  const [, name = "", group = "", version = ""] = /^\/openapi\/v3\/((?:api|apis\/([^/]+))\/([^/]+))$/.exec(path) ?? [];
  return name === "" ? undefined : { name, group, version };
}

/** The name of a document in the index, by its path. */
const nameAt = (path: string): string => path.replace(/^\/openapi\/v3\//, "");

let builtin: string | undefined;

/** Names what every table has alike: the types of the built-in kinds and what is said of them. */
function builtinHash(): string {
  builtin ??= textHash(
    schemaJson +
      describedTypes()
        .map((type) => writeJson([...descriptionOf(type)!.fields]))
        .join(),
  );
  return builtin;
}

/** Names everything that the document of one group and version is made from. */
function versionHash({ table, release }: Made, group: string, version: string): string {
  const rows = table.of(group, version).map(({ custom, ...resource }) => [resource, custom?.hash]);
  return textHash(builtinHash() + release + writeJson(rows));
}

/** Names what is made of nothing but what is built in. */
const otherHash = ({ release }: Made, name: string): string => textHash(builtinHash() + release + name);

function documentHash(from: Made, path: string): string {
  const of = versionAt(path);
  const { foreign } = from;
  if (of !== undefined) return foreign.converted.get(of.name)?.hash ?? versionHash(from, of.group, of.version);
  if (path !== "/openapi/v2" && path !== "/openapi/v3") return otherHash(from, nameAt(path));
  const all = from.table.groups.flatMap(({ name, versions }) => versions.map((version) => versionHash(from, name, version)));
  const converted = Array.from(foreign.converted, ([name, { hash }]) => name + hash);
  const others = path === "/openapi/v2" ? foreign.v2.map(({ hash }) => hash) : [writeJson(foreign.v3), ...converted];
  return textHash([...all, ...others].join());
}

/** The hash that the index names a document of version 3 by; undefined for any other document. */
export function openApiV3Hash(
  table: ResourceTable,
  path: string,
  release: string,
  foreign: ForeignApis = noForeignApis,
): string | undefined {
  const at = path.replace(/\/+$/, "");
  const isNamed = versionAt(at) !== undefined || otherPathsOf(table).has(nameAt(at));
  return isNamed ? documentHash({ table, foreign, release }, at) : undefined;
}
