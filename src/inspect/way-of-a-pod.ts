/** The way of a pod, read out of a trace: from whoever asked for it to its running container, cause by cause. */
import type { MessageRecord, TraceRecord } from "../actor/trace.js";
import { summarize } from "../actor/trace-line.js";
import type { Envelope } from "../wire/envelope.js";

export interface Step {
  readonly from: string;
  readonly to: string;
  /** `create pods default/web/binding`, `txn reply`, `watch chunk`. */
  readonly what: string;
}

/** Every message that led to the start of the pod's container, oldest first. Empty when no container of it was started. */
export function wayOfPod(records: readonly TraceRecord[], pod: string): Step[] {
  const sent = new Map<string, Envelope>();
  for (const record of records) if (isSent(record)) sent.set(record.envelope.id, record.envelope);
  const starts = [...sent.values()].filter((envelope) => envelope.kind === "call" && envelope.name === "startContainer");
  for (const start of starts) {
    const chain = causesOf(start, sent);
    if (chain.some((envelope) => mentions(envelope, pod))) return chain.map(stepOf);
  }
  return [];
}

const isSent = (record: TraceRecord): record is MessageRecord => record.kind === "message" && record.direction === "sent";

function causesOf(last: Envelope, sent: ReadonlyMap<string, Envelope>): Envelope[] {
  const chain: Envelope[] = [];
  for (let at: Envelope | undefined = last; at !== undefined; at = sent.get(at.cause)) chain.unshift(at);
  return chain;
}

const mentions = (envelope: Envelope, pod: string): boolean => summarize(envelope).about.split(/[ /]/).includes(pod);

function stepOf(envelope: Envelope): Step {
  const { from, to, kind, name, about } = summarize(envelope);
  const verb = kind === "call" || kind === "cast" ? name : `${name} ${kind}`;
  return { from, to, what: about === "" ? verb : `${verb} ${readableKey(about)}` };
}

/** Ids in what a message is about say nothing to a reader. */
const readableKey = (about: string): string => (/^[0-9a-f]{16,}$/.test(about) ? "" : about).trim();

export const wayText = (steps: readonly Step[]): string =>
  steps.map(({ from, to, what }) => `${from} -> ${to}: ${what}`.trim()).join("\n");

/** A Mermaid sequence diagram, with the container at its end. */
export function wayDiagram(steps: readonly Step[]): string {
  const actors = [...new Set(steps.flatMap(({ from, to }) => [from, to]))];
  const id = (actor: string) => actor.replace(/[^a-zA-Z0-9]/g, "_");
  const last = steps.at(-1)?.to ?? "";
  const arrow = (what: string) => (/ (reply|chunk)\b/.test(what) ? "-->>" : "->>");
  return [
    "sequenceDiagram",
    ...actors.map((actor) => `  participant ${id(actor)} as ${actor}`),
    "  participant container",
    ...steps.map(({ from, to, what }) => `  ${id(from)}${arrow(what)}${id(to)}: ${what}`),
    `  ${id(last)}->>container: start`,
  ].join("\n");
}
