/**
 * What is told of the server itself and of its metrics. https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/,
 * https://kubernetes.io/docs/concepts/cluster-administration/system-metrics/#metric-lifecycle
 */
import type { Registry } from "./registry.js";

type Stage = "" | "ALPHA" | "BETA";

/** Features of Kubernetes 1.33 that an API server has a part in, with their stage (none: there for good), as they are here. */
const features: ReadonlyArray<readonly [name: string, stage: Stage, enabled: boolean]> = [
  ["APIServerIdentity", "BETA", true],
  ["AnonymousAuthConfigurableEndpoints", "BETA", false],
  ["CBORServingAndStorage", "ALPHA", false],
  ["ComponentFlagz", "ALPHA", false],
  ["ComponentStatusz", "ALPHA", false],
  ["ConsistentListFromCache", "BETA", true],
  ["CoordinatedLeaderElection", "BETA", false],
  ["CustomResourceFieldSelectors", "", true],
  ["InPlacePodVerticalScaling", "BETA", true],
  ["JobBackoffLimitPerIndex", "", true],
  ["JobSuccessPolicy", "", true],
  ["MultiCIDRServiceAllocator", "", true],
  ["MutatingAdmissionPolicy", "ALPHA", true],
  ["OrderedNamespaceDeletion", "BETA", true],
  ["RetryGenerateName", "", true],
  ["ServiceAccountTokenNodeBinding", "", true],
  ["ServiceTrafficDistribution", "", true],
  ["SidecarContainers", "", true],
  ["StorageVersionAPI", "ALPHA", false],
  ["StrictCostEnforcementForVAP", "", true],
  ["StrictCostEnforcementForWebhooks", "", true],
  ["UnknownVersionInteroperabilityProxy", "ALPHA", false],
];

/** Names that Kubernetes promises to keep, and those that it is about to promise; what else there is may go. */
const stable: ReadonlySet<string> = new Set([
  "apiserver_admission_controller_admission_duration_seconds",
  "apiserver_admission_step_admission_duration_seconds",
  "apiserver_admission_webhook_admission_duration_seconds",
  "apiserver_current_inflight_requests",
  "apiserver_longrunning_requests",
  "apiserver_request_duration_seconds",
  "apiserver_request_total",
  "apiserver_requested_deprecated_apis",
  "apiserver_response_sizes",
  "apiserver_storage_objects",
  "apiserver_storage_size_bytes",
  "kubernetes_healthcheck",
  "kubernetes_healthchecks_total",
]);
const beta: ReadonlySet<string> = new Set([
  "apiserver_cel_compilation_duration_seconds",
  "apiserver_cel_evaluation_duration_seconds",
  "apiserver_flowcontrol_current_executing_requests",
  "apiserver_flowcontrol_current_executing_seats",
  "apiserver_flowcontrol_current_inqueue_requests",
  "apiserver_flowcontrol_dispatched_requests_total",
  "apiserver_flowcontrol_nominal_limit_seats",
  "apiserver_flowcontrol_rejected_requests_total",
  "apiserver_flowcontrol_request_wait_duration_seconds",
  "apiserver_validating_admission_policy_check_duration_seconds",
  "apiserver_validating_admission_policy_check_total",
  "disabled_metrics_total",
  "hidden_metrics_total",
  "kubernetes_feature_enabled",
  "registered_metrics_total",
]);

const levelOf = (name: string): string => (stable.has(name) ? "STABLE" : beta.has(name) ? "BETA" : "ALPHA");

export function tellInstrumentation(registry: Registry): void {
  registry.tell("gauge", "kubernetes_feature_enabled", "1 for each feature that is on, by its stage.", () =>
    features.map(([name, stage, enabled]) => ({ labels: { name, stage }, value: enabled ? 1 : 0 })),
  );
  registry.tell("counter", "registered_metrics_total", "Metrics that there are, by how long their names are to be kept.", () =>
    ["ALPHA", "BETA", "STABLE"].map((level) => ({
      labels: { deprecated_version: "", stability_level: level },
      value: registry.names.filter((name) => levelOf(name) === level).length,
    })),
  );
  const nothing = [{ value: 0 }];
  registry.tell("counter", "hidden_metrics_total", "Metrics that are there and not told.", () => nothing);
  registry.tell("counter", "disabled_metrics_total", "Metrics that were left out at the start.", () => nothing);
}
