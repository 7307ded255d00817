import { recordEvent, referenceTo } from "../events.js";
import type { Host } from "../host.js";
import { Ballot } from "./ballot.js";
import { electionMachine } from "./machine.js";

export interface Candidacy {
  /** Name of the Lease in kube-system: `kube-scheduler`. */
  readonly lease: string;
  /** Who reports that it leads, as source of the event. */
  readonly component: string;
  readonly onWon: () => void;
  /** Another leads now, or may soon: nothing may be written any more. */
  readonly onLost: () => void;
  /** The candidacy is over: after `stop`, and once the lease was given back. */
  readonly onEnded: () => void;
}

/**
 * Stands for an election over a Lease. A candidate is known by its address, so that an actor that was restarted takes its
 * own lease up again without waiting for it to run out. Send the chart `stop` to end it.
 */
export function standForElection(host: Host, candidacy: Candidacy): { stop(): void } {
  const { lease, component, onWon, onLost, onEnded } = candidacy;
  const ballot = new Ballot(host, lease, host.address);
  const won = () => {
    const held = ballot.lease;
    if (held !== undefined) {
      recordEvent(host, {
        involvedObject: referenceTo(held, "Lease", "coordination.k8s.io/v1"),
        type: "Normal",
        reason: "LeaderElection",
        message: `${ballot.identity} became leader`,
        component,
      });
    }
    onWon();
  };
  const chart = host.charts.start(electionMachine, {
    id: `leader election ${lease}`,
    input: { ballot, onWon: won, onLost },
    onDone: onEnded,
  });
  return { stop: () => chart.send({ type: "stop" }) };
}
