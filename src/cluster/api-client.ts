/** A small client of the Kubernetes API over HTTPS: requests, watches, and the errors that Kubernetes words. */

import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { Status } from "../api/status.js";
import type { UntypedObject } from "../api/types.js";
import { readJson, writeJson } from "../json/text.js";

export interface Credentials {
  readonly host: string;
  readonly port: number;
  readonly certificateAuthority: string;
  readonly certificate: string;
  readonly key: string;
}

/** What the API server refused, in its own words. */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  constructor(
    readonly code: number,
    /** As in Status: NotFound, AlreadyExists, Conflict, Invalid … */
    readonly reason: string,
    message: string,
    readonly status?: Status,
  ) {
    super(message);
  }
}

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Default: application/json. */
  readonly accept?: string;
  readonly timeoutMs?: number;
}

export interface WatchedEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: UntypedObject;
}

export class ApiClient {
  private readonly agent: Agent;

  constructor(private readonly credentials: Credentials) {
    this.agent = new Agent({
      keepAlive: true,
      ca: credentials.certificateAuthority,
      cert: credentials.certificate,
      key: credentials.key,
      scheduling: "lifo",
    });
  }

  /** The answer, whatever its status. */
  async answer(request: ApiRequest): Promise<{ readonly code: number; readonly text: string }> {
    const response = await this.send(request);
    return { code: response.statusCode ?? 0, text: await readAll(response) };
  }

  /** The answer as text. Throws a KubernetesError for statuses from 400 on. */
  async text(request: ApiRequest): Promise<string> {
    const { code, text } = await this.answer(request);
    if (code >= 400) throw errorOf(code, text, request);
    return text;
  }

  async json<Reply = UntypedObject>(request: ApiRequest): Promise<Reply> {
    return readJson(await this.text(request)) as Reply;
  }

  /**
   * Reads a watch until `onEvent` returns true or the server ends it; says which. The connection is closed either way.
   */
  async watch(request: ApiRequest, signal: AbortSignal, onEvent: (event: WatchedEvent) => boolean): Promise<"found" | "ended"> {
    const response = await this.send(request, signal);
    if ((response.statusCode ?? 0) >= 400) throw errorOf(response.statusCode ?? 0, await readAll(response), request);
    let rest = "";
    response.setEncoding("utf8");
    for await (const part of response as AsyncIterable<string>) {
      const lines = (rest + part).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== "" && onEvent(readJson(line) as WatchedEvent)) {
          response.destroy();
          return "found";
        }
      }
    }
    return "ended";
  }

  /** The body as it comes: logs that are followed, traces. */
  async stream(request: ApiRequest, signal?: AbortSignal): Promise<AsyncIterable<string>> {
    const response = await this.send(request, signal);
    if ((response.statusCode ?? 0) >= 400) throw errorOf(response.statusCode ?? 0, await readAll(response), request);
    response.setEncoding("utf8");
    return response as AsyncIterable<string>;
  }

  close(): void {
    this.agent.destroy();
  }

  private send(request: ApiRequest, signal?: AbortSignal): Promise<IncomingMessage> {
    const { method = "GET", accept = "application/json", body, contentType = "application/json", timeoutMs = 60_000 } = request;
    const payload = body === undefined ? undefined : typeof body === "string" ? body : writeJson(body);
    const options: RequestOptions = {
      host: this.credentials.host,
      port: this.credentials.port,
      servername: "localhost",
      agent: this.agent,
      method,
      path: request.path + queryOf(request.query ?? {}),
      headers: {
        accept,
        ...(payload === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
      },
      ...(signal === undefined ? { timeout: timeoutMs } : { signal }),
    };
    return new Promise((resolve, reject) => {
      const sent = httpsRequest(options, resolve);
      sent.on("timeout", () => sent.destroy(new Error(`no answer to ${method} ${request.path} within ${timeoutMs} ms`)));
      sent.on("error", reject);
      sent.end(payload);
    });
  }
}

function queryOf(query: NonNullable<ApiRequest["query"]>): string {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== false);
  const text = parts.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&");
  return text === "" ? "" : `?${text}`;
}

async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

function errorOf(code: number, text: string, request: ApiRequest): KubernetesError {
  try {
    const status = readJson(text) as Status;
    if (status.kind === "Status") return new KubernetesError(code, status.reason ?? "", status.message ?? text, status);
  } catch {
    // Not a Status: its text is all there is.
  }
  return new KubernetesError(code, "", `${request.method ?? "GET"} ${request.path}: ${code} ${text.slice(0, 500)}`);
}
