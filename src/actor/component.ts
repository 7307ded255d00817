/** One running actor: its endpoint, its charts and its root chart, put together the same way in both worlds. */
import type { Address } from "../wire/address.js";
import { Endpoint, type EndpointHost } from "../wire/endpoint.js";
import type { Envelope } from "../wire/envelope.js";
import type { LinkHandle } from "../wire/link.js";
import { Charts } from "./charts.js";
import type { ActorDefinition } from "./define.js";
import type { Clock, Host } from "./host.js";
import { idsFrom } from "./ids.js";
import type { Random } from "./random.js";
import type { TraceSink } from "./trace.js";

/** Timers up to this keep the message that they were set in as the cause of what they do. */
const causeKeptMs = 100;

/** What a driver gives a component to live in. */
export interface Surroundings {
  readonly address: Address;
  readonly incarnation: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: TraceSink;
  /** False where nobody wants the messages that pass: then they are not even made records of. */
  readonly tracesMessages?: boolean;
  /** The component is at its end: without an error when it finished in order. Called once. */
  readonly ended: (error?: Error) => void;
}

export class Component {
  readonly host: Host;
  private readonly charts: Charts;
  private readonly endpoint: Endpoint;
  private cause = "";
  private over = false;

  constructor(
    private readonly definition: ActorDefinition<unknown>,
    private readonly surroundings: Surroundings,
  ) {
    const { address, incarnation, random, trace, tracesMessages = true } = surroundings;
    const clock = this.clockThatKeepsCauses(surroundings.clock);
    const because = (cause: string, work: () => void) => this.because(cause, work);
    const endpointHost: EndpointHost = {
      address,
      incarnation,
      clock,
      cause: () => this.cause,
      because,
      passed: (direction, envelope, why) => {
        if (!tracesMessages) return;
        const record = { kind: "message", atMs: clock.nowMs(), actor: address, direction, envelope } as const;
        trace(why === undefined ? record : { ...record, why });
      },
      accept: (event) => this.tell(event),
      link: (event) => this.tell(event),
    };
    this.endpoint = new Endpoint(endpointHost, definition.messages);
    this.charts = new Charts(clock, {
      transition: (chart, event, from, to) =>
        trace({ kind: "transition", atMs: clock.nowMs(), actor: address, chart, event, from, to, cause: this.cause }),
      failed: (chart, error) => this.end(error instanceof Error ? error : new Error(`chart "${chart}" failed: ${String(error)}`)),
    });
    this.host = {
      address,
      incarnation,
      clock,
      random,
      ids: idsFrom(random),
      wire: this.endpoint,
      charts: this.charts,
      note: (text) => trace({ kind: "note", atMs: clock.nowMs(), actor: address, text, cause: this.cause }),
      bind: (callback) => {
        const cause = this.cause;
        return (...values) => because(cause, () => callback(...values));
      },
      crash: (error) => this.end(error),
    };
  }

  /** Starts the root chart. Its I/O may need the host, so the driver makes it after this object. */
  start(io: unknown): void {
    const { machine, role } = this.definition;
    this.charts.start(machine, { id: role, input: { host: this.host, io }, onDone: () => this.end() });
  }

  /** Links this component with a peer over something that posts envelopes. */
  attach(peer: Address, post: (envelope: Envelope) => void): LinkHandle {
    return this.endpoint.attach(peer, post);
  }

  /** Hands the root chart an event that did not come over a link: of its driver, or of the actor to itself. */
  deliver(event: { readonly type: string }): void {
    this.tell(event);
  }

  /** Asks the root chart to finish in order. */
  stop(): void {
    this.tell({ type: "stop" });
  }

  /** Ends it as a killed thread ends: at once, without a word to anybody. */
  kill(): void {
    if (this.over) return;
    this.over = true;
    this.charts.stopAll();
  }

  /** The charts that run and the calls that wait now, for inspection. */
  inspect(): { charts: Array<{ id: string; machine: string; state: string }>; calls: Array<{ to: Address; name: string }> } {
    return { charts: this.charts.list(), calls: this.endpoint.inFlight() };
  }

  /** A short wait is still part of what led to it; what comes of a longer one is the clock's own doing. */
  private clockThatKeepsCauses(clock: Clock): Clock {
    return {
      nowMs: () => clock.nowMs(),
      monotonicMs: () => clock.monotonicMs(),
      cancel: (timer) => clock.cancel(timer),
      after: (delayMs, callback) => {
        const { cause } = this;
        return clock.after(delayMs, cause === "" || delayMs > causeKeptMs ? callback : () => this.because(cause, callback));
      },
    };
  }

  private tell(event: { readonly type: string }): void {
    if (!this.over) this.charts.get(this.definition.role)?.send(event);
  }

  private because(cause: string, work: () => void): void {
    if (this.over) return;
    const before = this.cause;
    this.cause = cause;
    try {
      work();
    } finally {
      this.cause = before;
    }
  }

  private end(error?: Error): void {
    if (this.over) return;
    this.over = true;
    this.charts.stopAll();
    this.surroundings.ended(error);
  }
}
