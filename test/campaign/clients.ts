/** Clients that put on the wire what they are given, right or wrong, and say what came of it. */
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { FuzzRequest } from "./requests.js";

/** `hungUp`: the server ended the connection without an answer; `silent`: nothing came for as long as the deadline is. */
export type Came = { readonly code: number; readonly text: string } | "hungUp" | "silent";

export interface ServerAt {
  readonly url: string;
  readonly certificateAuthority: string;
}

/** Longer than the server lets any request wait. */
const deadlineMs = 45_000;
/** Enough of an answer to say what was wrong. */
const textMost = 2_000;

function open({ url, certificateAuthority }: ServerAt): TLSSocket {
  const { hostname, port } = new URL(url);
  return connectTls({ host: hostname, port: Number(port), ca: certificateAuthority, ALPNProtocols: ["http/1.1"] });
}

const headOf = ({ method, path, headers, body, form }: FuzzRequest): string =>
  [
    `${method} ${path} HTTP/1.1`,
    "Host: localhost",
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(form === "upgrade" || (body.length === 0 && method !== "POST") ? [] : [`Content-Length: ${body.length}`]),
    "\r\n",
  ].join("\r\n");

/** HTTP/1.1 on one connection, which is made anew when it was closed. */
export class PlainClient {
  private socket: TLSSocket | undefined;

  constructor(private readonly at: ServerAt) {}

  send(request: FuzzRequest): Promise<Came> {
    const socket = this.connected();
    return new Promise((resolve) => {
      const answer = new PlainAnswer(request.method);
      const done = (came: Came, keep: boolean) => {
        clearTimeout(timer);
        socket.removeAllListeners("data");
        socket.removeAllListeners("close");
        if (!keep) this.close();
        resolve(came);
      };
      const timer = setTimeout(() => done("silent", false), deadlineMs);
      socket.on("data", (part: Buffer) => {
        timer.refresh();
        answer.add(part);
        if (answer.isWhole) done({ code: answer.code, text: answer.text }, answer.keep);
      });
      socket.once("close", () => done("hungUp", false));
      socket.write(headOf(request), "latin1");
      if (request.body.length > 0) socket.write(request.body);
    });
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private connected(): TLSSocket {
    if (this.socket !== undefined && !this.socket.destroyed) return this.socket;
    const socket = open(this.at);
    socket.on("error", () => socket.destroy());
    this.socket = socket;
    return socket;
  }
}

/** What has come of an answer; of one that goes on without a length, its head is enough. Answers of megabytes come in many parts. */
class PlainAnswer {
  isWhole = false;
  code = 0;
  /** The connection may be used again. */
  keep = false;
  private start: Buffer = Buffer.alloc(0);
  private headEnd = -1;
  private missing = 0;

  constructor(private readonly method: string) {}

  add(part: Buffer): void {
    if (this.headEnd === -1 || this.start.length < this.headEnd + textMost) this.start = Buffer.concat([this.start, part]);
    if (this.headEnd !== -1) this.missing -= part.length;
    else this.readHead();
    this.isWhole = this.headEnd !== -1 && this.missing <= 0;
  }

  get text(): string {
    return this.start.toString("utf8", this.headEnd, this.headEnd + textMost);
  }

  private readHead(): void {
    const end = this.start.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = this.start.toString("latin1", 0, end);
    this.headEnd = end + 4;
    this.code = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    const length = /^content-length: *(\d+)/im.exec(head)?.[1];
    const bodiless = this.method === "HEAD" || this.code === 304 || this.code === 204;
    this.missing = (bodiless ? 0 : Number(length ?? 0)) - (this.start.length - this.headEnd);
    this.keep = (bodiless || length !== undefined) && !/^connection: *close/im.test(head);
  }
}

/** What streams and the connection may hold unread, as clients in Go have it: the little that Node allows makes answers of megabytes wait for each other. */
const streamWindowBytes = 4 << 20;
const connectionWindowBytes = 64 << 20;

/** Streams of one HTTP/2 connection. */
export class StreamClient {
  private session: ClientHttp2Session | undefined;

  constructor(private readonly at: ServerAt) {}

  send({ method, path, headers, body }: FuzzRequest): Promise<Came> {
    const session = this.connected();
    return new Promise((resolve) => {
      const endStream = body.length === 0;
      const stream = session.request({ ":method": method, ":path": path, ...Object.fromEntries(headers) }, { endStream });
      let came: Came = "hungUp";
      let text = "";
      const timer = setTimeout(() => {
        came = "silent";
        stream.close(constants.NGHTTP2_CANCEL);
      }, deadlineMs);
      stream.on("response", (answer) => {
        came = { code: Number(answer[":status"]), text: "" };
        if (answer["content-length"] === undefined && came.code !== 304) stream.close(constants.NGHTTP2_CANCEL);
      });
      stream.on("data", (part: Buffer) => {
        timer.refresh();
        if (text.length < textMost) text += part.toString("utf8");
      });
      // What went wrong with the stream shows in whether an answer came.
      stream.on("error", () => undefined);
      stream.on("close", () => {
        clearTimeout(timer);
        resolve(typeof came === "string" ? came : { ...came, text });
      });
      if (!endStream) stream.end(body);
    });
  }

  close(): void {
    this.session?.destroy();
    this.session = undefined;
  }

  private connected(): ClientHttp2Session {
    if (this.session !== undefined && !this.session.destroyed && !this.session.closed) return this.session;
    const settings = { initialWindowSize: streamWindowBytes };
    const session = connectHttp2(this.at.url, { ca: this.at.certificateAuthority, settings });
    session.once("connect", () => session.setLocalWindowSize(connectionWindowBytes));
    session.on("error", () => session.destroy());
    this.session = session;
    return session;
  }
}

/** Bytes on a connection of their own: until something comes back, or the server hangs up, as it may. */
export function sendBytes(at: ServerAt, request: FuzzRequest): Promise<Came> {
  return new Promise((resolve) => {
    const socket = open(at);
    const timer = setTimeout(() => done("silent"), deadlineMs);
    const done = (came: Came) => {
      clearTimeout(timer);
      resolve(came);
      socket.destroy();
    };
    socket.on("error", () => socket.destroy());
    socket.once("close", () => done("hungUp"));
    socket.once("data", (part: Buffer) => {
      const text = part.toString("latin1");
      done({ code: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text: text.slice(0, textMost) });
    });
    socket.once("secureConnect", () => {
      if (request.form === "upgrade") socket.write(headOf(request), "latin1");
      socket.write(request.body);
    });
  });
}
