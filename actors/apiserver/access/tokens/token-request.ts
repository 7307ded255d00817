/** serviceaccounts/token: a signed token for a service account. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
import { invalidValue } from "../../../../src/api/field-errors.js";
import { storageKey } from "../../../../src/api/paths.js";
import {
  badRequest,
  conflict,
  fail,
  internalError,
  invalid,
  notFound,
  type Result,
  succeed,
  timeout,
} from "../../../../src/api/status.js";
import { formatTime } from "../../../../src/api/time.js";
import type {
  BoundObjectReference,
  ObjectMeta,
  Pod,
  TokenRequest,
  TokenRequestSpec,
  UntypedObject,
} from "../../../../src/api/types.js";
import { encodeJson } from "../../../../src/wire/json.js";
import type { Backing } from "../../backing.js";
import type { ApiError, CreateRequest, Respond } from "../../request.js";
import { Admission } from "../../writes/admit.js";
import { answerWith } from "../../writes/plan.js";
import { accountUserName } from "../users.js";
import { credentialId, type Named, type TokenClaims } from "./claims.js";
import { tokenRequestMachine } from "./token-request-machine.js";

const lifetime = { usualSeconds: 3_600, leastSeconds: 600, mostSeconds: 2 ** 32 } as const;

/**
 * A kubelet asks for this long where a pod does not say how long. Programs that read their token only once would then fail: such
 * a token lives for a year, and says from when on it should have been renewed.
 */
const extended = { askedSeconds: 3_607, givenSeconds: 365 * 86_400 } as const;

/** What a token is bound to, and the node of a pod. */
type Binding = Pick<TokenClaims["kubernetes.io"], "pod" | "secret" | "node">;

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
    const claims = this.claimsFor();
    if (claims.ok) this.claims = claims.value;
    else this.problem = claims.error;
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
    const { name = "", namespace = "" } = request.path;
    const spec = { ...this.spec, audiences: [...claims.aud], expirationSeconds: this.askedSeconds };
    // Who asked for a short time is told of that, though the token may live longer.
    const status = { token, expirationTimestamp: formatTime((claims.iat + this.askedSeconds) * 1_000) };
    const metadata: ObjectMeta = { name, namespace, creationTimestamp: formatTime(claims.iat * 1_000) };
    const object: TokenRequest = { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", metadata, spec, status };
    const annotations = new Map([["authentication.kubernetes.io/issued-credential-id", credentialId(claims)]]);
    this.respond({ ...answerWith(encodeJson(object), 201), annotations });
  }

  private get spec(): Partial<TokenRequestSpec> {
    return (this.request.body.spec ?? {}) as Partial<TokenRequestSpec>;
  }

  private get askedSeconds(): number {
    return Number(this.spec.expirationSeconds ?? lifetime.usualSeconds);
  }

  private admitted(): Result<unknown> {
    const { backing, request } = this;
    const served = backing.catalog.for(request.path, "create");
    return served.ok ? new Admission(backing, served.value, request, "CREATE").permit(request.body) : served;
  }

  private claimsFor(): Result<TokenClaims> {
    const { spec, request, askedSeconds } = this;
    const { name = "", namespace = "" } = request.path;
    const { host, io } = this.backing;
    const account = this.find("serviceaccounts", name);
    if (account === undefined) return fail(notFound({ group: "", resource: "serviceaccounts" }, name));
    const errors = requestErrors(request, askedSeconds);
    if (errors.length > 0) return fail(invalid({ group: "authentication.k8s.io", kind: "TokenRequest" }, "", errors));
    const admitted = this.admitted();
    if (!admitted.ok) return admitted;
    const bound = this.bindingOf(spec.boundObjectRef, name);
    if (!bound.ok) return bound;
    const audiences = (spec.audiences ?? []).length === 0 ? [io.config.issuer] : spec.audiences!;
    const iat = Math.floor(host.clock.nowMs() / 1_000);
    const isExtended =
      askedSeconds === extended.askedSeconds &&
      bound.value.pod !== undefined &&
      audiences.every((each) => each === io.config.issuer);
    return succeed({
      aud: audiences,
      exp: iat + (isExtended ? extended.givenSeconds : askedSeconds),
      iat,
      iss: io.config.issuer,
      jti: host.ids.uuid(),
      "kubernetes.io": {
        namespace,
        ...bound.value,
        serviceaccount: { name, uid: account.metadata.uid ?? "" },
        ...(isExtended ? { warnafter: iat + askedSeconds } : {}),
      },
      nbf: iat,
      sub: accountUserName({ namespace, name }),
    });
  }

  private bindingOf(reference: BoundObjectReference | undefined, account: string): Result<Binding> {
    if (reference === undefined) return succeed({});
    const { apiVersion = "", kind = "", name = "", uid = "" } = reference;
    const plural = boundKinds.get(`${apiVersion} ${kind}`);
    if (plural === undefined) {
      const slash = apiVersion.indexOf("/");
      const [group, version] = slash < 0 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
      return fail(badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`));
    }
    const found = this.find(plural, name);
    if (found === undefined) return fail(notFound({ group: "", resource: plural }, name));
    const { spec } = found as Pod;
    if (kind === "Pod" && spec?.serviceAccountName !== account) {
      const why = `cannot bind token for serviceaccount "${account}" to pod running with different serviceaccount name.`;
      return fail(badRequest(why));
    }
    const named: Named = { name, uid: found.metadata.uid ?? "" };
    if (uid !== "" && uid !== named.uid) {
      const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
      return fail(conflict({ group: "", resource: kind }, name, why));
    }
    if (kind !== "Pod") return succeed(kind === "Node" ? { node: named } : { secret: named });
    const node = spec?.nodeName ?? "";
    if (node === "") return succeed({ pod: named });
    const nodeUid = this.find("nodes", node)?.metadata.uid ?? "";
    return succeed({ node: { name: node, uid: nodeUid }, pod: named });
  }

  private find(plural: string, name: string): UntypedObject | undefined {
    const resource = this.backing.catalog.resources.preferred("", plural)!;
    return this.backing.cache.get(storageKey(resource, this.request.path.namespace ?? "", name))?.object;
  }
}

/** What a token may be bound to. */
const boundKinds: ReadonlyMap<string, string> = new Map([
  ["v1 Pod", "pods"],
  ["v1 Secret", "secrets"],
  ["v1 Node", "nodes"],
]);

function requestErrors({ body, path }: CreateRequest, seconds: number) {
  const { name = "", namespace = "" } = body.metadata ?? {};
  const tooShort = "may not specify a duration less than 10 minutes";
  const tooLong = "may not specify a duration larger than 2^32 seconds";
  return [
    ...(name === "" || name === path.name
      ? []
      : [invalidValue("metadata.name", name, "must match the service account name if specified")]),
    ...(namespace === "" || namespace === path.namespace
      ? []
      : [invalidValue("metadata.namespace", namespace, "must match the service account namespace if specified")]),
    ...(seconds < lifetime.leastSeconds ? [invalidValue("spec.expirationSeconds", seconds, tooShort)] : []),
    ...(seconds > lifetime.mostSeconds ? [invalidValue("spec.expirationSeconds", seconds, tooLong)] : []),
  ];
}

export function startTokenRequest(backing: Backing, id: string, request: CreateRequest, respond: Respond): void {
  backing.host.charts.start(tokenRequestMachine, { id, input: { issue: new TokenIssue(backing, request, respond) } });
}
