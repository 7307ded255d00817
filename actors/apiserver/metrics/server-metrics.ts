/** Everything that an API server tells at /metrics, by the names that kube-apiserver and Prometheus' clients use. */
import { checksOf } from "../http/health.js";
import { versionInfo } from "../http/version.js";
import type { ProcessFigures } from "../io/io.js";
import type { HealthCheck } from "../request.js";
import type { WatchCache } from "../watch-cache/cache.js";
import { prefixOf } from "../watch-cache/stored-object.js";
import { AdmissionMetrics } from "./admission-metrics.js";
import { type Counter, type Distribution, type Histogram, Registry } from "./registry.js";
import { RequestMetrics } from "./request-metrics.js";

/** Seconds. */
const etcdBounds = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

export interface MetricSources {
  readonly readiness: () => readonly HealthCheck[];
  readonly cache: WatchCache;
  readonly nowMs: () => number;
  readonly figures: () => ProcessFigures;
}

export class ServerMetrics {
  readonly registry = new Registry();
  /** What the service level is judged by: https://kubernetes.io/docs/reference/instrumentation/slis/ */
  readonly indicators = new Registry();
  readonly requests: RequestMetrics;
  readonly admission: AdmissionMetrics;
  /** By group, version and kind. */
  readonly watchEvents: Counter;
  private readonly etcdRequests: Histogram;
  private readonly etcdSeries = new Map<string, Distribution>();

  private readonly nowMs: () => number;

  constructor({ readiness, cache, nowMs, figures }: MetricSources) {
    const { registry } = this;
    this.nowMs = nowMs;
    this.requests = new RequestMetrics(registry, nowMs);
    this.admission = new AdmissionMetrics(registry);
    this.watchEvents = registry.counter("apiserver_watch_events_total", "Events that watches over HTTP were sent.", [
      "group",
      "version",
      "kind",
    ]);
    this.etcdRequests = registry.histogram(
      "etcd_request_duration_seconds",
      "Seconds from a request to etcd to its answer.",
      ["operation", "type"],
      etcdBounds,
    );
    for (const each of [registry, this.indicators]) tellHealth(each, readiness);
    tellCache(registry, cache);
    tellBuild(registry);
    tellProcess(registry, figures);
  }

  /** A request about the key or prefix goes out to etcd; what is returned is to be called when it is answered. */
  etcdAsked(operation: "create" | "update" | "delete" | "list", key: string): () => void {
    const prefix = prefixOf(key) ?? key;
    const name = `${operation} ${prefix}`;
    const series = this.etcdSeries.get(name) ?? this.etcdRequests.of(operation, resourceOf(prefix));
    this.etcdSeries.set(name, series);
    const askedMs = this.nowMs();
    return () => series.observe((this.nowMs() - askedMs) / 1_000);
  }
}

function tellHealth(registry: Registry, readiness: () => readonly HealthCheck[]): void {
  registry.tell("gauge", "kubernetes_healthcheck", "1 while a health check passes, 0 while it fails.", () => {
    const checks = readiness();
    return ["healthz", "livez", "readyz"].flatMap((type) =>
      checksOf(type, checks).map(({ name, problem }) => ({ labels: { name, type }, value: problem === undefined ? 1 : 0 })),
    );
  });
}

function tellCache(registry: Registry, cache: WatchCache): void {
  registry.tell("gauge", "apiserver_storage_objects", "Objects that are stored, by resource.", () =>
    Array.from(cache.resources(), ({ prefix, size }) => ({ labels: { resource: resourceOf(prefix) }, value: size })),
  );
  registry.tell(
    "gauge",
    "apiserver_watch_cache_resource_version",
    "The revision up to which the watch cache follows etcd.",
    () => [{ value: Number(cache.revision) }],
  );
  registry.tell(
    "gauge",
    "apiserver_registered_watchers",
    "Watches that follow the watch cache, over HTTP and of the cluster's own components.",
    () =>
      Array.from(cache.resources())
        .filter(({ watchers }) => watchers.size > 0)
        .map(({ prefix, watchers }) => ({ labels: { resource: resourceOf(prefix) }, value: watchers.size })),
  );
}

/** `/registry/apps/deployments/` is of `deployments.apps`. */
function resourceOf(prefix: string): string {
  const [group = "", resource = ""] = prefix.split("/").slice(2);
  return group === "core" ? resource : `${resource}.${group}`;
}

function tellBuild(registry: Registry): void {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = versionInfo;
  const labels = {
    major,
    minor,
    git_version: gitVersion,
    git_commit: gitCommit,
    git_tree_state: gitTreeState,
    build_date: buildDate,
    go_version: goVersion,
    compiler,
    platform,
  };
  registry.tell("gauge", "kubernetes_build_info", "Always 1; the labels say what runs.", () => [{ labels, value: 1 }]);
}

function tellProcess(registry: Registry, figures: () => ProcessFigures): void {
  const figure = (type: "counter" | "gauge", name: string, help: string, of: (figures: ProcessFigures) => number | undefined) =>
    registry.tell(type, name, help, () => {
      const value = of(figures());
      return value === undefined ? [] : [{ value }];
    });
  figure("counter", "process_cpu_seconds_total", "Seconds of processor time of the whole process.", (all) => all.cpuSeconds);
  figure("gauge", "process_start_time_seconds", "When the process began, in seconds since 1970.", (all) => all.startedAtSeconds);
  figure("gauge", "process_resident_memory_bytes", "Resident memory of the whole process.", (all) => all.residentBytes);
  figure("gauge", "process_virtual_memory_bytes", "Virtual memory of the whole process.", (all) => all.virtualBytes);
  figure("gauge", "process_open_fds", "File descriptors that the process has open.", (all) => all.openFiles);
  figure("gauge", "process_max_fds", "File descriptors that the process may have open.", (all) => all.filesMost);
  figure(
    "gauge",
    "nodejs_heap_size_used_bytes",
    "Bytes that live objects of this API server's thread take.",
    (all) => all.heapBytes,
  );
}
