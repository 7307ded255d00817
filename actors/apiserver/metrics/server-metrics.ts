/** Everything that an API server tells at /metrics, by the names that kube-apiserver and Prometheus' clients use. */
import { checksOf } from "../http/health.js";
import { versionInfo } from "../http/version.js";
import type { ProcessFigures } from "../io/io.js";
import type { HealthCheck } from "../request.js";
import type { WatchCache } from "../watch-cache/cache.js";
import { AdmissionMetrics } from "./admission-metrics.js";
import { tellCache } from "./cache-metrics.js";
import { EtcdMetrics } from "./etcd-metrics.js";
import { FrontMetrics } from "./front-metrics.js";
import { tellInstrumentation } from "./instrumentation.js";
import { type Counter, Registry } from "./registry.js";
import { RequestMetrics } from "./request-metrics.js";

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
  readonly front: FrontMetrics;
  /** Of every request: their series are found once. */
  readonly authentications: Readonly<Record<"success" | "failure", { value: number }>>;
  readonly authorizations: Readonly<Record<"allowed" | "refused", { value: number }>>;
  private readonly checks: Counter;
  readonly etcd: EtcdMetrics;

  constructor({ readiness, cache, nowMs, figures }: MetricSources) {
    const { registry } = this;
    this.requests = new RequestMetrics(registry, nowMs);
    this.admission = new AdmissionMetrics(registry);
    this.front = new FrontMetrics(registry);
    const authentications = registry.counter("authentication_attempts", "Times that it was found out who asks.", ["result"]);
    this.authentications = { success: authentications.of("success"), failure: authentications.of("failure") };
    const authorizations = registry.counter("authorization_attempts_total", "Times that it was decided whether he may.", [
      "result",
    ]);
    this.authorizations = { allowed: authorizations.of("allowed"), refused: authorizations.of("no-opinion") };
    this.checks = registry.counter("kubernetes_healthchecks_total", "Health checks that were made for who asked for them.", [
      "name",
      "status",
      "type",
    ]);
    this.etcd = new EtcdMetrics(registry, nowMs);
    for (const each of [registry, this.indicators]) tellHealth(each, readiness);
    tellCache(registry, cache);
    tellBuild(registry);
    tellInstrumentation(registry);
    tellProcess(registry, figures);
  }

  /** Health checks were made for who asked for them. */
  healthChecked(type: string, checks: readonly HealthCheck[]): void {
    for (const { name, problem } of checks) this.checks.of(name, problem === undefined ? "success" : "error", type).value += 1;
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
