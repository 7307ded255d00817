/** A trace record as one line of JSON: what golden traces, `chartroom trace` and the ring of the API server hold. */
import type { Envelope } from "../wire/envelope.js";
import type { TraceRecord } from "./trace.js";

/** A message without its body, which may be large and secret. */
export interface MessageSummary {
  readonly kind: Envelope["kind"];
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly id: string;
  readonly cause: string;
  /** What the message is about, as `pods default/web/status`, or "". */
  readonly about: string;
}

/** A record as it reads back from its line. */
export type TraceLine =
  | {
      readonly kind: "message";
      readonly atMs: number;
      readonly actor: string;
      readonly direction: string;
      readonly message: MessageSummary;
      readonly why?: string;
    }
  | Exclude<TraceRecord, { kind: "message" }>;

/** What is kept of a record: all of it, but of a message no body. Encoding it can wait until somebody reads. */
export function traceEntry(record: TraceRecord): TraceLine {
  if (record.kind !== "message") return record;
  const { kind, atMs, actor, direction, envelope, why } = record;
  const message = summarize(envelope);
  return why === undefined ? { kind, atMs, actor, direction, message } : { kind, atMs, actor, direction, message, why };
}

export const traceLine = (record: TraceRecord): string => JSON.stringify(traceEntry(record));

export function summarize(envelope: Envelope): MessageSummary {
  const { kind, from, to, name, id, cause } = envelope;
  return { kind, from, to, name, id, cause, about: aboutOf(envelope) };
}

interface PathLike {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}
interface RequestLike {
  readonly path?: PathLike;
  readonly key?: unknown;
  readonly success?: ReadonlyArray<{ readonly key?: unknown }>;
  readonly config?: { readonly metadata?: PathLike; readonly name?: string };
  readonly pod?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly containerId?: string;
}

function aboutOf(envelope: Envelope): string {
  if (envelope.kind !== "call" && envelope.kind !== "open") return "";
  const body = envelope.body as { readonly request?: RequestLike } & RequestLike;
  const request = (envelope.kind === "open" ? body.request : body) ?? {};
  if (request.path !== undefined) {
    return aboutPath(request.path);
  }
  const key = request.key ?? request.success?.[0]?.key;
  if (typeof key === "string") return key;
  const metadata = request.config?.metadata;
  if (metadata !== undefined) return `${metadata.namespace}/${metadata.name}`;
  if (request.pod !== undefined) return `${request.namespace}/${request.pod}`;
  return request.config?.name ?? request.image ?? request.containerId ?? "";
}

/** `pods default/web/status`; made for every request that passes, so without lists in between. */
function aboutPath({ resource = "", namespace = "", name = "", subresource = "" }: PathLike): string {
  let about = resource;
  let separator = " ";
  const add = (part: string) => {
    if (part === "") return;
    about += separator + part;
    separator = "/";
  };
  add(namespace);
  add(name);
  add(subresource);
  return about;
}
