/**
 * Long YAML bodies, which are read one after the other outside of this thread. In the time that three megabytes of YAML take to
 * become values, thousands of other requests are answered.
 */
import type { Host } from "../../../src/actor/host.js";
import { type ParsedText, parsePlainJson } from "../../../src/api/body.js";
import { fail, type Result, tooManyRequests } from "../../../src/api/status.js";
import { exactInteger } from "../../../src/json/integer.js";
import type { TextParser } from "../io/text-parser.js";
import { Reading } from "./reading.js";
import { readingMachine } from "./reading-machine.js";

/** Shorter texts take a few milliseconds at most, and are read where they are. */
export const longTextBytes = 32 * 1024;

/** Texts that wait or are being read; at three megabytes each. */
const textsMost = 16;

export class LongTexts {
  private begun = 0;
  /** In the order in which they came; the first is being read. */
  private readonly ids: string[] = [];

  constructor(
    private readonly host: Host,
    private readonly parser: TextParser,
  ) {}

  /** Calls back once: with what the text says, its integers as they were written, or 429 or 504. Returns how to give up: then nothing is told. */
  read(text: string, onRead: (outcome: Result<ParsedText>) => void): () => void {
    // Most programs send JSON, which is YAML too, and is read a hundred times as fast.
    const plain = text.startsWith("{") ? parsePlainJson(text, exactInteger) : undefined;
    if (plain !== undefined) {
      onRead({ ok: true, value: { ok: true, value: plain.value, problems: [] } });
      return () => undefined;
    }
    if (this.ids.length >= textsMost) {
      onRead(fail(tooManyRequests()));
      return () => undefined;
    }
    const id = `reading ${++this.begun}`;
    const reading = new Reading(this.parser, text, this.ids.length === 0, this.host.bind(onRead));
    this.ids.push(id);
    this.host.charts.start(readingMachine, { id, input: { reading }, onDone: () => this.ended(id) });
    return () => this.host.charts.get(id)?.send({ type: "abandoned" });
  }

  private ended(id: string): void {
    const at = this.ids.indexOf(id);
    this.ids.splice(at, 1);
    const [next] = this.ids;
    if (at === 0 && next !== undefined) this.host.charts.get(next)?.send({ type: "called" });
  }
}
