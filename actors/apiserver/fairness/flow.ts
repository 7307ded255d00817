import type { Counter, Distribution, Histogram, Registry } from "../metrics/registry.js";
import type { Rejection } from "./turn.js";

/** Seconds. */
const durationBounds = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const labels = ["priority_level", "flow_schema"];

/** The requests of one flow schema in one priority level, as they are counted. */
export class Flow {
  waiting = 0;
  /** Of those that wait. */
  waitingSeats = 0;
  executing = 0;
  seats = 0;
  private readonly dispatched: { value: number };
  private readonly executions: Distribution;
  private readonly estimates: Distribution;

  constructor(
    private readonly counters: FlowCounters,
    readonly level: string,
    readonly schema: string,
  ) {
    this.dispatched = counters.dispatched.of(level, schema);
    this.executions = counters.executions.of(level, schema, "regular");
    this.estimates = counters.estimates.of(level, schema);
  }

  enqueued(seats: number): void {
    this.waiting += 1;
    this.waitingSeats += seats;
  }

  dequeued(seats: number): void {
    this.waiting -= 1;
    this.waitingSeats -= seats;
  }

  /** How many were in its queue with it, when a request had joined it. */
  sawQueue(length: number): void {
    this.counters.lengths.of(this.level, this.schema).observe(length);
  }

  began(seats: number): void {
    this.executing += 1;
    this.seats += seats;
    this.dispatched.value += 1;
    this.estimates.observe(seats);
  }

  ended(seats: number, afterMs: number, isWatch: boolean): void {
    this.executing -= 1;
    this.seats -= seats;
    const executions = isWatch ? this.counters.executions.of(this.level, this.schema, "watch") : this.executions;
    executions.observe(afterMs / 1_000);
  }

  rejected(why: Rejection): void {
    this.counters.rejected.of(this.level, this.schema, why).value += 1;
  }

  waited(forMs: number, executes: boolean): void {
    this.counters.waits.of(this.level, this.schema, String(executes)).observe(forMs / 1_000);
  }
}

/** One flow for each pair of level and schema that there ever was, and what all of them are counted in. */
export class FlowCounters {
  readonly dispatched: Counter;
  readonly rejected: Counter;
  readonly executions: Histogram;
  readonly waits: Histogram;
  readonly lengths: Histogram;
  readonly estimates: Histogram;
  private readonly flows = new Map<string, Flow>();

  constructor(registry: Registry) {
    const name = (of: string): string => `apiserver_flowcontrol_${of}`;
    this.dispatched = registry.counter(name("dispatched_requests_total"), "Requests that were let through.", labels);
    this.rejected = registry.counter(name("rejected_requests_total"), "Requests that were sent away, and why.", [
      ...labels,
      "reason",
    ]);
    this.executions = registry.histogram(
      name("request_execution_seconds"),
      "Seconds that requests took once they were let through; of watches, until they were set up.",
      [...labels, "type"],
      durationBounds,
    );
    this.lengths = registry.histogram(
      name("request_queue_length_after_enqueue"),
      "Requests in a queue, as each saw them that had just joined it.",
      labels,
      [0, 10, 25, 50, 100, 250, 500, 1000],
    );
    this.estimates = registry.histogram(
      name("work_estimated_seats"),
      "Seats that requests were taken to need.",
      labels,
      [1, 2, 4, 10],
    );
    this.waits = registry.histogram(
      name("request_wait_duration_seconds"),
      "Seconds that requests waited in a queue, and whether they were let through then.",
      [...labels, "execute"],
      durationBounds,
    );
    const tell = (of: string, help: string, value: (flow: Flow) => number): void =>
      registry.tell("gauge", name(of), help, () =>
        [...this.flows.values()].map((flow) => ({
          labels: { priority_level: flow.level, flow_schema: flow.schema },
          value: value(flow),
        })),
      );
    tell("current_inqueue_requests", "Requests that wait in a queue.", ({ waiting }) => waiting);
    tell("current_inqueue_seats", "Seats that requests which wait in a queue will need.", ({ waitingSeats }) => waitingSeats);
    tell("current_executing_requests", "Requests that have been let through.", ({ executing }) => executing);
    tell("current_executing_seats", "Seats of the requests that have been let through.", ({ seats }) => seats);
  }

  of(level: string, schema: string): Flow {
    const key = `${level} ${schema}`;
    const known = this.flows.get(key);
    if (known !== undefined) return known;
    const made = new Flow(this, level, schema);
    this.flows.set(key, made);
    return made;
  }
}
