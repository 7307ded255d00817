/** Creates of what is not stored: reviews are answered, and a token is signed. */
import { encodeJson } from "../../../src/wire/json.js";
import { answerReview } from "../access/reviews/reviews.js";
import { startTokenRequest } from "../access/tokens/token-request.js";
import { whenAdmitted } from "../admission/admitted.js";
import type { CreateRequest, Respond } from "../request.js";
import type { Served } from "../served.js";
import type { Server } from "../server.js";
import { answerWith } from "../writes/plan.js";
import { startBinding } from "../writes/start.js";

/** True when the request was one of these. */
export function startAct(server: Server, id: string, request: CreateRequest, respond: Respond): boolean {
  const { path } = request;
  const served = server.catalog.for(path, "create");
  if (!served.ok) return false;
  const { virtual, kind } = served.value.resource;
  if (path.resource === "serviceaccounts" && path.subresource === "token") {
    admitted(server, id, served.value, request, respond, (act, answer) => startTokenRequest(server, id, act, answer));
    return true;
  }
  if (!virtual || path.subresource !== undefined) return false;
  if (kind === "Binding") {
    admitted(server, id, served.value, request, respond, (act, answer) => {
      const { resource: _resource, ...at } = path;
      const name = act.body.metadata.name ?? "";
      startBinding(server, id, { ...act, path: { ...at, resource: "pods", name, subresource: "binding" } }, answer);
    });
    return true;
  }
  admitted(server, id, served.value, request, respond, (act, answer) =>
    answerReview(server, kind, act, (said) =>
      answer(
        "error" in said ? { ok: false, error: said.error } : { ...answerWith(encodeJson(said.review), 201), ...said.remarks },
      ),
    ),
  );
  return true;
}

/** Has what was sent admitted, and then acts on what admission leaves of it. */
function admitted(
  server: Server,
  id: string,
  served: Served,
  request: CreateRequest,
  respond: Respond,
  act: (request: CreateRequest, answer: Respond) => void,
): void {
  whenAdmitted(
    server,
    `${id} admission`,
    { served, asking: request, operation: "CREATE", act: request.body },
    {
      admitted: (body, noted) => act({ ...request, body }, (outcome) => respond(noted(outcome))),
      refused: (error, noted) => respond(noted({ ok: false, error })),
    },
  );
}
