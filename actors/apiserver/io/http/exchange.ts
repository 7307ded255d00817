/** One HTTP request from its route to its answer. */
import type { Resource, ResourceTable } from "../../../../src/api/kinds.js";
import {
  type ApiError,
  badRequest,
  notAcceptable,
  type Result,
  requestEntityTooLarge,
  unauthorized,
} from "../../../../src/api/status.js";
import { authorize } from "../../http/authorization.js";
import { deprecationWarnings } from "../../http/deprecations.js";
import { documentFor } from "../../http/documents.js";
import { healthAnswer } from "../../http/health.js";
import { mediaTypes, negotiate, type Representation } from "../../http/negotiation.js";
import { connectOptions, isWatch, watchOptions } from "../../http/query.js";
import { type RenderContext, renderList, renderObject } from "../../http/render.js";
import { type MadeRequest, readRequest, writeRequest } from "../../http/requests.js";
import { type ResourceRoute, type Route, route } from "../../http/routing.js";
import { versionInfo } from "../../http/version.js";
import type { ApiHandler, ApiOutcome, ApiUser } from "../../request.js";
import type { Authenticator } from "./authentication.js";
import { serveLog } from "./log-response.js";
import { authorityOf, type HttpRequest, type HttpResponse } from "./message.js";
import { bodyBytesMost, receiveBody } from "./request-body.js";
import { answer, answerError, answerText } from "./response.js";
import { serveTrace } from "./trace-response.js";
import { serveWatch } from "./watch-response.js";

/** A request as every handler below needs it. */
export interface Asked {
  readonly handler: ApiHandler;
  readonly request: HttpRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: Route;
}

export function ask(handler: ApiHandler, request: HttpRequest): Asked {
  const url = request.url ?? "/";
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  const query = new URLSearchParams(at === -1 ? "" : url.slice(at + 1));
  return {
    handler,
    request,
    path,
    query,
    route: route(request.method ?? "GET", path, isWatch(query), handler.catalog.resources),
  };
}

/** Finds out who asks and whether they may; the error is 401 or 403. */
export function admit(
  asked: Asked,
  authenticator: Authenticator,
  onDone: (outcome: { user: ApiUser } | { error: ApiError }) => void,
): void {
  authenticator.authenticate(asked.request, (who) => {
    if (who === "invalid") {
      onDone({ error: unauthorized() });
      return;
    }
    const denied = authorize(who, asked.route, asked.request.method ?? "GET", asked.path);
    onDone(denied === undefined ? { user: who } : { error: denied });
  });
}

export function serve(asked: Asked, user: ApiUser, response: HttpResponse): void {
  const { handler, request, query, route: to } = asked;
  switch (to.type) {
    case "resource":
      serveResource(asked, to, user, response);
      return;
    case "connect":
      serveConnect(asked, to, user, response);
      return;
    case "document":
      serveDocument(asked, response);
      return;
    case "health": {
      const { code, text } = healthAnswer(to.check, to.part, handler.readiness(), query);
      answerText(request, response, code, text);
      return;
    }
    case "version":
      answer(request, response, 200, { contentType: mediaTypes.json, body: JSON.stringify(versionInfo, undefined, 2) });
      return;
    case "index":
      answer(request, response, 200, {
        contentType: mediaTypes.json,
        body: JSON.stringify({ paths: indexPaths(handler.catalog.resources) }, undefined, 2),
      });
      return;
    case "trace":
      serveTrace(handler, query.has("follow") && query.get("follow") !== "false", response);
      return;
    case "refused":
      answerError(request, response, to.error);
      return;
    case "nothing":
      answerText(request, response, 404, "404 page not found\n");
  }
}

function indexPaths(table: ResourceTable): string[] {
  const groups = table.groups.filter(({ name }) => name !== "");
  const served = groups.flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map((version) => `/apis/${name}/${version}`),
  ]);
  return [
    "/api",
    "/api/v1",
    "/apis",
    ...served,
    "/debug/chartroom/trace",
    "/healthz",
    "/livez",
    "/openapi/v2",
    "/openapi/v3",
    "/readyz",
    "/version",
  ].sort();
}

function serveDocument({ handler, request, path }: Asked, response: HttpResponse): void {
  const document = documentFor(handler.catalog.resources, path, request.headers.accept ?? "", authorityOf(request));
  if (document === undefined) {
    answerText(request, response, 404, "404 page not found\n");
    return;
  }
  const headers = { ETag: document.etag, Vary: "Accept" };
  if (request.headers["if-none-match"] === document.etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  answer(request, response, 200, document, { headers });
}

function serveConnect(asked: Asked, to: Extract<Route, { type: "connect" }>, user: ApiUser, response: HttpResponse): void {
  const options = connectOptions(asked.query);
  if (!options.ok) answerError(asked.request, response, options.error);
  else if (to.path.subresource === "log")
    serveLog(asked.handler, { path: to.path, user, options: options.value }, { request: asked.request, response });
  else answerError(asked.request, response, badRequest("Upgrade request required"));
}

function serveResource(asked: Asked, to: ResourceRoute, user: ApiUser, response: HttpResponse): void {
  const { handler, request, query } = asked;
  const representation = negotiate(request.headers.accept);
  if (representation === undefined) {
    answerError(request, response, notAcceptable([mediaTypes.json, mediaTypes.yaml, mediaTypes.protobuf]));
    return;
  }
  const context = contextOf(asked, to.resource, representation);
  if (to.verb === "watch") {
    const options = watchOptions(query);
    if (!options.ok) answerError(request, response, options.error);
    else serveWatch(handler, { path: watchPath(to), user, options: named(to, options.value) }, { request, response }, context);
    return;
  }
  const deprecated = deprecationWarnings(to.resource);
  const send = (made: Result<MadeRequest>) => {
    if (made.ok)
      handler.request(made.value.request, (outcome) =>
        tell(outcome, [...deprecated, ...made.value.warnings], { request, response }, context),
      );
    else answerError(request, response, made.error);
  };
  if (to.verb === "get" || to.verb === "list") {
    send(readRequest(to, user, query));
    return;
  }
  receiveBody(
    request,
    (bytes) => send(writeRequest(to, user, query, bytes, request.headers["content-type"] ?? "")),
    () => answerError(request, response, requestEntityTooLarge(`limit is ${bodyBytesMost}`), { lastOnConnection: true }),
  );
}

/** A watch of one object is a watch of its resource with the name selected. */
const watchPath = ({ path: { name: _name, ...path } }: ResourceRoute) => path;

function named<Options extends { fieldSelector?: string }>({ path }: ResourceRoute, options: Options): Options {
  if (path.name === undefined) return options;
  const byName = `metadata.name=${path.name}`;
  return { ...options, fieldSelector: options.fieldSelector === undefined ? byName : `${options.fieldSelector},${byName}` };
}

const contextOf = ({ query }: Asked, resource: Resource, representation: Representation): RenderContext => ({
  resource,
  representation,
  nowMs: Date.now(),
  includeObject: (query.get("includeObject") ?? "Metadata") as RenderContext["includeObject"],
});

function tell(
  outcome: ApiOutcome,
  warnings: readonly string[],
  { request, response }: { request: HttpRequest; response: HttpResponse },
  context: RenderContext,
): void {
  const options = { warnings: [...warnings, ...(outcome.warnings ?? [])] };
  if (!outcome.ok) answerError(request, response, outcome.error, options);
  else
    answer(
      request,
      response,
      outcome.code,
      "list" in outcome ? renderList(outcome.list, context) : renderObject(outcome.object, context),
      options,
    );
}
