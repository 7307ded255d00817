/** Creates of what is not stored: reviews are answered, and a token is signed. */
import { encodeJson } from "../../../src/wire/json.js";
import { answerReview } from "../access/reviews/reviews.js";
import { startTokenRequest } from "../access/tokens/token-request.js";
import type { CreateRequest, Respond } from "../request.js";
import type { Server } from "../server.js";
import { answerWith } from "../writes/plan.js";

/** True when the request was one of these. */
export function startAct(server: Server, id: string, request: CreateRequest, respond: Respond): boolean {
  const { path, body } = request;
  if (path.resource === "serviceaccounts" && path.subresource === "token") {
    startTokenRequest(server, id, request, respond);
    return true;
  }
  const served = server.catalog.for(path, "create");
  if (!served.ok || !served.value.resource.virtual || path.subresource !== undefined) return false;
  if (served.value.resource.kind === "Binding") {
    const name = body.metadata.name ?? "";
    const { resource: _resource, ...at } = path;
    server.run({ ...request, path: { ...at, resource: "pods", name, subresource: "binding" } }, respond);
    return true;
  }
  answerReview(server, served.value.resource.kind, request, (answer) =>
    respond("error" in answer ? { ok: false, error: answer.error } : answerWith(encodeJson(answer.review), 201)),
  );
  return true;
}
