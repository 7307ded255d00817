/** The bulk behind the controller manager's chart. */
import type { Host } from "../../src/actor/host.js";
import { standForElection } from "../../src/actor/leader-election/start.js";
import { Controllers } from "./controllers.js";
import type { ControllerManagerIo } from "./io/io.js";

export type ManagingEvent = { type: "election.won" } | { type: "election.lost" } | { type: "election.ended" };

export class Managing {
  private controllers: Controllers | undefined;
  private candidacy: { stop(): void } | undefined;

  constructor(
    private readonly host: Host,
    private readonly io: ControllerManagerIo,
    private readonly tell: (event: ManagingEvent) => void,
  ) {}

  prepare(): void {
    this.controllers = new Controllers(this.host, this.io);
  }

  standForElection(): void {
    this.candidacy = standForElection(this.host, {
      lease: "kube-controller-manager",
      component: "kube-controller-manager",
      onWon: () => this.tell({ type: "election.won" }),
      onLost: () => this.tell({ type: "election.lost" }),
      onEnded: () => this.tell({ type: "election.ended" }),
    });
  }

  startUrgent(): void {
    this.controllers?.startUrgent();
  }

  startPatient(): void {
    this.controllers?.startPatient();
  }

  stopControllers(): void {
    this.controllers?.stop();
  }

  withdraw(): void {
    this.candidacy?.stop();
  }
}
