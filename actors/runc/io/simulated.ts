/** runc's I/O in the simulation: one simulated runtime a node, which outlives the incarnations of its runc. */
import { epochMs } from "../../../src/sim/clock.js";
import type { EventQueue, Scheduled } from "../../../src/sim/event-queue.js";
import type { RuncIo } from "../machine.js";
import type { DriverClock } from "./simulated-driver.js";
import { SimulatedDriver } from "./simulated-driver.js";
import { SimulatedNetwork } from "./simulated-network.js";
import type { SimulatedRule } from "./simulated-rules.js";

export interface SimulatedRuntimeOptions {
  readonly rules?: readonly SimulatedRule[];
  readonly unknownImages?: "simulate" | "fail";
  /** Shared by the nodes of a cluster, so that they reach each other's pods. */
  readonly network?: SimulatedNetwork;
}

/** A runtime's clock is its machine's: it goes on when an actor dies. */
const machineClock = (queue: EventQueue): DriverClock => ({
  nowMs: () => epochMs + queue.nowMs,
  after: (delayMs, callback) => queue.after(delayMs, callback),
  cancel: (timer) => {
    if (timer !== undefined) queue.cancel(timer as Scheduled);
  },
});

/** The surroundings of one node's runc in a simulation. */
export function simulatedRunc(
  world: { readonly queue: EventQueue },
  options: SimulatedRuntimeOptions = {},
): { readonly driver: SimulatedDriver; io(): RuncIo } {
  const driver = new SimulatedDriver({
    clock: machineClock(world.queue),
    network: options.network ?? new SimulatedNetwork(),
    ...(options.rules === undefined ? {} : { rules: options.rules }),
    ...(options.unknownImages === undefined ? {} : { unknownImages: options.unknownImages }),
  });
  return { driver, io: () => ({ driver }) };
}
