/** A trace as text, one line a record: what must be byte-identical for the same seed. */
import { hash32 } from "../actor/random.js";
import type { TraceRecord } from "../actor/trace.js";
import { epochMs } from "./clock.js";

/** JSON with revisions (bigint) and bytes in it, for digests: any two bodies that differ differ here. */
export const canonicalJson = (body: unknown): string =>
  JSON.stringify(body, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    return value instanceof Uint8Array ? [...value] : value;
  }) ?? "undefined";

const digest = (body: unknown): string => hash32(canonicalJson(body)).toString(16).padStart(8, "0");

const seconds = (atMs: number): string => ((atMs >= epochMs ? atMs - epochMs : atMs) / 1000).toFixed(6);

const because = (cause: string): string => (cause === "" ? "" : ` because ${cause}`);

export function traceLine(record: TraceRecord): string {
  const where = `${seconds(record.atMs)} ${record.actor}`;
  switch (record.kind) {
    case "message": {
      const { envelope, direction, why } = record;
      const line = `${where} ${direction} ${envelope.kind} ${envelope.name} ${envelope.from} -> ${envelope.to} ${envelope.id} ${digest(envelope.body)}`;
      return `${line}${because(envelope.cause)}${why === undefined ? "" : `: ${why}`}`;
    }
    case "transition":
      return `${where} [${record.chart}] ${record.from || "(start)"} -> ${record.to} on ${record.event}${because(record.cause)}`;
    case "note":
      return `${where} note: ${record.text}${because(record.cause)}`;
  }
}
