/** One priority level at work: who has its seats, and who waits for them. */
import type { PriorityLevelConfiguration } from "../../../src/api/types.js";
import { Queues, type QueuingConfiguration } from "./queues.js";
import { Demand, type SeatBounds } from "./seats.js";
import type { Rejection, Turn } from "./turn.js";

const queuingOf = ({ spec }: PriorityLevelConfiguration): QueuingConfiguration | undefined => {
  const response = spec?.limited?.limitResponse;
  if (response?.type !== "Queue") return undefined;
  const { queues = 64, handSize = 8, queueLengthLimit = 50 } = response.queuing ?? {};
  return { queues, handSize, queueLengthLimit };
};

export class PriorityLevel {
  uid = "";
  bounds: SeatBounds = { nominal: 0, least: 0, most: 0 };
  /** Seats that may be in use now. */
  limit = 0;
  private exempt = false;
  private inUse = 0;
  /** Seats that those who wait want. */
  private wanted = 0;
  private queues: Queues<Turn> | undefined;
  readonly demand: Demand;
  /** Requests that were let through, and that were not. */
  dispatched = 0;
  readonly refused: Record<Rejection, number> = { "queue-full": 0, "concurrency-limit": 0, "time-out": 0, cancelled: 0 };
  /** Whose turn it is; kept only where somebody may ask. */
  private readonly executing: Set<Turn> | undefined;

  constructor(
    readonly name: string,
    private readonly nowMs: () => number,
    isInspected: boolean,
  ) {
    this.demand = new Demand(nowMs());
    this.executing = isInspected ? new Set() : undefined;
  }

  get isExempt(): boolean {
    return this.exempt;
  }

  get seatsInUse(): number {
    return this.inUse;
  }

  /** Who waits, queue by queue; empty where there are none. */
  get waiting(): Queues<Turn>["all"] {
    return this.queues?.all ?? [];
  }

  get turnsExecuting(): readonly Turn[] {
    return [...(this.executing ?? [])];
  }

  configure(configuration: PriorityLevelConfiguration, bounds: SeatBounds): void {
    this.uid = configuration.metadata.uid ?? "";
    this.exempt = configuration.spec?.type === "Exempt";
    const queuing = queuingOf(configuration);
    if (queuing !== undefined && this.queues !== undefined) this.queues.reconfigure(queuing);
    else if (queuing !== undefined) this.queues = new Queues(queuing);
    else if (this.queues?.size === 0) this.queues = undefined;
    if (bounds.nominal !== this.bounds.nominal || bounds.least !== this.bounds.least) this.limit = bounds.nominal;
    this.bounds = bounds;
    this.dispatch();
  }

  /** More or fewer seats than before. */
  allow(limit: number): void {
    this.limit = limit;
    this.dispatch();
  }

  /** Lets the turn through now, has it wait, or refuses it; `flow` tells it apart from others of the level. */
  enter(turn: Turn, flow: string): "executes" | "waits" | "refused" {
    if (this.exempt || (this.hasRoom(turn) && (this.queues === undefined || this.queues.size === 0))) {
      this.seat(turn);
      turn.execute();
      return "executes";
    }
    if (this.queues === undefined) {
      turn.refuse("concurrency-limit");
      return "refused";
    }
    const joined = this.queues.join(flow, turn);
    if (joined === undefined) {
      turn.refuse("queue-full");
      return "refused";
    }
    turn.queue = joined.queue;
    turn.flow.sawQueue(joined.length);
    this.wanted += turn.seats;
    this.noteDemand();
    turn.wait();
    return "waits";
  }

  leave(turn: Turn): void {
    if (this.queues?.leave(turn) !== true) return;
    this.wanted -= turn.seats;
    this.noteDemand();
  }

  release(turn: Turn): void {
    this.inUse -= turn.seats;
    this.executing?.delete(turn);
    this.noteDemand();
    this.dispatch();
  }

  /** Who wants more seats than there are at all gets all of them, alone. */
  private hasRoom({ seats }: Turn): boolean {
    return this.inUse === 0 || this.inUse + seats <= this.limit;
  }

  private seat(turn: Turn): void {
    this.inUse += turn.seats;
    this.dispatched += 1;
    this.executing?.add(turn);
    this.noteDemand();
  }

  private noteDemand(): void {
    this.demand.change(this.inUse + this.wanted, this.nowMs());
  }

  private dispatch(): void {
    const { queues } = this;
    if (queues === undefined) return;
    for (let turn = queues.first(); turn !== undefined && this.hasRoom(turn); turn = queues.first()) {
      queues.take();
      this.wanted -= turn.seats;
      this.seat(turn);
      turn.onCalled();
    }
  }
}
