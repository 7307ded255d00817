/** Clients that put on the wire what they are given, right or wrong, and say what came of it. */
import { type ClientHttp2Session, connect as connectHttp2, constants } from "node:http2";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { FuzzRequest } from "./requests.js";

/** `hungUp`: the server ended the connection without an answer; `silent`: it did nothing within the deadline. */
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
      let received: Buffer = Buffer.alloc(0);
      const done = (came: Came, keep: boolean) => {
        clearTimeout(timer);
        socket.removeAllListeners("data");
        socket.removeAllListeners("close");
        if (!keep) this.close();
        resolve(came);
      };
      const timer = setTimeout(() => done("silent", false), deadlineMs);
      socket.on("data", (part: Buffer) => {
        received = received.length === 0 ? part : Buffer.concat([received, part]);
        const answer = wholeAnswer(received, request.method);
        if (answer !== undefined) done({ code: answer.code, text: answer.text }, answer.keep);
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

/** The answer once enough of it is here: of one that goes on without a length, its head is enough. */
function wholeAnswer(received: Buffer, method: string): { code: number; text: string; keep: boolean } | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const head = received.toString("latin1", 0, end);
  const code = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const bodiless = method === "HEAD" || code === 304 || code === 204;
  const needed = bodiless ? 0 : Number(length ?? 0);
  if (received.length < end + 4 + needed) return undefined;
  const text = received.toString("utf8", end + 4, Math.min(received.length, end + 4 + textMost));
  const keep = (bodiless || length !== undefined) && !/^connection: *close/im.test(head);
  return { code, text, keep };
}

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
    const session = connectHttp2(this.at.url, { ca: this.at.certificateAuthority });
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
