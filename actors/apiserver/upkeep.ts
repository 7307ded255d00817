/**
 * What an API server does by the clock: tells watchers how far they are, gives priority levels the seats that they want, and
 * has etcd forget what is older than five minutes, as kube-apiserver does. Of several API servers the one that says so first compacts.
 */
import type { Outcome } from "../../src/wire/errors.js";
import { etcdMessages } from "../etcd/messages.js";
import { TokenTracking } from "./access/tokens/tracking.js";
import type { Server } from "./server.js";
import { setUpInBulk } from "./setup/start-bulk.js";
import { upkeepMachine } from "./upkeep-machine.js";
import { etcdOf, rejectionOf } from "./watch-cache/etcd-link.js";

export class Upkeep {
  /** The revision at the last compaction interval: what was current then is forgotten next. */
  private previous = 0n;

  private keeping = false;

  private readonly tracking: TokenTracking;

  constructor(private readonly server: Server) {
    this.tracking = new TokenTracking(server);
  }

  keepTracking(): void {
    this.tracking.keep();
  }

  lendSeats(): void {
    this.server.flowControl.lendSeats();
  }

  /** Flow schemas and priority levels that were deleted or changed come back; where that is under way, the next time. */
  keepFairness(): void {
    if (this.keeping) return;
    const wanted = this.server.flowControl.toBeKept();
    if (wanted.length === 0) return;
    this.keeping = true;
    setUpInBulk(this.server, "fairness", wanted, () => {
      this.keeping = false;
    });
  }

  bookmark(): void {
    this.server.cache.bookmark();
  }

  compact(): void {
    const { host, cache } = this.server;
    const etcd = etcdOf(host);
    const revision = this.previous;
    this.previous = cache.revision;
    if (etcd === undefined || revision === 0n) return;
    const onOutcome = (outcome: Outcome<unknown>): void => {
      // Another API server may have been first.
      if (outcome.ok || rejectionOf(outcome.error)?.reason === "compacted") cache.forgottenBefore = revision;
      else host.note(`etcd did not compact at ${revision}: ${outcome.error.message}`);
    };
    host.wire.call(etcd, etcdMessages.compact, { revision }, { onOutcome });
  }
}

export function startUpkeep(server: Server): void {
  server.host.charts.start(upkeepMachine, { id: "upkeep", input: { upkeep: new Upkeep(server) } });
}
