/**
 * Requests that an extension API server answers: it is told who asks, by a certificate that it trusts to say so.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/#kubernetes-apiserver-proxies-the-request
 */
import type { ClientRequest } from "node:http";
import { request as requestHttps } from "node:https";
import { decodeTextBase64 } from "../../../../src/api/base64.js";
import type { APIService } from "../../../../src/api/types.js";
import { isAvailable } from "../../aggregation/extension-services.js";
import { requestHeaders, responseHeaders } from "../../http/proxy-headers.js";
import type { ApiUser } from "../../request.js";
import type { ProxyIdentity } from "../https-webhook-client.js";
import { proxiedUserHeaders } from "../webhook-client.js";
import type { Asked } from "./asked.js";
import { authorityOf, type HttpResponse } from "./message.js";
import { answerText } from "./response.js";
import { upgradeThrough } from "./streaming/proxy.js";
import type { Upgrade } from "./streaming/upgrade.js";

export interface ExtensionAccess {
  /** Where a pod's address and port are served on this machine. */
  reach(place: { host: string; port: number }): { host: string; port: number };
  readonly identity: ProxyIdentity;
}

const isUnavailable = "service unavailable\n";

export function serveExtension(asked: Asked, service: APIService, user: ApiUser, response: HttpResponse): void {
  const { request } = asked;
  const outgoing = requestTo(asked, service, user, false);
  if (outgoing === undefined) {
    answerText(request, response, 503, isUnavailable);
    return;
  }
  outgoing.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else answerText(request, response, 503, `error trying to reach service: ${error.message}\n`);
  });
  outgoing.on("response", (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, {
      ...withoutFlow(responseHeaders(incoming.headers)),
      ...response.ownHeaders,
    });
    response.flushHeaders?.();
    incoming.on("data", (bytes: Buffer) => {
      incoming.pause();
      response.write(bytes, () => incoming.resume());
    });
    incoming.once("end", () => response.end());
    incoming.once("error", () => response.destroy());
  });
  response.once("close", () => outgoing.destroy());
  request.pipe(outgoing);
}

/** A request for another protocol: once it is agreed upon, bytes pass untouched. */
export function upgradeExtension(asked: Asked, service: APIService, user: ApiUser, upgrade: Upgrade): void {
  const outgoing = requestTo(asked, service, user, true);
  if (outgoing !== undefined) upgradeThrough(outgoing, upgrade);
  else upgrade.socket.end(`HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n${isUnavailable}`);
}

function requestTo(asked: Asked, service: APIService, user: ApiUser, upgrade: boolean): ClientRequest | undefined {
  const { handler, request, extensions: access } = asked;
  const { namespace = "", name = "", port = 443 } = service.spec?.service ?? {};
  const { caBundle, insecureSkipTLSVerify } = service.spec ?? {};
  const reached = isAvailable(service) ? handler.reached({ namespace, name, port }) : undefined;
  if (access === undefined || reached === undefined) return undefined;
  const servername = `${name}.${namespace}.svc`;
  const forwarded = {
    host: `${servername}:${port}`,
    from: request.socket.remoteAddress ?? "",
    uri: asked.path,
    authority: authorityOf(request),
  };
  const extra = Object.fromEntries(user.extra ?? []);
  const { identity } = access;
  return requestHttps({
    ...access.reach(reached),
    servername,
    method: request.method ?? "GET",
    path: request.url ?? "/",
    agent: false,
    cert: identity.certificate,
    key: identity.key,
    ...(caBundle === undefined ? {} : { ca: decodeTextBase64(caBundle) ?? "" }),
    rejectUnauthorized: insecureSkipTLSVerify !== true,
    headers: {
      ...withoutUser(requestHeaders(request.headers, forwarded, upgrade)),
      ...proxiedUserHeaders({ user: user.name, groups: user.groups, extra }),
    },
  });
}

type Headers = Record<string, string | string[]>;
const without = (prefix: string, headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(prefix)));

/** Who asks is not for the client to say. */
const withoutUser = (headers: Headers): Headers => without("x-remote-", headers);
/** An extension has turns of its own; the client is told of those of the server that it asked. */
const withoutFlow = (headers: Headers): Headers => without("x-kubernetes-pf-", headers);
