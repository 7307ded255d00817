/** Who asks for what, for whom, and whether he may: before anything of a request is served. */
import { type ApiError, type Result, succeed, unauthorized } from "../../../../src/api/status.js";
import type { Attributes } from "../../access/attributes.js";
import type { Audit } from "../../audit/audit.js";
import { attributesOf } from "../../http/authorization.js";
import { impersonationIn } from "../../http/impersonation.js";
import type { ApiUser } from "../../request.js";
import type { Asked } from "./asked.js";
import { authenticate } from "./authentication.js";

export interface Admitted {
  readonly user: ApiUser;
  readonly attributes: Attributes;
}

/** Finds out who asks, for whom, and whether they may; the error is 401 or 403. */
export function admit(asked: Asked, onDone: (outcome: Admitted | { error: ApiError }) => void): void {
  const { handler, request, path, query, route } = asked;
  authenticate(request, handler.tokens, (who) => {
    if (who === "invalid") {
      onDone({ error: unauthorized() });
      return;
    }
    const spokenFor = userFor(asked, who);
    if (!spokenFor.ok) {
      onDone(spokenFor);
      return;
    }
    const user = spokenFor.value;
    const attributes = attributesOf(request.method ?? "GET", path, query, route);
    if (handler.audit !== undefined) beginAudit(asked, handler.audit, who, { user, attributes });
    const refusal = handler.refusalOf(user, attributes);
    if (refusal !== undefined) asked.audited?.refused(refusal.status);
    onDone(refusal === undefined ? { user, attributes } : { error: refusal });
  });
}

function beginAudit(asked: Asked, audit: Audit, asker: ApiUser, { user, attributes }: Admitted): void {
  const { handler, request, route } = asked;
  const audited = audit.begin({
    asker,
    user,
    attributes,
    version: "path" in route && typeof route.path === "object" ? route.path.version : "",
    requestUri: request.url ?? "/",
    sourceIps: [request.socket.remoteAddress ?? ""],
    userAgent: request.headers["user-agent"] ?? "",
  });
  if (audited === undefined) return;
  audited.decided(handler.decisionOf(user, attributes));
  asked.audited = audited;
}

/** Who is asked for: the one who asks, or whom he impersonates. */
function userFor({ handler, request }: Asked, asker: ApiUser): Result<ApiUser> {
  const as = impersonationIn(request.rawHeaders);
  if (!as.ok) return as;
  return as.value === undefined ? succeed(asker) : handler.impersonated(asker, as.value);
}
