/** The OpenAPI documents as they are served: made when first asked for, and kept for as long as their table is. */
import { schemaJson } from "../generated/schema.js";
import type { ResourceTable } from "../kinds.js";
import { textHash } from "../text-hash.js";
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
  const made = { contentType, body, etag: `"${contentHash(table, release)}"` };
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
  if (path === "/openapi/v3") return JSON.stringify(openApiV3Index(table, contentHash(table, release)));
  const match = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path);
  if (match === null) return undefined;
  const document = openApiV3(table, match[1] ?? "", match[2]!, release);
  return document === undefined ? undefined : JSON.stringify(document);
}

const hashes = new WeakMap<ResourceTable, string>();

/** Names everything that the documents are made from. */
function contentHash(table: ResourceTable, release: string): string {
  let hash = hashes.get(table);
  if (hash === undefined) {
    hash = textHash(schemaJson + JSON.stringify(table.resources));
    hashes.set(table, hash);
  }
  return textHash(hash + release);
}
