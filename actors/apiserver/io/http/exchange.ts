/** One HTTP request from its route to its answer. */
import type { Resource, ResourceTable } from "../../../../src/api/kinds.js";
import { hasMessage } from "../../../../src/api/protobuf/envelope.js";
import {
  type ApiError,
  badRequest,
  genericFailure,
  notAcceptable,
  type Result,
  requestEntityTooLarge,
} from "../../../../src/api/status.js";
import type { AuditedRequest } from "../../audit/audit.js";
import { deprecationWarnings } from "../../http/deprecations.js";
import { documentFor, pinnedDocument } from "../../http/documents.js";
import { healthAnswer } from "../../http/health.js";
import { issuerDocument } from "../../http/issuer.js";
import { allEncodings, type Encoding, isPretty, mediaTypes, negotiate, type Representation } from "../../http/negotiation.js";
import { connectOptions, deadlineOf, isWatch, logOptions, watchOptions } from "../../http/query.js";
import { type RenderContext, renderList, renderObject } from "../../http/render.js";
import { type MadeRequest, readRequest, writeRequest } from "../../http/requests.js";
import { type ResourceRoute, type Route, route } from "../../http/routing.js";
import { versionInfo } from "../../http/version.js";
import type { ApiHandler, ApiOutcome, ApiUser } from "../../request.js";
import type { Admitted } from "./admit.js";
import { type ExtensionAccess, serveExtension } from "./extension.js";
import { serveLog } from "./log-response.js";
import { authorityOf, type HttpRequest, type HttpResponse } from "./message.js";
import { bodyBytesMost, receiveBody } from "./request-body.js";
import { answer, answerError, answerText } from "./response.js";
import { type ProxyAsked, serveProxy } from "./streaming/proxy.js";
import type { ProxyRoute } from "./streaming/proxy-location.js";
import { serveTrace } from "./trace-response.js";
import { serveWatch } from "./watch-response.js";

/** A request as every handler below needs it. */
export interface Asked {
  readonly handler: ApiHandler;
  readonly request: HttpRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: Route;
  /** Absent: extension API servers are not reached. */
  readonly extensions: ExtensionAccess | undefined;
  /** Where the request is told of, once it is known who asks. */
  audited?: AuditedRequest;
}

export function ask(handler: ApiHandler, request: HttpRequest, extensions?: ExtensionAccess): Asked {
  const url = request.url ?? "/";
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  const query = new URLSearchParams(at === -1 ? "" : url.slice(at + 1));
  return {
    handler,
    request,
    path,
    query,
    extensions,
    route: routeOf(handler, request.method ?? "GET", path, query),
  };
}

function routeOf({ catalog }: ApiHandler, method: string, path: string, query: URLSearchParams): Route {
  const service = catalog.extensions.at(path);
  return service === undefined ? route(method, path, isWatch(query), catalog.resources) : { type: "extension", service };
}

/** Counts the request in the metrics, from now until its answer is over; one whose answer never began counts as code 0. */
export function count({ handler, request, route, path, query }: Asked, response: HttpResponse): void {
  const counted = handler.metrics.requests.began(route, request.method ?? "GET", path, query.has("dryRun"));
  response.once("close", () => {
    counted.size = response.bodyBytes ?? 0;
    counted.ended(response.headersSent ? response.statusCode : 0);
  });
}

/** Serves a request when it is its turn. Conversations with nodes, Services and extensions have none: they may last for hours. */
export function serveInTurn(asked: Asked, { user, attributes }: Admitted, response: HttpResponse): void {
  const { handler, request, query, route: to } = asked;
  if (to.type === "connect" || to.type === "proxy" || to.type === "extension") {
    serve(asked, user, response);
    return;
  }
  const seats =
    to.type === "resource" && to.verb === "list"
      ? handler.flowControl.seatsOfList(to.resource, Number(query.get("limit") ?? 0))
      : 1;
  const entered = handler.flowControl.enter(user, attributes, seats, {
    execute: (turn) => {
      response.flowHeaders = turn.headers;
      serve(asked, user, response, () => turn.done());
    },
    reject: ({ headers }) => {
      response.flowHeaders = headers;
      answerText(request, response, 429, tooMany, { headers: { "Retry-After": "1" } });
    },
  });
  response.once("close", () => entered.done());
}

const tooMany = "Too many requests, please try again later.\n";

/** `onSetUp`: a watch only waits for events from now on. */
function serve(asked: Asked, user: ApiUser, response: HttpResponse, onSetUp: () => void = () => undefined): void {
  const { handler, request, query, route: to } = asked;
  switch (to.type) {
    case "resource":
      serveResource(asked, to, user, response, onSetUp);
      return;
    case "connect":
      serveConnect(asked, to, user, response);
      return;
    case "proxy":
      serveProxy(proxyOf(asked, to, user), response);
      return;
    case "extension":
      serveExtension(asked, to.service, user, response);
      return;
    case "document":
      serveDocument(asked, response);
      return;
    case "health": {
      const { code, text } = healthAnswer(to.check, to.part, handler.readiness(), query);
      answerText(request, response, code, text);
      return;
    }
    case "metrics":
    case "indicators": {
      const { registry, indicators } = handler.metrics;
      const body = (to.type === "metrics" ? registry : indicators).text();
      answer(request, response, 200, { contentType: metricsType, body });
      return;
    }
    case "configuration":
      answerJson(request, response, { "apiserver.chartroom": handler.configuration });
      return;
    case "version":
      answerJson(request, response, versionInfo);
      return;
    case "index":
      answerJson(request, response, { paths: indexPaths(handler.catalog.resources) });
      return;
    case "trace":
      serveTrace(handler, query.has("follow") && query.get("follow") !== "false", response);
      return;
    case "issuer": {
      const document = issuerDocument(to.path, handler.issuer, authorityOf(request));
      answer(request, response, 200, document, { headers: { "Cache-Control": "public, max-age=3600" } });
      return;
    }
    case "refused":
      answerError(request, response, to.error);
      return;
    case "nothing":
      answerText(request, response, 404, "404 page not found\n");
  }
}

/** The text form of Prometheus. */
const metricsType = "text/plain; version=0.0.4; charset=utf-8";

function answerJson(request: HttpRequest, response: HttpResponse, value: object): void {
  answer(request, response, 200, { contentType: mediaTypes.json, body: JSON.stringify(value, undefined, 2) });
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
    "/configz",
    "/.well-known/openid-configuration",
    "/debug/chartroom/trace",
    "/healthz",
    "/livez",
    "/metrics",
    "/metrics/slis",
    "/openapi/v2",
    "/openapi/v3",
    "/openid/v1/jwks",
    "/readyz",
    "/version",
  ].sort();
}

/** A year, the most that HTTP caches are meant to keep anything. */
const documentLifetimeMs = 365 * 24 * 3_600_000;

function serveDocument({ handler, request, path, query }: Asked, response: HttpResponse): void {
  const { resources } = handler.catalog;
  const pinned = pinnedDocument(resources, path, query.get("hash") ?? "");
  if (pinned !== undefined && pinned !== "current") {
    response.writeHead(301, { Location: pinned.movedTo });
    response.end();
    return;
  }
  const document = documentFor(handler.catalog, path, request.headers.accept ?? "", authorityOf(request));
  if (document === undefined) {
    answerText(request, response, 404, "404 page not found\n");
    return;
  }
  // Under its hash a document never changes.
  const forGood = {
    "Cache-Control": "public, immutable",
    Expires: new Date(Date.now() + documentLifetimeMs).toUTCString(),
  };
  const headers = { ETag: document.etag, Vary: "Accept", ...(pinned === "current" ? forGood : {}) };
  if (request.headers["if-none-match"] === document.etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  answer(request, response, 200, document, { headers });
}

export function proxyOf({ handler, request, path }: Asked, route: ProxyRoute, user: ApiUser): ProxyAsked {
  const { url = "" } = request;
  const at = url.indexOf("?");
  return { handler, request, route, user, path, search: at < 0 ? "" : url.slice(at) };
}

function serveConnect(asked: Asked, to: Extract<Route, { type: "connect" }>, user: ApiUser, response: HttpResponse): void {
  const isLog = to.path.subresource === "log";
  const options = isLog ? logOptions(asked.query, to.path.name) : connectOptions(asked.query);
  if (!options.ok) answerError(asked.request, response, options.error);
  else if (isLog) serveLog(asked.handler, { path: to.path, user, options: options.value }, { request: asked.request, response });
  else answerError(asked.request, response, badRequest("Upgrade request required"));
}

function serveResource(asked: Asked, to: ResourceRoute, user: ApiUser, response: HttpResponse, onSetUp: () => void): void {
  const { handler, request, query } = asked;
  const offered = offeredFor(to);
  const representation = negotiate(request.headers.accept, offered);
  if (representation === undefined) {
    answerError(request, response, notAcceptable(mediaTypesOf(offered, to.verb === "watch")));
    return;
  }
  const context = contextOf(asked, to.resource, representation);
  if (to.verb === "watch") {
    const options = watchOptions(query);
    const begun = () => {
      asked.audited?.started();
      onSetUp();
    };
    if (!options.ok) answerError(request, response, options.error);
    else
      serveWatch(
        handler,
        { path: watchPath(to), user, options: named(to, options.value) },
        { request, response, onSetUp: begun },
        context,
      );
    return;
  }
  const deadline = deadlineOf(query);
  if (!deadline.ok) {
    answerError(request, response, deadline.error);
    return;
  }
  const within = deadline.value === undefined ? {} : { deadlineMs: deadline.value };
  const deprecated = deprecationWarnings(to.resource);
  const send = (made: Result<MadeRequest>) => {
    if (!made.ok) {
      asked.audited?.refused(made.error.status);
      answerError(request, response, made.error);
      return;
    }
    asked.audited?.asked(made.value.request);
    handler.request({ ...made.value.request, ...within }, (outcome) => {
      asked.audited?.answered(outcome);
      tell(outcome, [...deprecated, ...made.value.warnings], { request, response }, context);
    });
  };
  if (to.verb === "get" || to.verb === "list") {
    send(readRequest(to, user, query));
    return;
  }
  receiveBody(
    request,
    (bytes) => {
      const { "content-type": contentType = "", "user-agent": userAgent = "" } = request.headers;
      send(writeRequest(to, user, query, bytes, contentType, userAgent));
    },
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

/** A watch is no document, so it is not told as YAML; and what has no message cannot be had as protobuf. */
function offeredFor({ verb, resource }: ResourceRoute): ReadonlySet<Encoding> {
  const withMessage = hasMessage(resource.type);
  if (verb === "watch") return withMessage ? streamed : streamedWithoutMessage;
  return withMessage ? allEncodings : withoutMessage;
}
const streamed: ReadonlySet<Encoding> = new Set(["json", "protobuf"]);
const streamedWithoutMessage: ReadonlySet<Encoding> = new Set(["json"]);
const withoutMessage: ReadonlySet<Encoding> = new Set(["json", "yaml"]);

const mediaTypesOf = (encodings: ReadonlySet<Encoding>, stream: boolean): string[] =>
  [...encodings].map((encoding) => `${mediaTypes[encoding]}${stream ? ";stream=watch" : ""}`);

const contextOf = ({ request, query }: Asked, resource: Resource, representation: Representation): RenderContext => ({
  resource,
  representation,
  pretty: isPretty(request.url ?? "", request.headers["user-agent"] ?? ""),
  nowMs: Date.now(),
  includeObject: (query.get("includeObject") ?? "Metadata") as RenderContext["includeObject"],
});

/** A list is no PartialObjectMetadata, nor is an object a list of them. */
function misfit({ as }: Representation, isList: boolean): ApiError | undefined {
  const wanted = isList ? "PartialObjectMetadata" : "PartialObjectMetadataList";
  if (as !== wanted) return undefined;
  const is = isList ? "is a list" : "is not a list";
  return genericFailure(406, "NotAcceptable", `you requested ${wanted}, but the requested object ${is}`);
}

function tell(
  outcome: ApiOutcome,
  warnings: readonly string[],
  { request, response }: { request: HttpRequest; response: HttpResponse },
  context: RenderContext,
): void {
  const options = { warnings: [...warnings, ...(outcome.warnings ?? [])] };
  const unfit = outcome.ok ? misfit(context.representation, "list" in outcome) : undefined;
  if (unfit !== undefined) answerError(request, response, unfit);
  else if (!outcome.ok) answerError(request, response, outcome.error, options);
  else
    answer(
      request,
      response,
      outcome.code,
      "list" in outcome ? renderList(outcome.list, context) : renderObject(outcome.object, context),
      options,
    );
}
