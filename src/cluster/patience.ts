/**
 * How long a start is waited for: as long as it goes on. On a machine that is busy everything takes longer, so it is not the whole
 * time that is bounded but the time without a step forward; there are only so many steps. Time in which this process does not run at all
 * (it is stopped, the machine sleeps) is not counted: it is measured in beats, and a beat that comes late is one beat.
 */
import { availableParallelism, loadavg } from "node:os";
import { ClusterError } from "./options.js";

/** Of the time that a step may take. */
const beats = 60;

export class Patience {
  private readonly ended: Promise<never>;
  private fail: (error: Error) => void = () => {};
  private wake: () => void = () => {};
  private timer: NodeJS.Timeout | undefined;
  private beatsLeft = beats;
  private waitsFor = "the threads start";
  private readonly controller = new AbortController();

  constructor(private readonly stepMs: number) {
    this.ended = new Promise<never>((_, reject) => {
      this.fail = reject;
    });
    // Told to whoever waits; when nobody does, it is not an error of its own.
    this.ended.catch(() => undefined);
    this.step();
  }

  /** Aborted once nobody waits any more, however it ended. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Something has come about that was waited for. */
  step(): void {
    if (this.signal.aborted) return;
    clearTimeout(this.timer);
    this.beatsLeft = beats;
    this.beat();
    this.wake();
  }

  private beat(): void {
    this.timer = setTimeout(() => {
      this.beatsLeft -= 1;
      if (this.beatsLeft === 0) this.end(this.tooLong());
      else this.beat();
    }, this.stepMs / beats);
  }

  end(error: Error): void {
    this.fail(error);
    this.over();
  }

  over(): void {
    clearTimeout(this.timer);
    this.controller.abort();
  }

  race<Value>(work: Promise<Value>): Promise<Value> {
    return Promise.race([work, this.ended]).catch((error: unknown) => {
      this.over();
      throw error;
    });
  }

  /** What is waited for now, for the error when it never comes. */
  waitFor(what: string): void {
    this.waitsFor = what;
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    this.waitFor(what);
    while (!holds()) {
      await this.race(
        new Promise<void>((wake) => {
          this.wake = wake;
        }),
      );
    }
  }

  private tooLong(): ClusterError {
    const [load = 0] = loadavg();
    const cores = availableParallelism();
    const busy =
      load > 2 * cores
        ? `; the machine is busy (${Math.round(load)} threads want its ${cores} cores): startTimeoutMs gives each step longer`
        : "";
    return new ClusterError(
      `the cluster did not start: nothing went on for ${this.stepMs} ms while it waited until ${this.waitsFor}${busy}`,
    );
  }
}
