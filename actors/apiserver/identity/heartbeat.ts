/**
 * An API server says that it lives: it renews a Lease of its own every ten seconds, and makes it where it is missing.
 * https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity
 */
import { rfc3339Micro } from "../../../src/actor/host.js";
import { identityOf, newIdentityLease, renewedIdentityLease } from "../../../src/api/apiserver-identity.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { ownUser } from "../access/users.js";
import type { Keeper, Next } from "../keeping/keeper.js";
import { whenCached } from "../keeping/when-cached.js";
import type { Server } from "../server.js";
import { knownLease, leasesPath } from "./leases.js";

const intervalMs = 10_000;
/** API servers that were started together do not renew together for long. */
const jitter = 0.04;

const by = { user: ownUser, fieldManager: "kube-apiserver", options: {} } as const;

export class Heartbeat implements Keeper {
  private readonly hostname: string;
  private readonly uuid: string;
  /** By the monotonic clock. */
  private dueMs: number;

  constructor(private readonly server: Server) {
    const { host } = server;
    this.hostname = host.address.replace("/", "-");
    this.uuid = host.ids.uuid();
    this.dueMs = host.clock.monotonicMs();
  }

  get next(): Next {
    const forMs = this.dueMs - this.server.host.clock.monotonicMs();
    return forMs > 0 ? { type: "wait", forMs } : { type: "write" };
  }

  /** Nobody else has a say in it: what happened to the Lease is seen when it is renewed. */
  follow(): void {}

  look(): void {}

  write(onEnded: (type: "written" | "failed") => void): void {
    const { host, cache } = this.server;
    const name = identityOf(this.hostname);
    const known = knownLease(cache, name);
    const renewTime = rfc3339Micro(host.clock.nowMs());
    const ended = whenCached(this.server, (type) => {
      if (type === "written") this.dueMs = host.clock.monotonicMs() + intervalMs * (1 + jitter * host.random.next());
      onEnded(type);
    });
    if (known === undefined) {
      const body = newIdentityLease(this.hostname, this.uuid, renewTime) as UntypedObject;
      this.server.run({ ...by, verb: "create", path: leasesPath, body }, ended);
    } else {
      const body = renewedIdentityLease(known, this.hostname, renewTime) as UntypedObject;
      this.server.run({ ...by, verb: "update", path: { ...leasesPath, name }, body }, ended);
    }
  }

  /** There is nothing to be done beside writing. */
  work(): void {}
  leave(): void {}
  tookTooLong(): void {}
}
