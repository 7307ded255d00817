/** One HTTP request from its turn to its answer. */
import type { ResourceTable } from "../../../../src/api/kinds.js";
import { badRequest } from "../../../../src/api/status.js";
import { writeJson } from "../../../../src/json/text.js";
import { checksOf, healthAnswer } from "../../http/health.js";
import { issuerDocument } from "../../http/issuer.js";
import { isConversation } from "../../http/long-running.js";
import { mediaTypes } from "../../http/negotiation.js";
import { connectOptions, logOptions } from "../../http/query.js";
import type { Route } from "../../http/routing.js";
import { versionInfo } from "../../http/version.js";
import type { Registry } from "../../metrics/registry.js";
import type { ApiUser, ConnectRequest } from "../../request.js";
import type { Admitted } from "./admit.js";
import { type Asked, proxyOf } from "./asked.js";
import { serveDocument } from "./document-response.js";
import { serveExtension } from "./extension.js";
import { serveLog } from "./log-response.js";
import { authorityOf, type HttpRequest, type HttpResponse, isGone } from "./message.js";
import { serveResource } from "./resource-response.js";
import { answer, answerError, answerText, remarkOn } from "./response.js";
import { serveProxy } from "./streaming/proxy.js";
import { tooManyText } from "./streaming/upgrade.js";
import { serveTrace } from "./trace-response.js";

/** Serves a request when it is its turn; those that have none at once. */
export function serveInTurn(asked: Asked, { user, attributes }: Admitted, response: HttpResponse): void {
  const { handler, request, query, route: to } = asked;
  if (isConversation(attributes)) {
    serve(asked, user, response);
    return;
  }
  const seats =
    to.type === "resource" && to.verb === "list"
      ? handler.flowControl.seatsOfList(to.resource, Number(query.get("limit") ?? 0))
      : 1;
  let queuedAtMs: number | undefined;
  let isOver = false;
  const entered = handler.flowControl.enter(user, attributes, seats, {
    execute: (turn) => {
      isOver = true;
      if (queuedAtMs !== undefined) response.waitedMs = performance.now() - queuedAtMs;
      response.ownHeaders = { ...response.ownHeaders, ...turn.headers };
      serve(asked, user, response, () => turn.done());
      // What an extension does about a watch is not this server's work.
      if (to.type === "extension" && attributes.verb === "watch") turn.done();
    },
    reject: ({ headers }) => {
      isOver = true;
      response.ownHeaders = { ...response.ownHeaders, ...headers };
      answerText(request, response, 429, tooManyText, { headers: { "Retry-After": "1" } });
    },
  });
  // Most have their turn at once, and need no clock.
  if (!isOver) queuedAtMs = performance.now();
  response.once("close", () => entered.done());
}

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
      const checks = handler.readiness();
      const { code, text } = healthAnswer(to.check, to.part, checks, query);
      handler.metrics.healthChecked(to.check, checksOf(to.check, checks, to.part));
      answerText(request, response, code, text);
      return;
    }
    case "metrics":
      handler.measureStorage(() => answerMetrics(request, response, handler.metrics.registry));
      return;
    case "indicators":
      answerMetrics(request, response, handler.metrics.indicators);
      return;
    case "fairness": {
      if (!handler.debugPages) {
        answerText(request, response, 404, "404 page not found\n");
        return;
      }
      const text = handler.flowControl.dump(to.dumped, (query.get("includeRequestDetails") ?? "") !== "");
      answerText(request, response, 200, text);
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
      onSetUp();
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

/** In the text form of Prometheus. */
function answerMetrics(request: HttpRequest, response: HttpResponse, registry: Registry): void {
  if (isGone(response)) return;
  answer(request, response, 200, { contentType: "text/plain; version=0.0.4; charset=utf-8", body: registry.text() });
}

function answerJson(request: HttpRequest, response: HttpResponse, value: object): void {
  answer(request, response, 200, { contentType: mediaTypes.json, body: writeJson(value, 2) });
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

function serveConnect(asked: Asked, to: Extract<Route, { type: "connect" }>, user: ApiUser, response: HttpResponse): void {
  const isLog = to.path.subresource === "log";
  const options = isLog ? logOptions(asked.query, to.path.name) : connectOptions(asked.query);
  if (!options.ok) answerError(asked.request, response, options.error);
  else if (isLog) serveLog(asked.handler, { path: to.path, user, options: options.value }, { request: asked.request, response });
  else refuseWithoutUpgrade(asked, { path: to.path, user, options: options.value }, response);
}

/** What needs another protocol, and does not ask for one, hears so when it is admitted and its pod is found. */
function refuseWithoutUpgrade({ handler, request, audited }: Asked, connect: ConnectRequest, response: HttpResponse): void {
  const unfit = badRequest("Upgrade request required");
  const handle = handler.connect(
    { ...connect, unfit },
    {
      remarked: (noted) => remarkOn(response, noted, audited),
      started: () => undefined,
      refused: (error) => answerError(request, response, error),
      output: () => undefined,
      ended: () => undefined,
    },
  );
  response.once("close", () => handle.closed());
}
