/** The HTTPS server of an API server: its own CA, client certificates and bearer tokens. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import { methodNotAllowed, noSuchResource } from "../../../../src/api/status.js";
import { connectOptions } from "../../http/query.js";
import type { ApiHandler, ApiUser } from "../../request.js";
import type { HttpFront, TokenSigner } from "../io.js";
import { Authenticator } from "./authentication.js";
import { admit, ask, serve } from "./exchange.js";
import { ExecSockets, refuseUpgrade } from "./exec-socket.js";
import { answerError } from "./response.js";

export interface HttpsOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM. Clients' certificates are those that `certificateAuthority` signed. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateAuthority: string;
  readonly tokens: ReadonlyMap<string, ApiUser>;
}

/** A connection may be idle this long between two requests. */
const keepAliveTimeoutMs = 90_000;
/** A request's head and body have to be here within. */
const requestTimeoutMs = 60_000;

export class HttpsFront implements HttpFront {
  private server: Server | undefined;
  private readonly sockets = new ExecSockets();
  private readonly authenticator: Authenticator;

  constructor(
    private readonly options: HttpsOptions,
    signer: TokenSigner,
  ) {
    this.authenticator = new Authenticator(signer, options.tokens);
  }

  listen(handler: ApiHandler, told: { onListening(port: number): void; onFailed(problem: string): void }): void {
    const { host, port, certificate, privateKey, certificateAuthority } = this.options;
    const tls = { cert: certificate, key: privateKey, ca: certificateAuthority, requestCert: true, rejectUnauthorized: false };
    const server = createServer(
      { ...tls, keepAliveTimeout: keepAliveTimeoutMs, requestTimeout: requestTimeoutMs, noDelay: true },
      (request, response) => this.requested(handler, request, response),
    );
    this.server = server;
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.upgraded(handler, request, socket, head),
    );
    server.on("error", (error: NodeJS.ErrnoException) =>
      told.onFailed(`cannot listen on ${host}:${port}: ${error.code ?? error.message}`),
    );
    server.listen({ host, port }, () => {
      const bound = server.address();
      told.onListening(typeof bound === "object" && bound !== null ? bound.port : port);
    });
  }

  close(graceMs: number, onClosed: () => void): void {
    const { server } = this;
    if (server === undefined) {
      onClosed();
      return;
    }
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      onClosed();
    });
    server.closeIdleConnections();
  }

  private requested(handler: ApiHandler, request: IncomingMessage, response: ServerResponse): void {
    const asked = ask(handler, request);
    admit(asked, this.authenticator, (outcome) => {
      if ("error" in outcome) answerError(request, response, outcome.error);
      else serve(asked, outcome.user, response);
    });
  }

  private upgraded(handler: ApiHandler, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away while it is being admitted is no error of the server.
    socket.on("error", () => socket.destroy());
    const asked = ask(handler, request);
    admit(asked, this.authenticator, (outcome) => {
      const { route } = asked;
      if ("error" in outcome) refuseUpgrade(socket, outcome.error);
      else if (route.type !== "connect") refuseUpgrade(socket, noSuchResource());
      else if (route.path.subresource === "log") refuseUpgrade(socket, methodNotAllowed());
      else {
        const options = connectOptions(asked.query);
        if (!options.ok) refuseUpgrade(socket, options.error);
        else
          this.sockets.serve(
            handler,
            { path: route.path, user: outcome.user, options: options.value },
            { request, socket, head },
          );
      }
    });
  }
}
