/** What an election does on the wire; its chart says when. */
import { statusOf } from "../../../actors/apiserver/messages.js";
import type { Lease } from "../../api/types.js";
import type { Outcome } from "../../wire/errors.js";
import { type ApiAnswer, type ApiRead, type ApiWrite, askApiserver } from "../api-requests.js";
import type { Host } from "../host.js";
import { claimed, holds, isFree, released, type Sighting, sighted } from "./lease.js";

export type OnAnswer = (outcome: Outcome<ApiAnswer>) => void;

export class Ballot {
  private sighting: Sighting | undefined;

  constructor(
    private readonly host: Host,
    private readonly name: string,
    readonly identity: string,
  ) {}

  get isFree(): boolean {
    return this.sighting !== undefined && isFree(this.sighting, this.identity, this.host.clock.monotonicMs());
  }

  /** The lease is there, and another's. */
  get isAnothers(): boolean {
    return this.sighting !== undefined && !holds(this.sighting.lease, this.identity);
  }

  get lease(): Lease | undefined {
    return this.sighting?.lease;
  }

  create(onAnswer: OnAnswer): void {
    const object = claimed(this.name, undefined, this.identity, this.host.clock.nowMs());
    this.ask({ verb: "create", path: leases, object }, onAnswer);
  }

  read(onAnswer: OnAnswer): void {
    this.ask({ verb: "get", path: this.path }, onAnswer);
  }

  claim(onAnswer: OnAnswer): void {
    const object = claimed(this.name, this.sighting?.lease, this.identity, this.host.clock.nowMs());
    this.ask({ verb: "update", path: this.path, object }, onAnswer);
  }

  release(onAnswer: OnAnswer): void {
    const object = released(this.sighting?.lease as Lease, this.host.clock.nowMs());
    this.ask({ verb: "update", path: this.path, object }, onAnswer);
  }

  private get path() {
    return { ...leases, name: this.name };
  }

  private ask(request: ApiRead | ApiWrite, onAnswer: OnAnswer): void {
    askApiserver(this.host, request, (outcome) => {
      if (outcome.ok) this.see(outcome.reply.object as Lease);
      else if (statusOf(outcome.error)?.code === 404) this.sighting = undefined;
      onAnswer(outcome);
    });
  }

  private see(lease: Lease): void {
    this.sighting = sighted(lease, this.sighting, this.host.clock.monotonicMs());
  }
}

const leases = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-system" };
