/**
 * The queues of one priority level: each flow is dealt a hand of them and joins the shortest, so that a flow that floods
 * meets few others in all of its queues (shuffle sharding); of the queues, the one that has been served least is next.
 */
import { hash32 } from "../../../src/actor/random.js";

export interface Queued {
  readonly seats: number;
}

interface Queue<Item> {
  readonly waiting: Item[];
  /** In units of service: when its first item's turn is, if every queue were served equally. */
  start: number;
}

export interface QueuingConfiguration {
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

/** Different numbers below `queues`, the same for the same flow. */
export function hand(flow: string, { queues, handSize }: Pick<QueuingConfiguration, "queues" | "handSize">): number[] {
  const dealt: number[] = [];
  for (let card = 0; card < Math.min(handSize, queues); card += 1) {
    let number = hash32(flow, card) % (queues - card);
    // Counts only cards that have not been dealt.
    for (const taken of [...dealt].sort((a, b) => a - b)) if (number >= taken) number += 1;
    dealt.push(number);
  }
  return dealt;
}

export class Queues<Item extends Queued> {
  private queues: Queue<Item>[];
  /** The turn of the item that was taken last. */
  private virtualTime = 0;
  size = 0;

  constructor(private configuration: QueuingConfiguration) {
    this.queues = Array.from({ length: configuration.queues }, () => ({ waiting: [], start: 0 }));
  }

  /** Other bounds; who waits in a queue that is no more waits in the last one. */
  reconfigure(configuration: QueuingConfiguration): void {
    const kept = this.queues.slice(0, configuration.queues);
    while (kept.length < configuration.queues) kept.push({ waiting: [], start: this.virtualTime });
    for (const { waiting } of this.queues.slice(configuration.queues)) kept.at(-1)?.waiting.push(...waiting);
    this.queues = kept;
    this.configuration = configuration;
  }

  /** Which queue it joined, and how long that is now; undefined when the flow's shortest queue is full. */
  join(flow: string, item: Item): { readonly queue: number; readonly length: number } | undefined {
    let best: Queue<Item> | undefined;
    let bestNumber = -1;
    for (const number of hand(flow, this.configuration)) {
      const queue = this.queues[number]!;
      if (best !== undefined && queue.waiting.length >= best.waiting.length) continue;
      best = queue;
      bestNumber = number;
    }
    if (best === undefined || best.waiting.length >= this.configuration.queueLengthLimit) return undefined;
    if (best.waiting.length === 0) best.start = Math.max(best.start, this.virtualTime);
    best.waiting.push(item);
    this.size += 1;
    return { queue: bestNumber, length: best.waiting.length };
  }

  /** Every queue by its number: who waits in it, and when its next turn is. */
  get all(): ReadonlyArray<{ readonly waiting: readonly Item[]; readonly start: number }> {
    return this.queues;
  }

  /** False when it waits in no queue. */
  leave(item: Item): boolean {
    for (const { waiting } of this.queues) {
      const at = waiting.indexOf(item);
      if (at === -1) continue;
      waiting.splice(at, 1);
      this.size -= 1;
      return true;
    }
    return false;
  }

  /** Whose turn it is; it stays in its queue. */
  first(): Item | undefined {
    return this.next()?.waiting[0];
  }

  take(): void {
    const queue = this.next();
    const item = queue?.waiting.shift();
    if (queue === undefined || item === undefined) return;
    this.size -= 1;
    this.virtualTime = Math.max(this.virtualTime, queue.start);
    queue.start += item.seats;
  }

  private next(): Queue<Item> | undefined {
    let next: Queue<Item> | undefined;
    for (const queue of this.queues) {
      if (queue.waiting.length > 0 && (next === undefined || queue.start < next.start)) next = queue;
    }
    return next;
  }
}
