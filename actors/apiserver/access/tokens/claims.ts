/** What tokens of service accounts say. https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
import { isJsonObject } from "../../../../src/api/json-value.js";
import type { ApiUser } from "../../request.js";
import { accountUserName, authenticatedGroup, groupsOfAccount } from "../users.js";

/** An object by name and uid: another of the same name is not meant. */
export interface Named {
  readonly name: string;
  readonly uid: string;
}

/** As JWT names them (RFC 7519). Times are seconds since 1970. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  /** Of this one token: shown as the user's credential-id. */
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: Named;
    /** At most one of pod, secret and node is what the token is bound to; with a pod, its node is told too. */
    readonly pod?: Named;
    readonly secret?: Named;
    readonly node?: Named;
    /** From then on a holder that renews its tokens should no longer use this one. */
    readonly warnafter?: number;
  };
}

/** Tokens that live in a Secret, without an end. https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
export interface LegacyClaims {
  readonly iss: "kubernetes/serviceaccount";
  readonly sub: string;
  readonly "kubernetes.io/serviceaccount/namespace": string;
  readonly "kubernetes.io/serviceaccount/secret.name": string;
  readonly "kubernetes.io/serviceaccount/service-account.name": string;
  readonly "kubernetes.io/serviceaccount/service-account.uid": string;
}

export const legacyIssuer = "kubernetes/serviceaccount";

export const isLegacy = (claims: unknown): claims is LegacyClaims => isJsonObject(claims) && claims.iss === legacyIssuer;

/** Whoever signed it, claims of another form are not this cluster's. */
export const isBound = (claims: unknown): claims is TokenClaims =>
  isJsonObject(claims) && isJsonObject(claims["kubernetes.io"]) && Array.isArray(claims.aud) && typeof claims.exp === "number";

const extraPrefix = "authentication.kubernetes.io/";

/** What one token is called wherever it is told of. */
export const credentialId = ({ jti }: Pick<TokenClaims, "jti">): string => `JTI=${jti}`;

function extraOf({ jti, "kubernetes.io": { pod, node } }: TokenClaims): Map<string, readonly string[]> {
  const extra = new Map<string, readonly string[]>([[`${extraPrefix}credential-id`, [credentialId({ jti })]]]);
  for (const [kind, named] of [["node", node] as const, ["pod", pod] as const]) {
    if (named === undefined) continue;
    extra.set(`${extraPrefix}${kind}-name`, [named.name]);
    if (named.uid !== "") extra.set(`${extraPrefix}${kind}-uid`, [named.uid]);
  }
  return extra;
}

/** Who a token speaks for. */
export function userOfClaims(claims: TokenClaims | LegacyClaims): ApiUser {
  const [namespace, name, uid] = isLegacy(claims)
    ? [
        claims["kubernetes.io/serviceaccount/namespace"],
        claims["kubernetes.io/serviceaccount/service-account.name"],
        claims["kubernetes.io/serviceaccount/service-account.uid"],
      ]
    : accountOfClaims(claims);
  const groups = [...groupsOfAccount(namespace), authenticatedGroup];
  const user = { name: accountUserName({ namespace, name }), uid, groups };
  return isLegacy(claims) ? user : { ...user, extra: extraOf(claims) };
}

function accountOfClaims({ "kubernetes.io": { namespace, serviceaccount } }: TokenClaims): [string, string, string] {
  return [namespace, serviceaccount.name, serviceaccount.uid];
}
