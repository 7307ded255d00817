/**
 * Runs charts as roots of their own, beside each other rather than below a parent: starting one costs the same
 * however many there are. A finished chart is dropped; a chart that throws takes its component down.
 */
import { type Actor, type AnyStateMachine, createActor, type InputFrom, type InspectionEvent } from "xstate";
import { TransientMap } from "../wire/transient-map.js";
import type { Clock } from "./host.js";
import { stateName } from "./trace.js";
import { noteTransitions } from "./transitions-seen.js";

/** What a registry of charts tells its component. */
export interface ChartObserver {
  transition(chart: string, event: string, from: string, to: string): void;
  failed(chart: string, error: unknown): void;
}

export interface ChartOptions<Machine extends AnyStateMachine> {
  /** Unique in its component while it lives: `pod default/nginx`. */
  readonly id: string;
  readonly input: InputFrom<Machine>;
  /** Told once the chart has reached a final state. */
  readonly onDone?: () => void;
}

/** The part of XState's actor system through which everything passes that it tells an inspector. */
interface InspectedSystem {
  _sendInspectionEvent(inspection: InspectionEvent): void;
}

export class Charts {
  private readonly running = new TransientMap<string, Actor<AnyStateMachine>>();
  private readonly states = new TransientMap<string, string>();
  private readonly clock: { setTimeout(callback: () => void, delayMs: number): unknown; clearTimeout(timer: unknown): void };

  constructor(
    clock: Clock,
    private readonly observer: ChartObserver,
  ) {
    this.clock = {
      setTimeout: (callback, delayMs) => clock.after(delayMs, callback),
      clearTimeout: (timer) => clock.cancel(timer),
    };
  }

  start<Machine extends AnyStateMachine>(machine: Machine, options: ChartOptions<Machine>): Actor<Machine> {
    const { id, onDone } = options;
    if (this.running.has(id)) throw new Error(`chart "${id}" runs already`);
    const actor = createActor(machine, {
      id,
      input: options.input,
      clock: this.clock,
      inspect: (event: InspectionEvent) => this.inspected(id, event),
    } as Parameters<typeof createActor<Machine>>[1]);
    this.inspectCheaply(id, actor);
    this.running.set(id, actor as Actor<AnyStateMachine>);
    actor.subscribe({
      complete: () => {
        this.forget(id);
        onDone?.();
      },
      error: (error) => {
        this.forget(id);
        this.observer.failed(id, error);
      },
    });
    actor.start();
    return actor;
  }

  get(id: string): Actor<AnyStateMachine> | undefined {
    return this.running.get(id);
  }

  /** Name and state of every running chart, in the order they were started. */
  list(): Array<{ id: string; machine: string; state: string }> {
    return this.running.entries().map(([id, actor]) => ({
      id,
      machine: actor.logic.id,
      state: stateName(actor.getSnapshot().value),
    }));
  }

  /** Ends a chart without letting it finish. */
  stop(id: string): void {
    const actor = this.running.get(id);
    this.forget(id);
    actor?.stop();
  }

  stopAll(): void {
    for (const id of this.running.keys().reverse()) this.stop(id);
  }

  private forget(id: string): void {
    this.running.delete(id);
    this.states.delete(id);
  }

  /**
   * From its start on, a chart tells of its microsteps only, and in the object that it made: XState would tell of every event,
   * action and snapshot too, each in a copy, which costs as much as the transitions themselves.
   */
  private inspectCheaply(id: string, actor: { readonly system: object }): void {
    const system = actor.system as InspectedSystem;
    system._sendInspectionEvent = (inspection) => {
      if (inspection.type === "@xstate.microstep") this.inspected(id, inspection);
    };
  }

  private inspected(id: string, inspection: InspectionEvent): void {
    if (inspection.type !== "@xstate.microstep") return;
    noteTransitions(inspection);
    const snapshot = inspection.snapshot as { value?: unknown };
    if (snapshot.value === undefined) return;
    const to = stateName(snapshot.value);
    const from = this.states.get(id) ?? "";
    if (to === from) return;
    this.states.set(id, to);
    this.observer.transition(id, inspection.event.type, from, to);
  }
}
