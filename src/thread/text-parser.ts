/** A thread that reads long YAML texts, one at a time. It starts with the first and ends when there was none for a while. */
import { Worker } from "node:worker_threads";
import type { TextOutcome, TextParser } from "../../actors/apiserver/io/text-parser.js";

/** A thread that nobody needs takes some ten megabytes. */
const idleMs = 10_000;

/** What the values of three megabytes of the most hostile text take. */
const heapMostMegabytes = 1_024;

export class ThreadedTextParser implements TextParser {
  private worker: Worker | undefined;
  private idle: NodeJS.Timeout | undefined;
  private onParsed: ((outcome: TextOutcome) => void) | undefined;

  /** `entry`: the thread's module. */
  constructor(private readonly entry: URL) {}

  parse(text: string, onParsed: (outcome: TextOutcome) => void): () => void {
    clearTimeout(this.idle);
    this.onParsed = onParsed;
    this.worker ??= this.begin();
    this.worker.postMessage(text);
    // What is in the middle of a text hears nothing: its thread ends, and the next text has another.
    return () => {
      this.onParsed = undefined;
      this.end();
    };
  }

  private begin(): Worker {
    const worker = new Worker(this.entry, {
      name: "chartroom yaml",
      resourceLimits: { maxOldGenerationSizeMb: heapMostMegabytes },
      execArgv: [],
    });
    // Of a thread that was given up nothing is heard any more.
    const tell = (outcome: TextOutcome): void => {
      if (this.worker !== worker) return;
      const { onParsed } = this;
      this.onParsed = undefined;
      onParsed?.(outcome);
    };
    worker.on("message", (outcome: TextOutcome) => {
      this.idle = setTimeout(() => this.end(), idleMs).unref();
      tell(outcome);
    });
    worker.on("error", ({ message }) => {
      tell({ ok: false, lost: message });
      this.end();
    });
    worker.unref();
    return worker;
  }

  private end(): void {
    clearTimeout(this.idle);
    void this.worker?.terminate();
    this.worker = undefined;
  }
}
