/** The HTTPS server of an API server: its own CA, client certificates and bearer tokens; HTTP/2 beside HTTP/1.1. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { warningHeader } from "../../http/warnings.js";
import type { ApiHandler } from "../../request.js";
import type { HttpFront } from "../io.js";
import { admit } from "./admit.js";
import { type Asked, ask, count } from "./asked.js";
import { tellOfAnswer, tellOfUpgrade } from "./audited.js";
import { serveInTurn } from "./exchange.js";
import type { ExtensionAccess } from "./extension.js";
import { type HttpRequest, type HttpResponse, isGone } from "./message.js";
import { answerError, answerText } from "./response.js";
import { refuseUpgrade, upgradeOf } from "./streaming/upgrade.js";
import { TlsListener } from "./tls-listener.js";
import { isMalformed, refuseMalformed, refuseMalformedUpgrade } from "./unreadable.js";
import { serveUpgrade } from "./upgrade-exchange.js";

export interface HttpsOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** PEM. Clients' certificates are those that `certificateAuthority` signed. */
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateAuthority: string;
  /** Absent: extension API servers are not reached. */
  readonly extensions?: ExtensionAccess;
  /** Told of what nobody foresaw. */
  note(text: string): void;
}

const panicText = "This request caused apiserver to panic. Look in the logs for details.\n";

export class HttpsFront implements HttpFront {
  private listener: TlsListener | undefined;

  constructor(private readonly options: HttpsOptions) {}

  listen(handler: ApiHandler, told: { onListening(port: number): void; onFailed(problem: string): void }): void {
    this.listener = new TlsListener(this.options, {
      ...told,
      onRequest: (request, response) => this.requested(handler, request, response),
      onUpgrade: (request, socket, head) => this.upgraded(handler, request, socket, head),
      onHandshakeFailed: () => {
        handler.metrics.front.handshakeErrors.value += 1;
      },
    });
  }

  close(graceMs: number, onClosed: () => void): void {
    if (this.listener === undefined) onClosed();
    else this.listener.close(graceMs, onClosed);
  }

  private requested(handler: ApiHandler, request: HttpRequest, response: HttpResponse): void {
    if (isMalformed(request)) {
      refuseMalformed(request, response);
      return;
    }
    const asked = ask(handler, request, this.options.extensions);
    response.ownHeaders = { "Audit-Id": asked.auditId };
    count(asked, response);
    admit(asked, (outcome) => {
      const { audited } = asked;
      if (isGone(response)) {
        // Its client did not wait to be known: nothing is begun for it, and it takes no seat.
        audited?.completed();
        return;
      }
      if (audited !== undefined) tellOfAnswer(audited, response);
      if (asked.warnings !== undefined && asked.warnings.length > 0)
        response.ownHeaders = { ...response.ownHeaders, Warning: asked.warnings.map(warningHeader) };
      try {
        if ("error" in outcome) answerError(request, response, outcome.error);
        else serveInTurn(asked, outcome, response);
      } catch (error) {
        this.panicked(asked, error);
        if (response.headersSent) response.destroy();
        else answerText(request, response, 500, panicText);
      }
    });
  }

  /** One request that fails takes no other with it. */
  private panicked({ request, audited }: Asked, error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    audited?.panicked(message);
    this.options.note(`apiserver panic'd on ${request.method} ${request.url}: ${stack ?? message}`);
  }

  private upgraded(handler: ApiHandler, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that goes away while it is being admitted is no error of the server.
    socket.on("error", () => socket.destroy());
    if (isMalformed(request)) {
      refuseMalformedUpgrade(socket);
      return;
    }
    const asked = ask(handler, request, this.options.extensions);
    admit(asked, (outcome) => {
      const { audited } = asked;
      if (audited !== undefined) tellOfUpgrade(audited, socket);
      const upgrade = upgradeOf(asked, { request, socket, head });
      try {
        if ("error" in outcome) refuseUpgrade(upgrade, outcome.error);
        else serveUpgrade(asked, outcome, upgrade);
      } catch (error) {
        this.panicked(asked, error);
        socket.destroy();
      }
    });
  }
}
