/** The OpenAPI documents as they are served: made when first asked for, and kept for as long as their table is. */
import { schemaJson } from "../generated/schema.js";
import type { ResourceTable } from "../kinds.js";
import { textHash } from "../text-hash.js";
import { describedTypes, descriptionOf } from "./descriptions.js";
import { openApiV2 } from "./document-v2.js";
import { openApiV3, openApiV3Index } from "./document-v3.js";
import { encodeGnostic } from "./gnostic.js";

export interface OpenApiDocument {
  readonly contentType: string;
  /** JSON text, or the bytes of a protobuf document. */
  readonly body: string | Uint8Array;
  readonly etag: string;
}

export const gnosticMediaType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const gnosticContentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/**
 * The document at a path: `/openapi/v2`, `/openapi/v3`, `/openapi/v3/api/v1`, `/openapi/v3/apis/apps/v1`. Undefined when
 * the path is none of OpenAPI's, or the group and version are not served. `accept` is the header Accept; version 2 may be
 * had as protobuf. `release` is the version of Kubernetes that the documents name: `v1.33.0`.
 */
export function openApiDocument(
  table: ResourceTable,
  path: string,
  accept: string,
  release: string,
): OpenApiDocument | undefined {
  const at = path.replace(/\/+$/, "");
  const asProtobuf = at === "/openapi/v2" && /com\.github\.proto-openapi\.spec\.v2[@.]v1\.0\+protobuf/.test(accept);
  const kept = documentsOf(table);
  const key = `${at} ${asProtobuf} ${release}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const body = makeBody(table, at, asProtobuf, release);
  if (body === undefined) return undefined;
  const contentType = asProtobuf ? gnosticContentType : "application/json";
  const made = { contentType, body, etag: `"${documentHash(table, at, release)}"` };
  kept.set(key, made);
  return made;
}

const documents = new WeakMap<ResourceTable, Map<string, OpenApiDocument>>();

/** Bounded by the paths that a table has. */
function documentsOf(table: ResourceTable): Map<string, OpenApiDocument> {
  const known = documents.get(table);
  if (known !== undefined) return known;
  const made = new Map<string, OpenApiDocument>();
  documents.set(table, made);
  return made;
}

function makeBody(table: ResourceTable, path: string, asProtobuf: boolean, release: string): string | Uint8Array | undefined {
  if (path === "/openapi/v2") {
    const document = openApiV2(table, release);
    return asProtobuf ? encodeGnostic(document) : JSON.stringify(document);
  }
  if (path === "/openapi/v3")
    return JSON.stringify(openApiV3Index(table, (group, version) => versionHash(table, group, version, release)));
  const of = versionAt(path);
  if (of === undefined) return undefined;
  const document = openApiV3(table, of.group, of.version, release);
  return document === undefined ? undefined : JSON.stringify(document);
}

/** `/openapi/v3/api/v1`, `/openapi/v3/apis/apps/v1` */
function versionAt(path: string): { readonly group: string; readonly version: string } | undefined {
  const match = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path);
  return match === null ? undefined : { group: match[1] ?? "", version: match[2]! };
}

let builtin: string | undefined;

/** Names what every table has alike: the types of the built-in kinds and what is said of them. */
function builtinHash(): string {
  builtin ??= textHash(
    schemaJson +
      describedTypes()
        .map((type) => JSON.stringify([...descriptionOf(type)!.fields]))
        .join(),
  );
  return builtin;
}

/** Names everything that the document of one group and version is made from. */
function versionHash(table: ResourceTable, group: string, version: string, release: string): string {
  const rows = table.of(group, version).map(({ custom, ...resource }) => [resource, custom?.hash]);
  return textHash(builtinHash() + release + JSON.stringify(rows));
}

function documentHash(table: ResourceTable, path: string, release: string): string {
  const of = versionAt(path);
  if (of !== undefined) return versionHash(table, of.group, of.version, release);
  const all = table.groups.flatMap(({ name, versions }) => versions.map((version) => versionHash(table, name, version, release)));
  return textHash(all.join());
}

/** The hash that the index names a document of version 3 by; undefined for any other document. */
export function openApiV3Hash(table: ResourceTable, path: string, release: string): string | undefined {
  const at = path.replace(/\/+$/, "");
  return versionAt(at) === undefined ? undefined : documentHash(table, at, release);
}
