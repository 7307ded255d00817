import type { ComponentInput } from "../../src/actor/define.js";
import type { Responder } from "../../src/wire/declare.js";
import { type Outcome, type WireError, wireError } from "../../src/wire/errors.js";
import { Database } from "./database.js";
import type { Disk, DiskFailure, OnDone } from "./io/disk.js";
import { leaseMachine } from "./lease-machine.js";
import { formatVersion } from "./log/entries.js";
import { Recovery, type StepResult } from "./log/recovery.js";
import { describeDamage } from "./log/scan.js";
import type { EtcdIncoming, StatusReply } from "./messages.js";
import { Store } from "./mvcc.js";
import { checkKey } from "./txn.js";
import { defaultUpkeepLimits, Upkeep, type UpkeepLimits } from "./upkeep.js";
import { upkeepMachine } from "./upkeep-machine.js";
import { watchMachine } from "./watch-machine.js";
import { WatchSession } from "./watch-session.js";

export interface EtcdIo {
  readonly disk: Disk;
  readonly upkeep?: Partial<UpkeepLimits>;
}

/** What the parts tell the chart. */
export type EtcdInner =
  | { readonly type: "recovery.stepped" }
  | { readonly type: "recovery.damaged"; readonly problem: string }
  | { readonly type: "disk.failed"; readonly failure: DiskFailure }
  | { readonly type: "frame.safe" }
  | { readonly type: "rotation.asked" }
  | { readonly type: "log.rotated" }
  | { readonly type: "leases.expired" }
  | { readonly type: "work.added" };

type Tell = (event: EtcdInner) => void;
type IncomingOf<Name extends EtcdIncoming["type"]> = Extract<EtcdIncoming, { type: Name }>;

const watchesMost = 10_000;
const upkeepId = "upkeep";
const leasesId = "leases";

/** The bulk of etcd behind its chart: the recovery while it opens, the database while it serves. */
export class EtcdService {
  private readonly store = new Store();
  private readonly recovery: Recovery;
  private openDatabase: Database | undefined;
  private readonly watchCharts = new Set<string>();
  private watchesOpened = 0;
  problem: string | undefined;

  constructor(
    private readonly input: ComponentInput<EtcdIo>,
    private readonly tell: Tell,
  ) {
    const { host, io } = input;
    this.recovery = new Recovery(io.disk, this.store, host.clock.monotonicMs());
  }

  get database(): Database {
    if (this.openDatabase === undefined) throw new Error("etcd serves before its log is read");
    return this.openDatabase;
  }

  list(): void {
    this.recovery.list(this.step);
  }
  readSnapshot(): void {
    this.recovery.readSnapshot(this.step);
  }
  readLog(): void {
    this.recovery.readLog(this.step);
  }
  repair(): void {
    this.recovery.repair(this.step);
  }

  private readonly step = (result: StepResult): void => {
    if (result.kind === "failed") this.tell({ type: "disk.failed", failure: result.failure });
    else if (result.kind === "damaged") this.tell({ type: "recovery.damaged", problem: describeDamage(result.damage) });
    else this.tell({ type: "recovery.stepped" });
  };

  /** The store is whole: begins to serve it, with the charts that look after it. */
  open(): void {
    const { host, io } = this.input;
    const { store, recovery } = this;
    for (const finding of recovery.findings) host.note(`etcd: ${finding}`);
    store.leases.renewAll(host.clock.monotonicMs());
    const database = new Database(host, store, io.disk, recovery.writer, recovery.logBytes);
    database.snapshotBytes = recovery.snapshotBytes;
    this.openDatabase = database;
    const limits = { ...defaultUpkeepLimits, ...io.upkeep };
    const monotonicMs = () => host.clock.monotonicMs();
    host.charts.start(upkeepMachine, {
      id: upkeepId,
      input: {
        upkeep: new Upkeep(database, io.disk, limits, monotonicMs),
        onWork: () => this.tell({ type: "work.added" }),
        askForRotation: () => this.tell({ type: "rotation.asked" }),
        onFailure: (failure) => this.tell({ type: "disk.failed", failure }),
      },
    });
    host.charts.start(leaseMachine, {
      id: leasesId,
      input: { leases: store.leases, monotonicMs, onExpired: () => this.tell({ type: "leases.expired" }) },
    });
  }

  commit(): void {
    this.database.commit(this.whenDone({ type: "frame.safe" }));
  }

  rotate(): void {
    this.database.log.rotate(this.whenDone({ type: "log.rotated" }));
  }

  rotated(): void {
    this.database.logBytes = 0;
    this.input.host.charts.get(upkeepId)?.send({ type: "log.rotated" });
  }

  range({ request, respond }: IncomingOf<"range">): void {
    answer(this.store.range(request), respond);
  }

  compact(event: IncomingOf<"compact">): void {
    this.input.host.charts.get(upkeepId)?.send({ type: "compact", request: event.request, respond: event.respond });
  }

  grantLease({ request, respond }: IncomingOf<"leaseGrant">): void {
    const { host } = this.input;
    // Positive, 63 bits, as etcd's.
    const id = request.id ?? BigInt(`0x${host.ids.hex(16)}`) >> 1n;
    this.database.grantLease(id, request.ttlSeconds, respond);
    host.charts.get(leasesId)?.send({ type: "lease.granted" });
  }

  keepLeaseAlive({ request, respond }: IncomingOf<"leaseKeepAlive">): void {
    const outcome = this.store.leases.renew(request.id, this.input.host.clock.monotonicMs());
    if (outcome.ok) respond.ok({ id: outcome.reply.id, ttlSeconds: outcome.reply.ttlSeconds });
    else respond.error(outcome.error);
  }

  tellTimeToLive({ request, respond }: IncomingOf<"leaseTimeToLive">): void {
    const lease = this.store.leases.find(request.id);
    if (!lease.ok) return respond.error(lease.error);
    const { id, ttlSeconds, expiresAtMs, keys } = lease.reply;
    const remainingSeconds = Math.max(0, Math.floor((expiresAtMs - this.input.host.clock.monotonicMs()) / 1000));
    respond.ok({ id, grantedSeconds: ttlSeconds, remainingSeconds, keys: [...keys].sort() });
  }

  endExpiredLeases(): void {
    for (const { id } of this.store.leases.expired(this.input.host.clock.monotonicMs())) this.database.revokeLease(id);
  }

  watch({ request, stream, from, fromIncarnation }: IncomingOf<"watch">): void {
    const wrong = checkKey(request.key);
    if (wrong !== undefined) return stream.end(wrong);
    if (this.watchCharts.size >= watchesMost) return stream.end(wireError("overloaded", "etcdserver: too many requests"));
    const { charts } = this.input.host;
    this.watchesOpened += 1;
    const id = `watch ${this.watchesOpened} of ${from}#${fromIncarnation} on ${request.key}`;
    this.watchCharts.add(id);
    const session = new WatchSession(this.store, this.database.sessions, stream, request);
    const chart = charts.start(watchMachine, { id, input: { session }, onDone: () => this.watchCharts.delete(id) });
    stream.listen({
      onChunk: ({ progress }) => chart.send({ type: "progress.requested", progress }),
      onDrain: () => chart.send({ type: "drained" }),
      onClosed: () => chart.send({ type: "closed" }),
    });
  }

  tellHash({ request, respond }: IncomingOf<"hash">): void {
    const { committed, compactRevision } = this.store;
    const asked = request.revision ?? 0n;
    const wrong = this.store.checkRevision(asked, committed);
    if (wrong !== undefined) return respond.error(wrong);
    const revision = asked === 0n ? committed : asked;
    respond.ok({ hash: this.database.hash(revision), revision, compactRevision });
  }

  status(state: string): StatusReply {
    const { store, openDatabase } = this;
    return {
      formatVersion,
      state,
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      revision: store.committed,
      compactRevision: store.compactRevision,
      keys: store.keys,
      leases: store.leases.size,
      watches: this.watchCharts.size,
      writesWaiting: openDatabase?.writesWaiting ?? 0,
      logBytes: openDatabase?.logBytes ?? this.recovery.logBytes,
      snapshotBytes: openDatabase?.snapshotBytes ?? this.recovery.snapshotBytes,
      syncs: openDatabase?.syncs ?? 0,
      writes: openDatabase?.writes ?? 0,
    };
  }

  /** Ends everybody who waits or watches. */
  endAll(error: WireError): void {
    const { charts } = this.input.host;
    this.openDatabase?.abandon(error);
    for (const id of [...this.watchCharts]) charts.get(id)?.send({ type: "store.ends", error });
  }

  private whenDone(event: EtcdInner): OnDone {
    return this.input.host.bind((failure?: DiskFailure) =>
      this.tell(failure === undefined ? event : { type: "disk.failed", failure }),
    );
  }
}

function answer<Reply>(outcome: Outcome<Reply>, respond: Responder<Reply>): void {
  if (outcome.ok) respond.ok(outcome.reply);
  else respond.error(outcome.error);
}
