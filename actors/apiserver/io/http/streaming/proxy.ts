/** Requests that the API server hands on to a pod, Service or node, and what comes back. Redirects are not followed. */
import http, { type ClientRequest, type IncomingMessage } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { serviceUnavailable } from "../../../../../src/api/status.js";
import type { AuditedRequest } from "../../../audit/audit.js";
import { LinkRewriter, type ProxiedPage, throughProxy } from "../../../http/html-links.js";
import { requestHeaders, responseHeaders } from "../../../http/proxy-headers.js";
import type { ProxyTarget } from "../../../http/proxy-target.js";
import type { ApiHandler, ApiUser, Noted } from "../../../request.js";
import { authorityOf, type HttpRequest, type HttpResponse } from "../message.js";
import { answerError, remarkOn } from "../response.js";
import { serveKubelet } from "./kubelet-response.js";
import { connectTo, locateProxy, locationHost, type ProxyRoute } from "./proxy-location.js";
import { refuseUpgrade, type Upgrade } from "./upgrade.js";

export interface ProxyAsked {
  readonly handler: ApiHandler;
  readonly user: ApiUser;
  readonly route: ProxyRoute;
  readonly request: HttpRequest;
  /** The path that was asked for, and its query with the `?`. */
  readonly path: string;
  readonly search: string;
  readonly audited: AuditedRequest | undefined;
}

export function serveProxy(asked: ProxyAsked, response: HttpResponse): void {
  const { handler, user, route, request, path, search } = asked;
  const remark = (noted: Noted): void => remarkOn(response, noted, asked.audited);
  locateProxy(handler, user, route, remark, (located) => {
    if (!located.ok) answerError(request, response, located.error);
    else if (route.rest === "" && (request.method === "GET" || request.method === "HEAD")) {
      // Relative links of a page at the root work only from below it.
      response.writeHead(301, { ...response.ownHeaders, Location: `${path}/${search}` });
      response.end();
    } else if ("kubelet" in located.value) serveKubelet(asked, located.value.kubelet, response);
    else handOn(asked, located.value, response);
  });
}

const unreachable = (error: NodeJS.ErrnoException) => {
  const why = error.code === "EPROTO" ? "tls: first record does not look like a TLS handshake" : error.message;
  return serviceUnavailable(`error trying to reach service: ${why}`);
};

function handOn(asked: ProxyAsked, target: ProxyTarget, response: HttpResponse): void {
  const { request } = asked;
  const outgoing = requestTo(asked, target, false);
  outgoing.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else answerError(request, response, unreachable(error));
  });
  outgoing.on("response", (incoming) => handBack(incoming, pageOf(asked, target), request, response));
  response.once("close", () => outgoing.destroy());
  request.pipe(outgoing);
}

const pageOf = ({ route, path }: ProxyAsked, target: ProxyTarget): ProxiedPage => ({
  host: locationHost(target),
  prefix: path.slice(0, path.length - route.rest.length),
});

function requestTo(asked: ProxyAsked, target: ProxyTarget, upgrade: boolean): ClientRequest {
  const { handler, user, route, request, path, search } = asked;
  const forwarded = {
    host: locationHost(target),
    from: request.socket.remoteAddress ?? "",
    uri: path,
    authority: authorityOf(request),
  };
  return http.request({
    method: request.method ?? "GET",
    path: `${route.rest || "/"}${search}`,
    headers: { ...requestHeaders(request.headers, forwarded, upgrade), ...framing(request) },
    createConnection: () => connectTo(handler, user, target),
  });
}

/** A body of which nobody said how long it is goes on in chunks, whatever the method. */
function framing({ method = "GET", headers, httpVersionMajor }: HttpRequest): { "transfer-encoding"?: string } {
  const unsaid = httpVersionMajor === 2 && headers["content-length"] === undefined && method !== "GET" && method !== "HEAD";
  return headers["transfer-encoding"] !== undefined || unsaid ? { "transfer-encoding": "chunked" } : {};
}

function handBack(incoming: IncomingMessage, page: ProxiedPage, request: HttpRequest, response: HttpResponse): void {
  const headers = responseHeaders(incoming.headers);
  if (typeof headers.location === "string") headers.location = throughProxy(headers.location, page);
  const isPage =
    /^text\/html\b/i.test(incoming.headers["content-type"] ?? "") && incoming.headers["content-encoding"] === undefined;
  const rewriter = isPage && request.method !== "HEAD" ? new PageBytes(page) : undefined;
  // A rewritten page has another length.
  if (rewriter !== undefined) delete headers["content-length"];
  response.writeHead(incoming.statusCode ?? 502, { ...headers, ...response.ownHeaders, ...warningsOf(headers, response) });
  response.flushHeaders?.();
  incoming.on("data", (bytes: Buffer) => {
    const part = rewriter?.push(bytes) ?? bytes;
    if (part.length === 0) return;
    incoming.pause();
    response.write(part, () => incoming.resume());
  });
  incoming.once("end", () => {
    const last = rewriter?.end() ?? "";
    if (last === "") response.end();
    else response.end(last);
  });
  incoming.once("error", () => response.destroy());
}

/** What is warned of behind the proxy, and what admission warned of before it. */
function warningsOf({ warning }: Record<string, string | string[]>, { ownHeaders }: HttpResponse): { Warning?: string[] } {
  const all = [...[warning ?? []].flat(), ...[ownHeaders?.Warning ?? []].flat()];
  return all.length === 0 ? {} : { Warning: all };
}

/** A page's bytes, with its links rewritten. */
class PageBytes {
  private readonly decoder = new StringDecoder("utf8");
  private readonly links: LinkRewriter;

  constructor(page: ProxiedPage) {
    this.links = new LinkRewriter(page);
  }

  push(bytes: Buffer): Buffer {
    return Buffer.from(this.links.push(this.decoder.write(bytes)));
  }

  end(): string {
    return this.links.push(this.decoder.end()) + this.links.end();
  }
}

/** Hands on a request for another protocol: once it is agreed upon, bytes pass untouched. */
export function upgradeProxy(asked: ProxyAsked, upgrade: Upgrade): void {
  const { handler, user, route } = asked;
  const remark = (noted: Noted): void => upgrade.remark(noted);
  locateProxy(handler, user, route, remark, (located) => {
    if (!located.ok) {
      refuseUpgrade(upgrade, located.error);
      return;
    }
    if ("kubelet" in located.value) {
      refuseUpgrade(upgrade, serviceUnavailable("the kubelet's own API upgrades no connection"));
      return;
    }
    upgradeThrough(requestTo(asked, located.value, true), upgrade);
  });
}

/** Hands on a request for another protocol; what comes back is the client's. */
export function upgradeThrough(outgoing: ClientRequest, upgrade: Upgrade): void {
  const { socket, head } = upgrade;
  outgoing.on("error", (error) => refuseUpgrade(upgrade, unreachable(error)));
  outgoing.on("upgrade", (incoming, behind, early) => {
    socket.write(headText(incoming));
    if (early.length > 0) socket.write(early);
    if (head.length > 0) behind.write(head);
    behind.on("error", () => socket.destroy());
    behind.once("close", () => socket.destroy());
    socket.once("close", () => behind.destroy());
    socket.pipe(behind).pipe(socket);
  });
  // It is answered without an upgrade.
  outgoing.on("response", (incoming) => {
    socket.write(headText(incoming));
    incoming.pipe(socket);
  });
  socket.once("close", () => outgoing.destroy());
  outgoing.end();
}

function headText({ statusCode = 502, statusMessage = "", rawHeaders, headers }: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    // The body comes without the frames that it had.
    if (rawHeaders[index]?.toLowerCase() !== "transfer-encoding") lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  }
  if (statusCode !== 101 && headers.connection === undefined) lines.push("Connection: close");
  return `${lines.join("\r\n")}\r\n\r\n`;
}
