/** One HTTP request, and where it leads. */
import { randomUUID } from "node:crypto";
import type { AuditedRequest } from "../../audit/audit.js";
import { isWatch } from "../../http/query.js";
import { type Route, route } from "../../http/routing.js";
import type { ApiHandler, ApiUser } from "../../request.js";
import type { ExtensionAccess } from "./extension.js";
import type { HttpRequest, HttpResponse } from "./message.js";
import type { ProxyAsked } from "./streaming/proxy.js";
import type { ProxyRoute } from "./streaming/proxy-location.js";

/** A request as every handler below needs it. */
export interface Asked {
  readonly handler: ApiHandler;
  readonly request: HttpRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: Route;
  /** Absent: extension API servers are not reached. */
  readonly extensions: ExtensionAccess | undefined;
  /** What the request is called in the audit log, and in its answer. */
  readonly auditId: string;
  /** Where the request is told of, once it is known who asks. */
  audited?: AuditedRequest;
  /** What is to be warned of with whatever answer, since who asks showed it. */
  warnings?: readonly string[];
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
    auditId: auditIdOf(request),
    route: routeOf(handler, request.method ?? "GET", path, query),
  };
}

/** Whoever asks may say what the request is called. */
function auditIdOf({ headers }: HttpRequest): string {
  const given = headers["audit-id"];
  return typeof given === "string" && printable.test(given) ? given : randomUUID();
}
const printable = /^[ -~]+$/;

function routeOf({ catalog }: ApiHandler, method: string, path: string, query: URLSearchParams): Route {
  const service = catalog.extensions.at(path);
  return service === undefined ? route(method, path, isWatch(query), catalog.resources) : { type: "extension", service };
}

/** Counts the request in the metrics, from now until its answer is over; one whose answer never began counts as code 0. */
export function count({ handler, request, route, path, query }: Asked, response: HttpResponse): void {
  const counted = handler.metrics.requests.began(route, request.method ?? "GET", path, query.has("dryRun"));
  response.once("close", () => {
    counted.size = response.bodyBytes ?? 0;
    counted.received = response.receivedBytes;
    counted.waitedMs = response.waitedMs ?? 0;
    counted.ended(response.headersSent ? response.statusCode : 0);
  });
}

export function proxyOf({ handler, request, path, audited }: Asked, route: ProxyRoute, user: ApiUser): ProxyAsked {
  const { url = "" } = request;
  const at = url.indexOf("?");
  return { handler, request, route, user, path, search: at < 0 ? "" : url.slice(at), audited };
}
