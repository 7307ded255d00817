/**
 * Who bears a token: one that is known from the start, one of a service account, or one for joining. Signatures are checked once
 * a token; whether it still holds, every time.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/
 */
import type { Host } from "../../../../src/actor/host.js";
import { quote } from "../../../../src/api/go-format.js";
import { builtinResources } from "../../../../src/api/kinds.js";
import { storageKey } from "../../../../src/api/paths.js";
import type { Secret } from "../../../../src/api/types.js";
import type { ApiServerIo } from "../../io/io.js";
import type { ApiUser } from "../../request.js";
import type { WatchCache } from "../../watch-cache/cache.js";
import { bearerOf, bootstrapTokenIn, secretNameOf } from "./bootstrap-token.js";
import { isBound, isLegacy, type LegacyClaims, type TokenClaims, userOfClaims } from "./claims.js";
import { LegacyTokens, type TokenRemarks } from "./legacy-tokens.js";
import { Standing } from "./standing.js";

/** `audiences`: of those that were asked for, the ones that the token is for. */
export type Bearer = ({ readonly user: ApiUser; readonly audiences: readonly string[] } | { readonly problem: string }) & {
  readonly remarks?: TokenRemarks;
};

/** Tokens whose signature was found good, most lately used last. */
const knownMost = 4_096;

/** Clocks may differ by so much. */
const leewaySeconds = 60;

const secrets = builtinResources().preferred("", "secrets")!;

interface Known {
  readonly claims: TokenClaims | LegacyClaims;
  readonly user: ApiUser;
}

export class Tokens {
  private readonly known = new Map<string, Known>();
  private readonly joining = new Map<string, ApiUser>();
  private readonly standing: Standing;
  private readonly legacy: LegacyTokens;
  /** Whom tokens for this API are meant for. */
  readonly ownAudiences: readonly string[];

  constructor(
    private readonly host: Host,
    private readonly io: ApiServerIo,
    private readonly cache: WatchCache,
    noteUse: ConstructorParameters<typeof LegacyTokens>[1],
  ) {
    this.standing = new Standing(cache);
    this.legacy = new LegacyTokens(cache, noteUse);
    this.ownAudiences = [io.config.issuer];
  }

  /** `audiences` empty: this API. The answer may come at once. */
  authenticate(token: string, audiences: readonly string[], onBearer: (bearer: Bearer) => void): void {
    const wanted = audiences.length === 0 ? this.ownAudiences : audiences;
    const fixed = this.io.tokens.get(token) ?? this.joiner(token);
    if (fixed !== undefined) {
      onBearer(this.forOwnAudience(fixed, wanted));
      return;
    }
    const known = this.known.get(token);
    if (known !== undefined) {
      onBearer(this.judge(token, known, wanted));
      return;
    }
    const told = this.host.bind((claims: unknown) => {
      if (isBound(claims) || isLegacy(claims)) onBearer(this.judge(token, this.remember(token, claims), wanted));
      else onBearer({ problem: "" });
    });
    this.io.signer.verify(token, told);
  }

  private remember(token: string, claims: Known["claims"]): Known {
    const known = { claims, user: userOfClaims(claims) };
    this.known.set(token, known);
    if (this.known.size > knownMost)
      for (const oldest of [...this.known.keys()].slice(0, knownMost / 2)) this.known.delete(oldest);
    return known;
  }

  private judge(token: string, { claims, user }: Known, wanted: readonly string[]): Bearer {
    const nowMs = this.host.clock.nowMs();
    if (isLegacy(claims)) {
      const { problem, remarks } = this.legacy.judge(claims, token, nowMs);
      const bearer = problem === undefined ? this.forOwnAudience(user, wanted) : { problem };
      return remarks === undefined ? bearer : { ...bearer, remarks };
    }
    const problem = this.timeProblem(claims, nowMs) ?? this.standing.problemOf(claims, nowMs);
    if (problem !== undefined) return { problem };
    const audiences = wanted.filter((each) => claims.aud.includes(each));
    if (audiences.length > 0) return { user, audiences, ...staleness(claims, nowMs) };
    return { problem: `token audiences ${listText(claims.aud)} is invalid for the target audiences ${listText(wanted)}` };
  }

  private timeProblem({ iss, exp, nbf }: TokenClaims, nowMs: number): string | undefined {
    const nowSeconds = nowMs / 1_000;
    if (iss !== this.io.config.issuer) return "";
    if (nowSeconds > exp + leewaySeconds) return "service account token has expired";
    return nowSeconds < nbf - leewaySeconds ? "service account token is not valid yet" : undefined;
  }

  private joiner(token: string): ApiUser | undefined {
    const parts = bootstrapTokenIn(token);
    if (parts === undefined) return undefined;
    const secret = this.cache.get(storageKey(secrets, "kube-system", secretNameOf(parts.id)))?.object as Secret | undefined;
    const bearer = bearerOf(parts.id, parts.secret, secret, this.host.clock.nowMs());
    if (bearer === undefined) return undefined;
    // The same object for the same user: decisions are kept with it.
    const key = [bearer.name, ...bearer.groups].join(" ");
    const known = this.joining.get(key) ?? bearer;
    if (this.joining.size >= knownMost) this.joining.clear();
    this.joining.set(key, known);
    return known;
  }

  /** A credential that names no audience is for this API alone. */
  private forOwnAudience(user: ApiUser, wanted: readonly string[]): Bearer {
    const audiences = wanted.filter((each) => this.ownAudiences.includes(each));
    return audiences.length > 0 ? { user, audiences } : { problem: "" };
  }
}

/** Whoever should have renewed the token long ago is told of in the audit log. */
function staleness({ sub, "kubernetes.io": { warnafter } }: TokenClaims, nowMs: number): { readonly remarks?: TokenRemarks } {
  const seconds = Math.floor(nowMs / 1_000) - (warnafter ?? Number.POSITIVE_INFINITY);
  if (seconds <= 0) return {};
  const text = `subject: ${sub}, seconds after warning threshold: ${seconds}`;
  return { remarks: { warnings: [], annotations: new Map([["authentication.k8s.io/stale-token", text]]) } };
}

const listText = (list: readonly string[]): string => `[${list.map((each) => quote(each)).join(" ")}]`;
