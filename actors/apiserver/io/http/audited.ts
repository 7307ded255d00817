/** What the audit log is told of an HTTP request: as it comes in, as its answer begins, and when that is over. */
import type { Duplex } from "node:stream";
import type { Status } from "../../../../src/api/status.js";
import type { Attributes } from "../../access/attributes.js";
import type { Audit, AuditedRequest } from "../../audit/audit.js";
import { sourceAddresses } from "../../http/source-addresses.js";
import type { ApiUser } from "../../request.js";
import type { Asked } from "./asked.js";
import type { HttpResponse } from "./message.js";

const about = ({ request, route, auditId }: Asked, attributes: Attributes) => ({
  id: auditId,
  attributes,
  version: "path" in route && typeof route.path === "object" ? route.path.version : "",
  requestUri: request.url ?? "/",
  sourceIps: sourceAddresses(request.headers, request.socket.remoteAddress ?? ""),
  userAgent: request.headers["user-agent"] ?? "",
});

export function tellOfUnauthenticated(
  asked: Asked,
  audit: Audit,
  attributes: Attributes,
  status: Status,
  annotations?: ReadonlyMap<string, string>,
): void {
  audit.unauthenticated(about(asked, attributes), status, annotations);
}

/** A watch, a log, and whatever goes on to a pod, node or Service may last for hours. */
const lasts = (attributes: Attributes): boolean =>
  attributes.verb === "watch" || ("subresource" in attributes && lasting.has(attributes.subresource));
const lasting: ReadonlySet<string> = new Set(["attach", "exec", "log", "portforward", "proxy"]);

export function beginAudit(asked: Asked, audit: Audit, asker: ApiUser, attributes: Attributes): void {
  const audited = audit.begin({ ...about(asked, attributes), asker, longRunning: lasts(attributes) });
  if (audited !== undefined) asked.audited = audited;
}

/** Tells of an answer as it is written. */
export function tellOfAnswer(audited: AuditedRequest, response: HttpResponse): void {
  const { writeHead } = response;
  response.writeHead = (code, headers) => {
    audited.responding(code);
    return writeHead.call(response, code, headers);
  };
  response.once("close", () => audited.completed());
}

/** Tells of the answer to a request that turns its connection into something else: the first that is written says how it went. */
export function tellOfUpgrade(audited: AuditedRequest, socket: Duplex): void {
  for (const method of ["write", "end"] as const) {
    const original = socket[method].bind(socket) as (...args: unknown[]) => never;
    socket[method] = (...args: unknown[]) => {
      socket[method] = original;
      audited.responding(codeIn(args[0]));
      return original(...args);
    };
  }
  socket.once("close", () => audited.completed());
}

function codeIn(chunk: unknown): number {
  const head =
    typeof chunk === "string" ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString("latin1", 0, 16) : "";
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? switchingProtocols);
}
const switchingProtocols = 101;
