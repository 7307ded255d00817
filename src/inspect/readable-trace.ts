/** Lines of a trace as a sequence that people read, and the choice of those that concern one pod. */
import type { TraceLine } from "../actor/trace-line.js";

/** One line, without a time zone's help: seconds since `startMs`. */
export function readable(line: TraceLine, startMs: number): string {
  const at = `${((line.atMs - startMs) / 1000).toFixed(3).padStart(9)}`;
  switch (line.kind) {
    case "message": {
      const { from, to, kind, name, about } = line.message;
      const what = [kind === "call" || kind === "cast" ? name : `${name} ${kind}`, about].filter((part) => part !== "").join(" ");
      return `${at}  ${from} → ${to}  ${what}${line.why === undefined ? "" : `  (${line.direction}: ${line.why})`}`;
    }
    case "transition":
      return `${at}  ${line.actor}  [${line.chart}] ${line.from === "" ? "starts in" : `${line.from} ⇒`} ${line.to}  on ${line.event}`;
    case "note":
      return `${at}  ${line.actor}  ${line.text}`;
  }
}

/** Remembers what calls were about, so that their replies tell it too. */
export class Abouts {
  private readonly known = new Map<string, string>();

  constructor(private readonly remembered = 10_000) {}

  complete(line: TraceLine): TraceLine {
    if (line.kind !== "message") return line;
    const { id, cause, about, kind } = line.message;
    if (about !== "") {
      this.known.set(id, about);
      if (this.known.size > this.remembered) this.known.delete(this.known.keys().next().value as string);
    } else if (kind === "reply") {
      return { ...line, message: { ...line.message, about: this.known.get(cause) ?? "" } };
    }
    return line;
  }
}

/** Keeps what names a pod, and what such a message led to. */
export class PodFilter {
  /** Ids of messages about the pod, the newest last. */
  private readonly about = new Set<string>();

  constructor(
    private readonly pod: string,
    private readonly remembered = 10_000,
  ) {}

  keeps(line: TraceLine): boolean {
    const kept = this.names(line) || this.follows(line);
    if (kept && line.kind === "message") this.remember(line.message.id);
    return kept;
  }

  private names(line: TraceLine): boolean {
    if (line.kind === "message") return this.mentions(line.message.about);
    return line.kind === "transition" ? this.mentions(line.chart) : this.mentions(line.text);
  }

  /** The name as a word of its own: `web-1` is not in `web-10`. */
  private mentions(text: string): boolean {
    for (let at = text.indexOf(this.pod); at !== -1; at = text.indexOf(this.pod, at + 1)) {
      if (!/[a-z0-9-]/.test(text[at - 1] ?? " ") && !/[a-z0-9-]/.test(text[at + this.pod.length] ?? " ")) return true;
    }
    return false;
  }

  /** A reply or a relay of what was kept, or a transition that it caused. */
  private follows(line: TraceLine): boolean {
    if (line.kind === "message") {
      return this.about.has(line.message.id) || (line.message.kind === "reply" && this.about.has(line.message.cause));
    }
    return this.about.has(line.cause);
  }

  private remember(id: string): void {
    this.about.add(id);
    if (this.about.size > this.remembered) this.about.delete(this.about.values().next().value as string);
  }
}
