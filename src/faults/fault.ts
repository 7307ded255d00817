/** A fault at an exact message: which delivery, before or after it, and who is killed. */
import type { Simulation } from "../sim/simulation.js";
import type { Address } from "../wire/address.js";
import type { Envelope } from "../wire/envelope.js";

export interface Fault {
  /** Counted from the moment at which deliveries are first watched, from 0. */
  readonly delivery: number;
  readonly when: "before" | "after";
  readonly victim: Address;
}

export interface Delivery {
  readonly index: number;
  readonly from: Address;
  readonly to: Address;
  readonly kind: Envelope["kind"];
  readonly name: string;
}

export const faultText = ({ delivery, when, victim }: Fault): string => `${victim} is killed ${when} delivery ${delivery}`;

/** Watches every delivery from now on, and kills the victim at its moment. Two runs of one seed are equal until then. */
export function inject(simulation: Simulation, fault: Fault | undefined): Delivery[] {
  const deliveries: Delivery[] = [];
  const strike = (when: Fault["when"]) => {
    if (fault !== undefined && fault.when === when && fault.delivery === deliveries.length - 1) simulation.kill(fault.victim);
  };
  simulation.faults = {
    beforeDelivery: ({ from, kind, name }, to) => {
      deliveries.push({ index: deliveries.length, from, to, kind, name });
      strike("before");
    },
    afterDelivery: () => strike("after"),
  };
  return deliveries;
}
