import { fail, type Result, succeed, timeout } from "../../../src/api/status.js";
import type { Backing } from "../backing.js";
import { Inquiry } from "../consult/consultant.js";
import type { Attempt } from "./conversions.js";
import { conversionMachine } from "./machine.js";

/** Some work under way, as its chart sees it. */
export interface ConvertedWork {
  readonly asks: boolean;
  readonly leftMs: number;
  ask(onAnswered: () => void): void;
  giveUp(): void;
  attempt(): void;
  tell(): void;
  tellTimeout(): void;
}

class Work<T> implements ConvertedWork {
  private readonly inquiry: Inquiry;
  private readonly untilMs: number;

  constructor(
    private readonly backing: Backing,
    private attempted: Attempt<T>,
    private readonly work: () => T,
    private readonly told: (outcome: Result<T>) => void,
    private readonly beganMs: number,
    deadlineMs: number,
  ) {
    this.inquiry = new Inquiry(backing.consultant);
    this.untilMs = beganMs + deadlineMs;
  }

  get asks(): boolean {
    return this.attempted.what === "asks";
  }

  get leftMs(): number {
    return Math.max(0, this.untilMs - this.backing.host.clock.monotonicMs());
  }

  ask(onAnswered: () => void): void {
    if (this.attempted.what === "asks") this.inquiry.ask(this.attempted.questions, onAnswered);
  }

  giveUp(): void {
    this.inquiry.giveUp();
  }

  attempt(): void {
    const { conversions } = this.backing.catalog;
    conversions.learn(this.inquiry.answers, this.backing.host.clock.monotonicMs());
    this.inquiry.forget();
    this.attempted = conversions.attempt(this.work, this.beganMs);
  }

  tell(): void {
    const { attempted } = this;
    if (attempted.what === "done") this.told(succeed(attempted.value));
    else if (attempted.what === "failed") this.told(fail(attempted.error));
  }

  tellTimeout(): void {
    this.told(fail(timeout("request did not complete within the allotted timeout")));
  }
}

/**
 * Does work on objects, and tells what came of it: at once when nothing must be converted first, else in a chart of its
 * own. `work` may run several times. Returns how to give up: then nothing is told.
 */
export function convertThen<T>(
  backing: Backing,
  deadlineMs: number,
  work: () => T,
  told: (outcome: Result<T>) => void,
): () => void {
  const beganMs = backing.host.clock.monotonicMs();
  const attempted = backing.catalog.conversions.attempt(work, beganMs);
  if (attempted.what === "done") {
    told(succeed(attempted.value));
    return () => undefined;
  }
  const id = `conversion ${backing.catalog.conversions.nextWork()}`;
  let over = false;
  const onDone = (): void => {
    over = true;
  };
  const converting = new Work(backing, attempted, work, told, beganMs, deadlineMs);
  const chart = backing.host.charts.start(conversionMachine, { id, input: { work: converting }, onDone });
  return () => {
    if (!over) chart.send({ type: "abandoned" });
  };
}
