/** What an API server says of itself when it is asked whether it is well. */
import type { HealthCheck } from "../request.js";

/**
 * What kube-apiserver calls the parts of its start, one check each: whoever asks whether a server is well asks for them by name.
 * Here one chart does all of them, so that they pass together. https://kubernetes.io/docs/reference/using-api/health-checks/#individual-health-checks
 */
const hooks = [
  "start-apiserver-admission-initializer",
  "generic-apiserver-start-informers",
  "priority-and-fairness-config-consumer",
  "priority-and-fairness-filter",
  "storage-object-count-tracker-hook",
  "start-apiextensions-informers",
  "start-apiextensions-controllers",
  "crd-informer-synced",
  "start-system-namespaces-controller",
  "start-cluster-authentication-info-controller",
  "start-kube-apiserver-identity-lease-controller",
  "start-kube-apiserver-identity-lease-garbage-collector",
  "start-legacy-token-tracking-controller",
  "rbac/bootstrap-roles",
  "scheduling/bootstrap-system-priority-classes",
  "priority-and-fairness-config-producer",
  "bootstrap-controller",
  "start-kubernetes-service-cidr-controller",
  "start-kube-aggregator-informers",
  "apiservice-status-local-available-controller",
  "apiservice-status-remote-available-controller",
  "apiservice-registration-controller",
  "apiservice-discovery-controller",
  "kube-apiserver-autoregistration",
  "apiservice-openapi-controller",
  "apiservice-openapiv3-controller",
];

const startChecks: readonly string[] = [...hooks.map((name) => `poststarthook/${name}`), "autoregister-completion"];

interface Condition {
  readonly hasEtcd: boolean;
  readonly hasCache: boolean;
  readonly hasStarted: boolean;
  readonly isStopping: boolean;
}

const unless = (holds: boolean, problem: string): string | undefined => (holds ? undefined : problem);

/** Every check, in the order in which they are told. */
export function serverChecks({ hasEtcd, hasCache, hasStarted, isStopping }: Condition): HealthCheck[] {
  const etcd = unless(hasEtcd, "etcd is not linked");
  const started = unless(hasStarted, "the API server has not started yet");
  return [
    // Nothing is buffered on the way to the log.
    { name: "log", problem: undefined },
    { name: "etcd", problem: etcd },
    { name: "etcd-readiness", problem: etcd, ofReadiness: true },
    { name: "informer-sync", problem: unless(hasCache, "the watch cache is empty"), ofReadiness: true },
    ...startChecks.map((name) => ({ name, problem: started })),
    { name: "shutdown", problem: unless(!isStopping, "the API server is shutting down"), ofReadiness: true },
  ];
}
