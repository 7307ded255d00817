/**
 * One port for HTTP/2 and HTTP/1.1. What a connection speaks is agreed upon in the TLS handshake (ALPN, RFC 7301); who does
 * not negotiate speaks HTTP/1.1, and so does whoever wants to upgrade to a WebSocket.
 */
import type { IncomingMessage } from "node:http";
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from "node:http2";
import { createServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { HttpRequest, HttpResponse } from "./message.js";
import { answerUnencrypted } from "./unencrypted.js";
import { refuseUnparsed } from "./unreadable.js";

export interface TlsOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateAuthority: string;
}

export interface TlsListenerTold {
  onListening(port: number): void;
  onFailed(problem: string): void;
  onRequest(request: HttpRequest, response: HttpResponse): void;
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  onHandshakeFailed(): void;
}

/** A connection may be idle this long between two requests. */
const idleTimeoutMs = 90_000;
/** A request's head and body have to be here within. */
const requestTimeoutMs = 60_000;
/** A peer that vanished without a word is noticed by probes that begin after this. */
const probeAfterMs = 180_000;
/** Request line and headers together, as Go's server has it; more is 431. Label selectors can be long. */
const headerBytesMost = 1024 * 1024;

/**
 * How many requests a client may have under way on one connection, and how much of each body it may send before it is read,
 * as kube-apiserver sets them.
 */
const http2Settings = { maxConcurrentStreams: 250, initialWindowSize: 256 * 1024, maxHeaderListSize: headerBytesMost };
/** Bodies that are under way on one connection, together: a stream that nobody reads yet must not hold up the others. */
const unreadBodiesMost = 100 * http2Settings.initialWindowSize;
/** Megabytes that the streams of one connection may hold; beyond that no new one is taken. */
const sessionMegabytesMost = 64;

export class TlsListener {
  private readonly http1: Server;
  private readonly http2: Http2SecureServer;
  private readonly sessions = new Set<ServerHttp2Session>();
  private closing = false;

  constructor({ host, port, certificate, privateKey, certificateAuthority }: TlsOptions, told: TlsListenerTold) {
    const tls = { cert: certificate, key: privateKey, ca: certificateAuthority, requestCert: true, rejectUnauthorized: false };
    this.http1 = createServer({
      ...tls,
      ALPNProtocols: ["h2", "http/1.1"],
      keepAliveTimeout: idleTimeoutMs,
      requestTimeout: requestTimeoutMs,
      maxHeaderSize: headerBytesMost,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: probeAfterMs,
    });
    this.http2 = createSecureServer({ ...tls, settings: http2Settings, maxSessionMemory: sessionMegabytesMost });
    this.http1.on("request", told.onRequest);
    this.http1.on("upgrade", told.onUpgrade);
    this.http1.on("clientError", refuseUnparsed);
    this.http1.on("tlsClientError", told.onHandshakeFailed);
    this.http2.on("request", told.onRequest);
    this.http2.on("session", (session) => this.opened(session));
    // A connection that breaks is its client's affair; its streams are told by their own ends.
    this.http2.on("sessionError", () => undefined);
    this.divide();
    answerUnencrypted(this.http1);
    this.http1.on("error", (error: NodeJS.ErrnoException) =>
      told.onFailed(`cannot listen on ${host}:${port}: ${error.code ?? error.message}`),
    );
    this.http1.listen({ host, port }, () => {
      const bound = this.http1.address();
      told.onListening(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  }

  /** Lets no new connection in and ends the idle ones; what is under way has `graceMs` to end. */
  close(graceMs: number, onClosed: () => void): void {
    this.closing = true;
    const force = setTimeout(() => {
      this.http1.closeAllConnections();
      for (const session of this.sessions) session.destroy();
    }, graceMs);
    this.http1.close(() => {
      clearTimeout(force);
      onClosed();
    });
    this.http1.closeIdleConnections();
    // GOAWAY: clients take their next request elsewhere.
    for (const session of this.sessions) session.close();
  }

  /** Hands connections that agreed on HTTP/2 to the other server; the listener that https has itself takes the rest. */
  private divide(): void {
    const { http1, http2 } = this;
    const [takeHttp1] = http1.listeners("secureConnection");
    http1.removeAllListeners("secureConnection");
    http1.on("secureConnection", (socket: TLSSocket) => {
      if (socket.alpnProtocol === "h2") http2.emit("secureConnection", socket);
      else takeHttp1?.call(http1, socket);
    });
  }

  private opened(session: ServerHttp2Session): void {
    let streams = 0;
    this.sessions.add(session);
    session.setLocalWindowSize(unreadBodiesMost);
    session.once("close", () => this.sessions.delete(session));
    session.on("stream", (stream) => {
      streams += 1;
      stream.once("close", () => {
        streams -= 1;
      });
    });
    // A watch on which nothing happens is not idle.
    session.setTimeout(idleTimeoutMs, () => {
      if (streams === 0) session.close();
    });
    if (this.closing) session.close();
  }
}
