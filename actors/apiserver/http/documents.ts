/** The documents that describe the API: discovery and OpenAPI. Made once, when they are first asked for. */
import { stringify as stringifyYaml } from "yaml";
import { type DiscoveryDocument, discoveryDocument } from "../../../src/api/discovery.js";
import { openApiDocument, openApiV3Hash } from "../../../src/api/openapi/documents.js";
import { kubernetesVersion } from "../../../src/api/release.js";
import { textHash } from "../../../src/api/text-hash.js";
import { readJson } from "../../../src/json/text.js";
import type { Catalog } from "../catalog/catalog.js";
import { mediaTypes, negotiate } from "./negotiation.js";

export interface Document {
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly etag: string;
}

/** What a request for a document by a hash comes to: the document for good, or where it is now; undefined without a hash. */
export function pinnedDocument(
  { resources, extensions }: Catalog,
  path: string,
  hash: string,
): "current" | { readonly movedTo: string } | undefined {
  const current = hash === "" ? undefined : openApiV3Hash(resources, path, kubernetesVersion, extensions.openApi);
  if (current === undefined) return undefined;
  return current === hash ? "current" : { movedTo: `${path}?hash=${current}` };
}

/** The document at a path, in the form that the header Accept asks for; undefined where there is none. */
export function documentFor(
  { resources, extensions }: Catalog,
  path: string,
  accept: string,
  serverAddress: string,
): Document | undefined {
  if (path.startsWith("/openapi/")) return openApiDocument(resources, path, accept, kubernetesVersion, extensions.openApi);
  const document = discoveryDocument(resources, path, accept, serverAddress, extensions.discovery);
  const isYaml = document?.contentType === mediaTypes.json && negotiate(accept)?.encoding === "yaml";
  return isYaml ? asYaml(document) : document;
}

/** Hardly anybody asks for it, so none is kept. */
function asYaml({ body }: DiscoveryDocument): Document {
  const text = stringifyYaml(readJson(body), { version: "1.1" });
  return { contentType: mediaTypes.yaml, body: text, etag: `"${textHash(text)}"` };
}
