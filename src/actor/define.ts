import type { AnyStateMachine } from "xstate";
import type { Role } from "../wire/address.js";
import type { MessageTable } from "../wire/declare.js";
import type { Host } from "./host.js";

/** What a component's chart is started with. `Io` is where it touches the world, real or simulated. */
export interface ComponentInput<Io> {
  readonly host: Host;
  readonly io: Io;
}

/** One of the seven components: what it accepts, and the chart that it is. */
export interface ActorDefinition<Io> {
  readonly role: Role;
  readonly messages: MessageTable;
  /**
   * Takes a `ComponentInput<Io>`. It hears its declared messages as events (`Incoming`), `link.up` and `link.down`, and
   * `stop`, after which it finishes: a final state ends the component in order.
   */
  readonly machine: AnyStateMachine;
  /** Only there to carry the type of the I/O. */
  readonly __io?: Io;
}

export const defineActor = <Io>(definition: ActorDefinition<Io>): ActorDefinition<Io> => definition;

/** Asks a component to end in order. */
export interface StopEvent {
  readonly type: "stop";
}
