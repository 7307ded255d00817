/** Requests that turn their connection into something else: what they ask for, and how they are refused. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { type ApiError, badRequest } from "../../../../../src/api/status.js";
import { writeJson } from "../../../../../src/json/text.js";
import { namesIn } from "../../../http/exec-channels.js";
import { boundedWarnings, warningHeader } from "../../../http/warnings.js";
import type { ApiHandler, ConnectRequest, Noted } from "../../../request.js";
import type { Asked } from "../asked.js";
import { tokenProtocolPrefix } from "../authentication.js";

export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** What the client sent after its request without waiting for the answer. */
  readonly head: Buffer;
  /** Lines of the head of whatever answer refuses it. */
  readonly headers: readonly string[];
  /** Takes what admission has to say besides into that head, and into the audit log. */
  remark(noted: Noted): void;
}

/** A request for another protocol, with what goes with whatever answer. */
export function upgradeOf(
  { auditId, audited, warnings = [] }: Asked,
  { request, socket, head }: Pick<Upgrade, "request" | "socket" | "head">,
): Upgrade {
  const headers = [`Audit-Id: ${auditId}`, ...warnings.map(warningLine)];
  return {
    request,
    socket,
    head,
    headers,
    remark: (noted) => {
      headers.push(...boundedWarnings(noted.warnings ?? []).map(warningLine));
      if (noted.annotations !== undefined) audited?.remarked(noted.annotations);
    },
  };
}

const warningLine = (text: string): string => `Warning: ${warningHeader(text)}`;

/** The longest WebSocket message that a client may send. */
const messageBytesMost = 4 * 1024 * 1024;
/** A stream on which nothing is said for so long is given up, as the kubelet's streamingConnectionIdleTimeout has it. */
const idleMs = 4 * 3_600_000;

export const isWebSocket = ({ request }: Upgrade): boolean => request.headers.upgrade?.toLowerCase() === "websocket";
export const isSpdy = ({ request }: Upgrade): boolean => request.headers.upgrade?.toUpperCase() === "SPDY/3.1";

/** What who is sent away is told. */
export const tooManyText = "Too many requests, please try again later.\n";

/** The protocol that was chosen for a request before its handshake. */
const chosen = new WeakMap<IncomingMessage, string>();
const webSockets = new WebSocketServer({ noServer: true, maxPayload: messageBytesMost });
webSockets.on("headers", (headers, request) => {
  const protocol = chosen.get(request) ?? "";
  if (protocol !== "") headers.push(`Sec-WebSocket-Protocol: ${protocol}`);
});

/**
 * Answers 101 and gives the WebSocket; a handshake that is none is answered by the WebSocket server itself. What the client offers is kept
 * from that server, which would refuse the slash in the name of SPDY's tunnel (KEP-4006): RFC 6455 has none in such names, Kubernetes does.
 */
export function acceptWebSocket({ request, socket, head }: Upgrade, protocol: string, onOpen: (client: WebSocket) => void): void {
  watchIdle(socket);
  chosen.set(request, protocol);
  delete request.headers["sec-websocket-protocol"];
  webSockets.handleUpgrade(request, socket, head, onOpen);
}

/** Answers 101, after which the socket speaks SPDY. */
export function acceptSpdy({ socket, head }: Upgrade, protocol: string): Duplex {
  watchIdle(socket);
  const headers = [
    "Connection: Upgrade",
    "Upgrade: SPDY/3.1",
    ...(protocol === "" ? [] : [`X-Stream-Protocol-Version: ${protocol}`]),
  ];
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  return socket;
}

function watchIdle(socket: Duplex): void {
  if ("setTimeout" in socket && typeof socket.setTimeout === "function") socket.setTimeout(idleMs, () => socket.destroy());
}

/** Protocols that a SPDY client offers. */
export const streamProtocols = ({ request }: Upgrade): string[] =>
  namesIn([request.headers["x-stream-protocol-version"] ?? []].flat().join(","));
/** Without the token that a browser shows as one. */
export const webSocketProtocols = ({ request }: Upgrade): string[] =>
  namesIn(request.headers["sec-websocket-protocol"]).filter((name) => !name.startsWith(tokenProtocolPrefix));

/** Refuses an upgrade with an error of the API. */
export function refuseUpgrade(upgrade: Upgrade, error: ApiError): void {
  const { code, status } = error;
  const { retryAfterSeconds } = status.details ?? {};
  const later = retryAfterSeconds ? [`Retry-After: ${retryAfterSeconds}`] : [];
  respond(upgrade, code, status.reason ?? "Error", "application/json", writeJson(status), later);
}

/**
 * Refuses what cannot be as it was asked for, when admission and the pod have had their say: these come first. `refuse` answers in
 * another way than with an error of the API.
 */
export function refuseAdmitted(
  handler: ApiHandler,
  connect: ConnectRequest,
  upgrade: Upgrade,
  unfit: ApiError,
  refuse: () => void = () => refuseUpgrade(upgrade, unfit),
): void {
  const handle = handler.connect(
    { ...connect, unfit },
    {
      remarked: (noted) => upgrade.remark(noted),
      started: () => undefined,
      refused: (error) => (error === unfit ? refuse() : refuseUpgrade(upgrade, error)),
      output: () => undefined,
      ended: () => undefined,
    },
  );
  upgrade.socket.once("close", () => handle.closed());
}

/** Refuses an upgrade whose turn does not come. */
export const refuseTooMany = (upgrade: Upgrade): void =>
  respond(upgrade, 429, "Too Many Requests", "text/plain; charset=utf-8", tooManyText, ["Retry-After: 1"]);

/** Refuses a WebSocket whose handshake is none that is taken here, without a word, as kube-apiserver's library does. */
export const refuseWebSocket = (upgrade: Upgrade, code: 400 | 403): void =>
  respond(upgrade, code, code === 403 ? "Forbidden" : "Bad Request", "text/plain; charset=utf-8", "");

/** Refuses an upgrade as the kubelet does, whose answers the API server hands on as they are. */
export function refuseAsKubelet(upgrade: Upgrade, code: number, text: string, headers: readonly string[] = []): void {
  respond(upgrade, code, "Refused", "text/plain; charset=utf-8", text, headers);
}

function respond(
  { socket, headers: own }: Pick<Upgrade, "socket" | "headers">,
  code: number,
  reason: string,
  contentType: string,
  body: string,
  headers: readonly string[] = [],
): void {
  const head = [
    `HTTP/1.1 ${code} ${reason}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...own,
    ...headers,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

/** No protocol that both ends speak. */
export function refuseProtocols(
  handler: ApiHandler,
  connect: ConnectRequest,
  upgrade: Upgrade,
  offered: readonly string[],
  accepted: readonly { readonly name: string }[],
): void {
  const names = accepted.map(({ name }) => name);
  const text = `unable to negotiate protocol: client supports [${offered.join(" ")}], server accepts [${names.join(" ")}]`;
  refuseAdmitted(handler, connect, upgrade, badRequest(text), () =>
    refuseAsKubelet(upgrade, 403, text, [`X-Accepted-Stream-Protocol-Versions: ${names.join(", ")}`]),
  );
}
