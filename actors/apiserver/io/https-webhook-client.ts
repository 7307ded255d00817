/** Asks webhooks over HTTPS with connections that are kept for the next question. Errors are worded as Go's client has them. */
import { Agent, type RequestOptions, request } from "node:https";
import { isIP } from "node:net";
import { TLSSocket } from "node:tls";
import { distrustOf } from "./server-trust.js";
import {
  proxiedUserHeaders,
  type WebhookAnswer,
  type WebhookClient,
  type WebhookPost,
  webhookAnswerBytesMost,
} from "./webhook-client.js";

interface Place {
  readonly host: string;
  readonly port: number;
}

const connections = { perServer: 64, idle: 16, idleMs: 30_000 } as const;

/** What this API server shows where it asks in the name of others. */
export interface ProxyIdentity {
  readonly certificate: string;
  readonly key: string;
}

export interface ServerIdentity extends ProxyIdentity {
  /** The bearer token by which this API server knows itself. */
  readonly token: string;
}

/** `reach` tells where a pod's address and port are served on this machine. */
export function httpsWebhookClient(reach: (place: Place) => Place, identity?: ServerIdentity): WebhookClient {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: connections.perServer,
    maxFreeSockets: connections.idle,
    timeout: connections.idleMs,
    // A session that is taken up again shows no certificate that could be judged.
    maxCachedSessions: 0,
  });
  return {
    post: (post, onAnswer) => {
      let hungUp = false;
      const call = new Call(post, agent, reach, identity, (answer) => {
        if (!hungUp) onAnswer(answer);
      });
      call.tryToBegin();
      return () => {
        hungUp = true;
        call.hangUp();
      };
    },
  };
}

class Call {
  private readonly place: Place;
  private begun: ReturnType<typeof request> | undefined;
  private answered = false;

  constructor(
    private readonly post: WebhookPost,
    private readonly agent: Agent,
    reach: (place: Place) => Place,
    private readonly identity: ServerIdentity | undefined,
    private readonly onAnswer: (answer: WebhookAnswer) => void,
  ) {
    const { hostname, port } = new URL(post.url);
    const named = { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 443 : Number(port) };
    this.place = post.connectTo === undefined ? named : reach(post.connectTo);
  }

  /** A certificate authority that is no certificate is found out here. */
  tryToBegin(): void {
    try {
      this.begin();
    } catch (error) {
      this.answer({ ok: false, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  /** `again`: a kept connection was closed by the server just as it was used, which says nothing of the server. */
  private begin(again = false): void {
    const { post } = this;
    const url = new URL(post.url);
    const name = url.hostname.replace(/^\[|\]$/g, "");
    const options: RequestOptions = {
      agent: again ? false : this.agent,
      method: post.method ?? "POST",
      host: this.place.host,
      port: this.place.port,
      path: `${url.pathname}${url.search}`,
      // An address is no server name (RFC 6066), but its certificate is checked for it all the same.
      servername: isIP(name) === 0 ? name : "",
      // Whom Go trusts is judged below; a bundle may name the server's own certificate, or one between it and a root.
      ...(post.certificateAuthority === undefined ? {} : { ca: post.certificateAuthority, allowPartialTrustChain: true }),
      rejectUnauthorized: false,
      ...(post.asProxy === undefined || this.identity === undefined
        ? {}
        : { cert: this.identity.certificate, key: this.identity.key }),
      headers: {
        host: url.host,
        accept: "application/json, */*",
        ...(post.method === "GET" ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(post.body) }),
        ...(post.asProxy === undefined ? {} : proxiedUserHeaders(post.asProxy)),
        ...(post.asItself === undefined || this.identity === undefined ? {} : { authorization: `Bearer ${this.identity.token}` }),
        ...(post.ifNoneMatch === undefined ? {} : { "if-none-match": post.ifNoneMatch }),
        "user-agent": "kube-apiserver-admission",
      },
    };
    const begun = request(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > webhookAnswerBytesMost)
          response.destroy(new Error(`the answer is longer than ${webhookAnswerBytesMost} bytes`));
      });
      response.on("end", () => {
        const { etag } = response.headers;
        const body = Buffer.concat(chunks).toString("utf8");
        this.answer({ ok: true, code: response.statusCode ?? 0, body, ...(etag === undefined ? {} : { etag }) });
      });
      response.on("error", (error) => this.answer({ ok: false, problem: problemOf(error, this.place, name) }));
      response.on("aborted", () => this.answer({ ok: false, problem: "unexpected EOF" }));
    });
    this.begun = begun;
    begun.on("socket", (socket) => {
      if (post.insecure === true || begun.reusedSocket || !(socket instanceof TLSSocket)) return;
      socket.once("secureConnect", () => {
        const distrust = distrustOf(socket, name, post.certificateAuthority);
        if (distrust !== undefined) begun.destroy(distrust);
      });
    });
    begun.on("error", (error: NodeJS.ErrnoException) => {
      if (begun.reusedSocket && error.code === "ECONNRESET" && !again) this.begin(true);
      else this.answer({ ok: false, problem: problemOf(error, this.place, name) });
    });
    begun.end(post.body);
  }

  hangUp(): void {
    if (this.answered) return;
    this.answered = true;
    this.begun?.destroy();
  }

  private answer(answer: WebhookAnswer): void {
    if (this.answered) return;
    this.answered = true;
    this.onAnswer(answer);
  }
}

/** System errors as Go names them. https://man7.org/linux/man-pages/man3/errno.3.html */
const systemErrors: ReadonlyMap<string, string> = new Map([
  ["ECONNREFUSED", "connect: connection refused"],
  ["EHOSTUNREACH", "connect: no route to host"],
  ["ENETUNREACH", "connect: network is unreachable"],
  ["ETIMEDOUT", "connect: connection timed out"],
  ["EACCES", "connect: permission denied"],
]);

/** Faults of certificates, by Node's codes. */
const certificateErrors: ReadonlyMap<string, string> = new Map([
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "x509: certificate signed by unknown authority"],
  ["UNABLE_TO_GET_ISSUER_CERT", "x509: certificate signed by unknown authority"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "x509: certificate signed by unknown authority"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "x509: certificate signed by unknown authority"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "x509: certificate signed by unknown authority"],
  ["CERT_SIGNATURE_FAILURE", "x509: certificate signed by unknown authority"],
  ["CERT_HAS_EXPIRED", "x509: certificate has expired or is not yet valid"],
  ["CERT_NOT_YET_VALID", "x509: certificate has expired or is not yet valid"],
]);

function problemOf(error: NodeJS.ErrnoException, { host, port }: Place, name: string): string {
  const { code = "" } = error;
  const at = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const system = systemErrors.get(code);
  if (system !== undefined) return `dial tcp ${at}: ${system}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `dial tcp: lookup ${host}: no such host`;
  if (code === "ECONNRESET") return "EOF";
  const certificate = certificateErrors.get(code);
  if (certificate !== undefined) return `tls: failed to verify certificate: ${certificate}`;
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `tls: failed to verify certificate: ${namesOf(error, name)}`;
  if (error.message.includes("wrong version number")) return "http: server gave HTTP response to HTTPS client";
  return error.message;
}

/** Which names, or addresses, a certificate has instead of the one that was asked for. */
function namesOf(error: Error, name: string): string {
  const { subjectaltname = "" } = (error as { cert?: { subjectaltname?: string } }).cert ?? {};
  const isAddress = isIP(name) !== 0;
  const alike = isAddress ? /^IP Address:(.*)$/ : /^DNS:(.*)$/;
  const names = subjectaltname.split(", ").flatMap((each) => alike.exec(each)?.[1] ?? []);
  if (names.length > 0) return `x509: certificate is valid for ${names.join(", ")}, not ${name}`;
  return isAddress
    ? `x509: cannot validate certificate for ${name} because it doesn't contain any IP SANs`
    : `x509: certificate is not valid for any names, but wanted to match ${name}`;
}
