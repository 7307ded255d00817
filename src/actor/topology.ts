/**
 * Who is linked to whom: a star around each API server, with etcd linked to every API server and every API server to
 * every other. An actor is attached to one API server; the three of a node move together when theirs goes away.
 */
import { type Address, nodeOf, type Role, roleOf } from "../wire/address.js";

export type LinkPair = readonly [Address, Address];

export class Topology {
  private readonly up = new Set<Address>();
  /** By unit: a node's name for its three actors, an actor's own address for the others. */
  private readonly attachment = new Map<string, Address>();

  constructor(private readonly apiservers: readonly Address[]) {}

  /** An actor has started; returns the links to open now. */
  started(actor: Address): LinkPair[] {
    this.up.add(actor);
    if (roleOf(actor) === "apiserver") return this.linksOfApiserver(actor);
    if (everywhere.has(roleOf(actor))) return this.living().map((apiserver) => [apiserver, actor]);
    const apiserver = this.attach(unitOf(actor));
    return apiserver === undefined ? [] : [[apiserver, actor]];
  }

  /** An actor has ended; returns the links to open for those that moved to another API server. */
  ended(actor: Address): LinkPair[] {
    this.up.delete(actor);
    if (roleOf(actor) !== "apiserver" || this.living().length === 0) return [];
    const moved = [...this.attachment].filter(([, apiserver]) => apiserver === actor).map(([unit]) => unit);
    for (const unit of moved) this.attachment.delete(unit);
    return [...this.up]
      .filter((each) => moved.includes(unitOf(each)))
      .flatMap((each) => this.linkTo(this.attach(unitOf(each)), each));
  }

  /** The API server that an actor is attached to. */
  apiserverOf(actor: Address): Address | undefined {
    return this.attachment.get(unitOf(actor));
  }

  /** Puts an actor's unit on the given API server; returns the links to open. */
  move(actor: Address, apiserver: Address): LinkPair[] {
    this.attachment.set(unitOf(actor), apiserver);
    if (!this.up.has(apiserver)) return [];
    return [...this.up].filter((each) => unitOf(each) === unitOf(actor)).map((each) => [apiserver, each]);
  }

  private linksOfApiserver(actor: Address): LinkPair[] {
    const links: LinkPair[] = [];
    for (const other of this.up) {
      if (other === actor) continue;
      if (everywhere.has(roleOf(other))) links.push([actor, other]);
      else if (this.attach(unitOf(other)) === actor) links.push([actor, other]);
    }
    return links;
  }

  /** Where a unit is attached: where it was, or the living API server with the fewest units. */
  private attach(unit: string): Address | undefined {
    const current = this.attachment.get(unit);
    if (current !== undefined && (this.up.has(current) || this.living().length === 0))
      return this.up.has(current) ? current : undefined;
    const least = this.living().reduce<Address | undefined>(
      (best, each) => (best === undefined || this.unitsOf(each) < this.unitsOf(best) ? each : best),
      undefined,
    );
    if (least !== undefined) this.attachment.set(unit, least);
    return least;
  }

  private unitsOf(apiserver: Address): number {
    return [...this.attachment.values()].filter((each) => each === apiserver).length;
  }

  private living(): Address[] {
    return this.apiservers.filter((each) => this.up.has(each));
  }

  private linkTo(apiserver: Address | undefined, actor: Address): LinkPair[] {
    return apiserver === undefined ? [] : [[apiserver, actor]];
  }
}

/** Linked with every API server: the store behind them, they themselves, and whoever drives the cluster. */
const everywhere: ReadonlySet<Role> = new Set(["etcd", "apiserver", "user"]);

const unitOf = (actor: Address): string => nodeOf(actor) ?? actor;
