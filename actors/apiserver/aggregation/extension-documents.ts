/** What one extension API server said of itself in OpenAPI when it was last asked with success, and what all of them come to. */

import { openApiV3Of } from "../../../src/api/openapi/convert.js";
import type { ForeignApis } from "../../../src/api/openapi/documents.js";
import type { ForeignDocument } from "../../../src/api/openapi/foreign-document.js";
import { kubernetesVersion } from "../../../src/api/release.js";
import type { APIService } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";

/** `apis/ice.example.org/v1`: how the version that an APIService registers is named among documents. */
export const documentName = ({ spec }: APIService): string => `apis/${spec?.group ?? ""}/${spec?.version ?? ""}`;

export interface ExtensionDocuments {
  /** OpenAPI 2 of its version. */
  readonly v2?: {
    readonly document: ForeignDocument;
    /** As it is named when it is asked for again. */
    readonly etag: string | undefined;
    readonly hash: string;
  };
  /** Where it has its documents of OpenAPI 3, by their names; `unknown`: it has none, as old ones have not. */
  readonly v3?: ReadonlyMap<string, string> | "unknown";
}

/** The more important come first. */
export function foreignApis(
  apis: ReadonlyArray<{ readonly service: APIService; readonly documents: ExtensionDocuments }>,
): ForeignApis {
  const converted = new Map<string, { readonly document: object; readonly hash: string }>();
  for (const { service, documents } of apis) {
    const { v2, v3 } = documents;
    if (v2 === undefined || v3 !== "unknown") continue;
    converted.set(documentName(service), { document: openApiV3Of(v2.document, kubernetesVersion), hash: v2.hash });
  }
  return {
    v2: apis.flatMap(({ documents: { v2 } }) => (v2 === undefined ? [] : [v2])),
    v3: apis.flatMap(({ documents: { v3 } }) => (v3 === undefined || v3 === "unknown" ? [] : [...v3])),
    converted,
  };
}

/** What documents are told apart by. */
export const signatureOf = (
  apis: ReadonlyArray<{ readonly service: APIService; readonly documents: ExtensionDocuments }>,
): string =>
  writeJson(
    apis.map(({ service, documents: { v2, v3 } }) => [documentName(service), v2?.hash, v3 instanceof Map ? [...v3] : v3]),
  );
