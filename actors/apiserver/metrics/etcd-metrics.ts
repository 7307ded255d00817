/** What an API server counts of its requests to etcd. */
import { prefixOf } from "../watch-cache/stored-object.js";
import { resourceOf } from "./cache-metrics.js";
import type { Counter, Distribution, Histogram, Registry } from "./registry.js";

/** Seconds. */
const bounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

/** Requests of one operation about one resource. */
interface Series {
  readonly labels: readonly [operation: string, type: string];
  readonly durations: Distribution;
}

export class EtcdMetrics {
  private readonly durations: Histogram;
  private readonly errors: Counter;
  private readonly series = new Map<string, Series>();
  private readonly lists: Readonly<Record<"lists" | "fetched" | "evaluated" | "returned", Counter>>;
  /** Bytes that the store takes; undefined: it did not say. */
  storageBytes: number | undefined;

  constructor(
    registry: Registry,
    private readonly nowMs: () => number,
  ) {
    const labels = ["operation", "type"];
    this.durations = registry.histogram(
      "etcd_request_duration_seconds",
      "Seconds from a request to etcd to its answer.",
      labels,
      bounds,
    );
    this.errors = registry.counter("etcd_request_errors_total", "Requests to etcd that failed.", labels);
    registry.tell("counter", "etcd_requests_total", "Requests to etcd that were answered.", () =>
      Array.from(this.series.values(), ({ labels: [operation, type], durations }) => ({
        labels: { operation, type },
        value: durations.count,
      })),
    );
    const ofLists = (name: string, help: string): Counter =>
      registry.counter(`apiserver_storage_list_${name}`, help, ["resource"]);
    this.lists = {
      lists: ofLists("total", "Lists that were read from etcd."),
      fetched: ofLists("fetched_objects_total", "Objects that were read from etcd for lists."),
      evaluated: ofLists("evaluated_objects_total", "Objects from etcd that were looked at for lists."),
      returned: ofLists("returned_objects_total", "Objects that lists from etcd had."),
    };
    registry.tell("gauge", "apiserver_storage_size_bytes", "Bytes that etcd's files take.", () =>
      this.storageBytes === undefined ? [] : [{ labels: { storage_cluster_id: "etcd-0" }, value: this.storageBytes }],
    );
  }

  /** A request about the key or prefix goes out to etcd; what is returned is to be called when it is answered. */
  asked(operation: "create" | "update" | "delete" | "list", key: string): (ok: boolean) => void {
    const series = this.seriesOf(operation, prefixOf(key) ?? key);
    const askedMs = this.nowMs();
    return (ok) => {
      series.durations.observe((this.nowMs() - askedMs) / 1_000);
      if (!ok) this.errors.of(...series.labels).value += 1;
    };
  }

  /** A list of what lies below the prefix was read from etcd. */
  listed(prefix: string, { fetched, evaluated, returned }: Readonly<Record<"fetched" | "evaluated" | "returned", number>>): void {
    const resource = resourceOf(prefix);
    this.lists.lists.of(resource).value += 1;
    this.lists.fetched.of(resource).value += fetched;
    this.lists.evaluated.of(resource).value += evaluated;
    this.lists.returned.of(resource).value += returned;
  }

  private seriesOf(operation: string, prefix: string): Series {
    const name = `${operation} ${prefix}`;
    const known = this.series.get(name);
    if (known !== undefined) return known;
    const labels = [operation, resourceOf(prefix)] as const;
    const made = { labels, durations: this.durations.of(...labels) };
    this.series.set(name, made);
    return made;
  }
}
