/** agnhost's tries of what a pod may do with the token of its service account. */
import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { flagOf } from "./flags.js";
import { askCluster, ownToken } from "./in-cluster.js";

/** `inclusterclient --poll-interval=30`: asks whether the API server is well, and tells a hash of the token that it asked with. */
export function inClusterClient(intervalSeconds: number): undefined {
  console.log("started");
  setInterval(() => {
    console.log("calling /healthz");
    const token = ownToken();
    const hash = createHash("sha256").update(`salt|Bearer ${token}`).digest("base64url");
    console.log(`authz_header=${hash}`);
    askCluster("GET", "/healthz", undefined, token).then(
      ({ status, body }) => {
        if (status !== 200) console.error(`status=failed\nerror checking /healthz: ${status}\n${body}`);
      },
      (error: Error) => console.error(`status=failed\nerror checking /healthz: ${error.message}`),
    );
  }, intervalSeconds * 1000);
}

interface Claims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly sub: string;
}

/**
 * `test-service-account-issuer-discovery --token-path=FILE --audience=NAME`: checks a token as one who relies on OpenID Connect Discovery, by what
 * the token's issuer says of itself. https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export async function checkIssuer(args: readonly string[]): Promise<number> {
  try {
    const token = readFileSync(flagOf(args, "token-path") ?? "", "utf8").trim();
    console.log("OK: Got token");
    const [head = "", payload = "", signature = ""] = token.split(".");
    const claims = partOf<Claims>(payload);
    console.log(`OK: got issuer ${claims.iss}`);
    const configuration = await document<{ issuer: string; jwks_uri: string }>(`${claims.iss}/.well-known/openid-configuration`);
    if (configuration.issuer !== claims.iss) throw new Error(`issuer did not match: ${configuration.issuer}`);
    console.log(`OK: Constructed OIDC provider for issuer ${claims.iss}`);
    const { keys } = await document<{ keys: Array<JsonWebKey & { kid: string }> }>(configuration.jwks_uri);
    const { kid } = partOf<{ kid: string }>(head);
    const key = keys.find((each) => each.kid === kid);
    if (key === undefined) throw new Error(`no key ${kid} in the key set`);
    const signed = { key: createPublicKey({ key, format: "jwk" }), dsaEncoding: "ieee-p1363" } as const;
    if (!verify("sha256", Buffer.from(`${head}.${payload}`), signed, Buffer.from(signature, "base64url"))) {
      throw new Error("failed to verify signature");
    }
    checkClaims(claims, flagOf(args, "audience") ?? "");
    console.log("OK: Validated signature on JWT");
    console.log(`OK: Got valid claims from token!\nFull, validated claims:\n${JSON.stringify(claims)}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function checkClaims({ aud, exp }: Claims, audience: string): void {
  const audiences = typeof aud === "string" ? [aud] : aud;
  if (!audiences.includes(audience)) throw new Error(`expected audience "${audience}" got ${JSON.stringify(audiences)}`);
  if (exp * 1000 <= Date.now()) throw new Error("token is expired");
}

const partOf = <Value>(part: string): Value => JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Value;

async function document<Value>(url: string): Promise<Value> {
  const { status, body } = await askCluster("GET", url);
  if (status !== 200) throw new Error(`${url}: ${status}: ${body}`);
  return JSON.parse(body) as Value;
}
