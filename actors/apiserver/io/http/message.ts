/** Requests and responses, of whichever version of HTTP: what both have in common. */
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { Http2ServerRequest } from "node:http2";

export type HttpRequest = IncomingMessage | Http2ServerRequest;

export interface HttpResponse {
  readonly headersSent: boolean;
  statusCode: number;
  /** What every answer to this request says: its Audit-Id, what is warned of in any case, and which flow schema and priority level it belonged to. */
  ownHeaders?: Readonly<Record<string, string | string[]>>;
  /** Bytes of a whole answer, for whoever counts. */
  bodyBytes?: number;
  /** Bytes of the request's body, where it was read. */
  receivedBytes?: number;
  /** Milliseconds that the request waited for its turn and for webhooks; absent: it waited for nobody. */
  waitedMs?: number;
  /** Bytes that were written and have not left yet. */
  readonly writableLength: number;
  /** Only HTTP/1.1 says it here. */
  readonly destroyed: boolean;
  /** Only HTTP/2 has one. */
  readonly stream?: { readonly destroyed: boolean } | undefined;
  /** HTTP/1.1 holds back what is written until all is done that goes on in this turn of the event loop; uncorked, it goes out. */
  readonly socket: { uncork(): void } | null;
  writeHead(code: number, headers: OutgoingHttpHeaders): unknown;
  /** HTTP/2 sends headers as soon as they are written. */
  flushHeaders?(): void;
  write(chunk: string | Uint8Array, onWritten?: (error?: Error | null) => void): boolean;
  end(chunk?: string | Uint8Array): unknown;
  destroy(): unknown;
  once(event: "close" | "drain", listener: () => void): unknown;
}

/** The host and port that the client believes it speaks to. */
export const authorityOf = ({ headers }: HttpRequest): string => String(headers[":authority"] ?? headers.host ?? "");

/** True when nothing can be written any more: the client went away, or the connection or stream was ended. */
export const isGone = ({ destroyed, stream }: HttpResponse): boolean => destroyed || stream?.destroyed === true;
