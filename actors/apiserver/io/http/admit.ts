/** Who asks for what, for whom, and whether he may: before anything of a request is served. */
import { type ApiError, type Result, succeed, unauthorized } from "../../../../src/api/status.js";
import type { Attributes } from "../../access/attributes.js";
import { attributesOf } from "../../http/authorization.js";
import { impersonationIn } from "../../http/impersonation.js";
import type { ApiUser } from "../../request.js";
import type { Asked } from "./asked.js";
import { beginAudit, tellOfUnauthenticated } from "./audited.js";
import { authenticate } from "./authentication.js";

export interface Admitted {
  readonly user: ApiUser;
  readonly attributes: Attributes;
}

/** Finds out who asks, for whom, and whether they may; the error is 401 or 403. */
export function admit(asked: Asked, onDone: (outcome: Admitted | { error: ApiError }) => void): void {
  const { handler, request, path, query, route } = asked;
  authenticate(request, handler.tokens, (who, remarks) => {
    handler.metrics.authentications[who === "invalid" ? "failure" : "success"].value += 1;
    const attributes = attributesOf(request.method ?? "GET", path, query, route);
    if (who === "invalid") {
      const error = unauthorized();
      if (handler.audit !== undefined)
        tellOfUnauthenticated(asked, handler.audit, attributes, error.status, remarks?.annotations);
      onDone({ error });
      return;
    }
    handler.metrics.front.asked(who.name);
    if (handler.audit !== undefined) beginAudit(asked, handler.audit, who, attributes);
    const { audited } = asked;
    if (remarks !== undefined) {
      asked.warnings = remarks.warnings;
      audited?.remarked(remarks.annotations);
    }
    const spokenFor = userFor(asked, who);
    if (!spokenFor.ok) {
      audited?.refused(spokenFor.error.status);
      onDone(spokenFor);
      return;
    }
    const user = spokenFor.value;
    if (user !== who) audited?.impersonating(user);
    audited?.decided(handler.decisionOf(user, attributes));
    const refusal = handler.refusalOf(user, attributes);
    handler.metrics.authorizations[refusal === undefined ? "allowed" : "refused"].value += 1;
    if (refusal !== undefined) audited?.refused(refusal.status);
    onDone(refusal === undefined ? { user, attributes } : { error: refusal });
  });
}

/** Who is asked for: the one who asks, or whom he impersonates. */
function userFor({ handler, request }: Asked, asker: ApiUser): Result<ApiUser> {
  const as = impersonationIn(request.rawHeaders);
  if (!as.ok) return as;
  return as.value === undefined ? succeed(asker) : handler.impersonated(asker, as.value);
}
