/** The Leases of API servers that are gone: every API server looks for them when it starts and every hour, and deletes them. */
import { hasExpired } from "../../../src/api/apiserver-identity.js";
import type { Lease } from "../../../src/api/types.js";
import { ownUser } from "../access/users.js";
import type { Keeper, Next } from "../keeping/keeper.js";
import type { Server } from "../server.js";
import { identityLeases, leasesPath } from "./leases.js";

const intervalMs = 3_600_000;

export class ExpiredLeases implements Keeper {
  private expired: readonly Lease[];

  constructor(private readonly server: Server) {
    this.expired = this.found();
  }

  get next(): Next {
    return this.expired.length === 0 ? { type: "wait", forMs: intervalMs } : { type: "write" };
  }

  follow(): void {}

  look(): void {
    this.expired = this.found();
  }

  /** Deletes one, unless it was renewed meanwhile. That another API server was first is nothing to do twice. */
  write(onEnded: (type: "written" | "failed") => void): void {
    const [lease] = this.expired;
    if (lease === undefined) return;
    const { name = "", uid = "", resourceVersion = "" } = lease.metadata;
    const options = { preconditions: { uid, resourceVersion } };
    this.server.run({ verb: "delete", path: { ...leasesPath, name }, user: ownUser, options }, (outcome) =>
      onEnded(outcome.ok ? "written" : "failed"),
    );
  }

  /** There is nothing to be done beside writing. */
  work(): void {}
  leave(): void {}
  tookTooLong(): void {}

  private found(): readonly Lease[] {
    const nowMs = this.server.host.clock.nowMs();
    return identityLeases(this.server.cache).filter((lease) => hasExpired(lease, nowMs));
  }
}
