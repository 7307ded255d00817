/**
 * What others check tokens of service accounts by:
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 */
import type { PublicKey } from "../io/io.js";

export interface Issuer {
  readonly url: string;
  readonly publicKeys: readonly PublicKey[];
}

const configurationPath = "/.well-known/openid-configuration";
const keysPath = "/openid/v1/jwks";

export const isIssuerPath = (path: string): boolean =>
  [configurationPath, keysPath].some((each) => path === each || path === `${each}/`);

/** OpenID Connect Discovery 1.0, or a set of keys as RFC 7517 has it. `authority`: the host and port that the client asks. */
export function issuerDocument(path: string, { url, publicKeys }: Issuer, authority: string) {
  if (path.startsWith(keysPath)) return { contentType: "application/jwk-set+json", body: JSON.stringify({ keys: publicKeys }) };
  const configuration = {
    issuer: url,
    jwks_uri: `https://${authority}${keysPath}`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(publicKeys.map(({ alg }) => alg))],
  };
  return { contentType: "application/json", body: JSON.stringify(configuration) };
}
