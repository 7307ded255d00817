/** The documents that describe the API: discovery and OpenAPI. Made once, when they are first asked for. */
import { discoveryDocument } from "../../../src/api/discovery.js";
import type { ResourceTable } from "../../../src/api/kinds.js";
import { openApiDocument } from "../../../src/api/openapi/documents.js";
import { kubernetesVersion } from "./version.js";

export interface Document {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly etag: string;
}

/** The document at a path, in the form that the header Accept asks for; undefined where there is none. */
export function documentFor(table: ResourceTable, path: string, accept: string, serverAddress: string): Document | undefined {
  if (path.startsWith("/openapi/")) return openApiDocument(table, path, accept, kubernetesVersion);
  return discoveryDocument(table, path, accept, serverAddress);
}
