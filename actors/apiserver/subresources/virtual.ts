/** Creates of what is not stored: reviews are answered, and a token is signed. */
import type { UntypedObject } from "../../../src/api/types.js";
import { encodeJson } from "../../../src/wire/json.js";
import type { CreateRequest, Respond } from "../request.js";
import type { Server } from "../server.js";
import { answerWith } from "../writes/plan.js";
import { answerReview } from "./reviews.js";
import { startTokenRequest } from "./token.js";

/** True when the request was one of these. */
export function startAct(server: Server, id: string, request: CreateRequest, respond: Respond): boolean {
  const { path, user, body } = request;
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
  answerReview(server, served.value.resource.kind, body, user, (answered: UntypedObject) =>
    respond(answerWith(encodeJson(answered), 201)),
  );
  return true;
}
