/**
 * Requests for certificates: who asks is the server's to say, what is asked never changes, approving and signing are written apart.
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
 */
import type { Requester } from "../admission/plugin.js";
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from "../generated/types.js";

type Condition = CertificateSigningRequestCondition;

/** Who asks, whatever he says that he is. */
export function asksAs(request: CertificateSigningRequest, { name, uid, groups, extra }: Requester): void {
  const { username: _, uid: __, groups: ___, extra: ____, ...asked } = request.spec ?? {};
  request.spec = {
    ...(asked as CertificateSigningRequest["spec"]),
    username: name,
    ...(uid === undefined ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(extra === undefined || extra.size === 0
      ? {}
      : { extra: Object.fromEntries([...extra].map(([key, values]) => [key, [...values]])) }),
  };
}

/** An update of the request itself changes neither what is asked nor what came of it. */
export function keepsAsked(request: CertificateSigningRequest, old: CertificateSigningRequest): void {
  request.spec = old.spec;
  keepStatus(request, old);
}

function keepStatus(request: CertificateSigningRequest, old: CertificateSigningRequest): void {
  if (old.status === undefined) delete request.status;
  else request.status = old.status;
}

const decided: ReadonlySet<string> = new Set(["Approved", "Denied"]);

/** Conditions tell when they were last written and when they last turned. */
function withTimes(conditions: readonly Condition[], before: readonly Condition[], now: string): Condition[] {
  return conditions.map((condition) => {
    const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
    const lastTransitionTime = condition.lastTransitionTime ?? same?.lastTransitionTime ?? now;
    return { ...condition, lastUpdateTime: condition.lastUpdateTime ?? now, lastTransitionTime };
  });
}

function withConditions(request: CertificateSigningRequest, conditions: readonly Condition[]): void {
  const { conditions: _, ...status } = request.status ?? {};
  request.status = conditions.length === 0 ? status : { ...status, conditions: [...conditions] };
}

/** An update of `approval`: Approved and Denied are taken from it, the certificate and whether signing failed are not. */
export function keepsSigned(request: CertificateSigningRequest, old: CertificateSigningRequest, now: string): void {
  request.spec = old.spec;
  const before = old.status?.conditions ?? [];
  const given = (request.status?.conditions ?? []).filter(({ type }) => type !== "Failed");
  const { certificate: _, ...status } = request.status ?? {};
  const { certificate } = old.status ?? {};
  request.status = { ...status, ...(certificate === undefined ? {} : { certificate }) };
  withConditions(request, withTimes([...given, ...before.filter(({ type }) => type === "Failed")], before, now));
}

/** An update of `status`: all of it is taken, but for Approved and Denied. */
export function keepsApproval(request: CertificateSigningRequest, old: CertificateSigningRequest, now: string): void {
  const before = old.status?.conditions ?? [];
  const given = (request.status?.conditions ?? []).filter(({ type }) => !decided.has(type));
  withConditions(request, withTimes([...before.filter(({ type }) => decided.has(type)), ...given], before, now));
}
