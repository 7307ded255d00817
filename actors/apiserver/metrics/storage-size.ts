import type { Host } from "../../../src/actor/host.js";
import type { Outcome } from "../../../src/wire/errors.js";
import { etcdMessages, type StatusReply } from "../../etcd/messages.js";
import { etcdOf } from "../watch-cache/etcd-link.js";
import type { EtcdMetrics } from "./etcd-metrics.js";

/** Asks etcd how much its files take, when somebody asks for the metrics; goes on also when it does not say. */
export function measureStorage(host: Host, metrics: EtcdMetrics, onMeasured: () => void): void {
  const told = (bytes: number | undefined): void => {
    metrics.storageBytes = bytes;
    onMeasured();
  };
  const etcd = etcdOf(host);
  if (etcd === undefined) {
    told(undefined);
    return;
  }
  const onOutcome = (outcome: Outcome<StatusReply>): void =>
    told(outcome.ok ? outcome.reply.logBytes + outcome.reply.snapshotBytes : undefined);
  host.wire.call(etcd, etcdMessages.status, {}, { onOutcome });
}
