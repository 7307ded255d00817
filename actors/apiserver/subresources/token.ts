/** serviceaccounts/token: a signed token for a service account. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
import { invalidValue } from "../../../src/api/field-errors.js";
import { storageKey } from "../../../src/api/paths.js";
import { conflict, internalError, invalid, notFound, type Result, timeout } from "../../../src/api/status.js";
import { formatTime } from "../../../src/api/time.js";
import { encodeJson } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { TokenClaims } from "../io/io.js";
import type { ApiError, CreateRequest, Respond } from "../request.js";
import { Admission } from "../writes/admit.js";
import { answerWith } from "../writes/plan.js";
import { tokenMachine } from "./token-machine.js";

interface TokenSpec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string };
}

const lifetime = { usualSeconds: 3_600, leastSeconds: 600, mostSeconds: 2 ** 32 } as const;

/** One request for a token. */
export class TokenIssue {
  private claims: TokenClaims | undefined;
  private token: string | undefined;
  private problem: ApiError | undefined;

  constructor(
    private readonly backing: Backing,
    private readonly request: CreateRequest,
    private readonly respond: Respond,
  ) {}

  confirm(onFresh: () => void): () => void {
    return this.backing.freshness.confirm(onFresh);
  }

  /** Finds the account and what the token is bound to. */
  prepare(): void {
    const outcome = this.claimsFor();
    if ("claims" in outcome) this.claims = outcome.claims;
    else this.problem = outcome.error;
  }

  get refused(): boolean {
    return this.problem !== undefined;
  }

  sign(onSigned: () => void): void {
    if (this.claims === undefined) return;
    const told = this.backing.host.bind((outcome: { ok: true; token: string } | { ok: false; problem: string }) => {
      if (outcome.ok) this.token = outcome.token;
      else this.problem = internalError(outcome.problem);
      onSigned();
    });
    this.backing.io.signer.sign(this.claims, told);
  }

  answer(): void {
    const { request, token, claims, problem } = this;
    if (token === undefined || claims === undefined) {
      this.respond({ ok: false, error: problem ?? timeout("request did not complete within the allotted timeout") });
      return;
    }
    const spec = { ...(request.body.spec as TokenSpec), audiences: claims.aud, expirationSeconds: claims.exp - claims.iat };
    const { name = "", namespace = "" } = request.path;
    const status = { token, expirationTimestamp: formatTime(claims.exp * 1_000) };
    const metadata = { name, namespace, creationTimestamp: formatTime(claims.iat * 1_000) };
    const object = { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", metadata, spec, status };
    this.respond(answerWith(encodeJson(object), 201));
  }

  private admitted(): Result<unknown> {
    const { backing, request } = this;
    const served = backing.catalog.for(request.path, "create");
    return served.ok ? new Admission(backing, served.value, request, "CREATE").permit(request.body) : served;
  }

  private claimsFor(): { readonly claims: TokenClaims } | { readonly error: ApiError } {
    const { path, body } = this.request;
    const { name = "", namespace = "" } = path;
    const { host, io } = this.backing;
    const account = this.find("serviceaccounts", name);
    if (account === undefined) return { error: notFound({ group: "", resource: "serviceaccounts" }, name) };
    const admitted = this.admitted();
    if (!admitted.ok) return { error: admitted.error };
    const spec = (body.spec ?? {}) as TokenSpec;
    const seconds = spec.expirationSeconds ?? lifetime.usualSeconds;
    if (seconds < lifetime.leastSeconds || seconds > lifetime.mostSeconds) {
      const least = seconds < lifetime.leastSeconds;
      const why = least
        ? "may not specify a duration less than 10 minutes"
        : "may not specify a duration larger than 2^32 seconds";
      const kind = { group: "authentication.k8s.io", kind: "TokenRequest" };
      return { error: invalid(kind, "", [invalidValue("spec.expirationSeconds", seconds, why)]) };
    }
    const iat = Math.floor(host.clock.nowMs() / 1_000);
    const bound = spec.boundObjectRef;
    const holder = bound?.kind === "Pod" ? this.find("pods", bound.name ?? "") : undefined;
    if (bound?.kind === "Pod") {
      if (holder === undefined) return { error: notFound({ group: "", resource: "pods" }, bound.name ?? "") };
      if (bound.uid !== undefined && bound.uid !== holder.metadata.uid) {
        const why = `the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
        return { error: conflict({ group: "", resource: "Pod" }, bound.name ?? "", why) };
      }
    }
    const about = {
      namespace,
      serviceaccount: { name, uid: account.metadata.uid ?? "" },
      ...(holder === undefined ? {} : { pod: { name: bound?.name ?? "", uid: holder.metadata.uid ?? "" } }),
    };
    const audiences = spec.audiences ?? [];
    const claims = {
      iss: io.config.issuer,
      sub: `system:serviceaccount:${namespace}:${name}`,
      aud: audiences.length === 0 ? [io.config.issuer] : audiences,
      iat,
      nbf: iat,
      exp: iat + seconds,
      jti: host.ids.uuid(),
      "kubernetes.io": about,
    };
    return { claims };
  }

  private find(plural: string, name: string) {
    const resource = this.backing.catalog.resources.preferred("", plural)!;
    return this.backing.cache.get(storageKey(resource, this.request.path.namespace ?? "", name))?.object;
  }
}

export function startTokenRequest(backing: Backing, id: string, request: CreateRequest, respond: Respond): void {
  backing.host.charts.start(tokenMachine, { id, input: { issue: new TokenIssue(backing, request, respond) } });
}
