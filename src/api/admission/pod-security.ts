/**
 * Pod Security: pods that a namespace's labels do not allow are refused, told of in the audit log or warned of; templates of
 * workloads are warned of, since what comes of them will be refused; and a namespace whose rules become stricter warns of
 * the pods that break them. Nothing is exempt. https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
import type { CronJob, Namespace, ObjectMeta, Pod, PodSpec, PodTemplateSpec } from "../generated/types.js";
import { semanticEqual } from "../json-value.js";
import type { CheckedPod } from "../pod-security/check.js";
import { detailsText, findingsOf, reasonsText } from "../pod-security/evaluate.js";
import { compareLevels, isPrivileged, type LevelVersion, levelText, type Policy, policyOf } from "../pod-security/policy.js";
import { fail, invalid, type Result, succeed } from "../status.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  type AdmissionTarget,
  type ClusterView,
  forbidden,
  noRemarks,
  type Remarks,
} from "./plugin.js";

/** Of annotations in the audit log. */
const annotationPrefix = "pod-security.kubernetes.io/";

const templated = new Set([
  "/replicationcontrollers",
  "/podtemplates",
  "apps/replicasets",
  "apps/deployments",
  "apps/statefulsets",
  "apps/daemonsets",
  "batch/jobs",
  "batch/cronjobs",
]);

/** The parts of a pod through which containers come in or change. */
const podParts = new Set(["", "ephemeralcontainers", "resize"]);

const isPods = ({ group, resource }: AdmissionTarget): boolean => group === "" && resource === "pods";
const isNamespaces = ({ group, resource }: AdmissionTarget): boolean => group === "" && resource === "namespaces";

/** The pod that a workload makes; undefined when it has no template. */
function templateOf({ object }: AdmissionRequest): CheckedPod | undefined {
  const { template, spec } = object as { template?: PodTemplateSpec; spec?: { template?: PodTemplateSpec } };
  const ofCronJob = (object as CronJob).spec?.jobTemplate?.spec?.template;
  const found = template ?? spec?.template ?? ofCronJob;
  return found?.spec === undefined ? undefined : checked(found.metadata ?? {}, found.spec);
}

const checked = (metadata: ObjectMeta, spec: PodSpec | undefined): CheckedPod => ({ metadata, spec: spec ?? { containers: [] } });

const checkedPod = ({ metadata, spec }: Pod): CheckedPod => checked(metadata, spec);

const wouldViolate = (of: LevelVersion, pod: CheckedPod): string | undefined => {
  const findings = findingsOf(of, pod);
  return findings.length === 0 ? undefined : `would violate PodSecurity "${levelText(of)}": ${detailsText(findings)}`;
};

/** Audit annotations and warnings for what may be written. */
function remarksOn(policy: Policy, pod: CheckedPod, annotations: Map<string, string>): Remarks {
  const audited = wouldViolate(policy.audit, pod);
  if (audited !== undefined) annotations.set(`${annotationPrefix}audit-violations`, audited);
  const warned = wouldViolate(policy.warn, pod);
  return { auditAnnotations: annotations, warnings: warned === undefined ? [] : [warned] };
}

const annotationKeys = (name: string): string[] => [`container.seccomp.security.alpha.kubernetes.io/${name}`];

/** Whether an update changes anything that the checks look at. */
function isSignificant(pod: Pod, old: Pod): boolean {
  const differ = (field: "containers" | "initContainers" | "ephemeralContainers"): boolean =>
    (pod.spec?.[field] ?? []).some((container) => {
      const before = (old.spec?.[field] ?? []).find(({ name }) => name === container.name);
      if (before === undefined || !semanticEqual(before.securityContext, container.securityContext)) return true;
      return annotationKeys(container.name).some((key) => old.metadata.annotations?.[key] !== pod.metadata.annotations?.[key]);
    });
  const sameNumber = (field: "containers" | "initContainers"): boolean =>
    (pod.spec?.[field]?.length ?? 0) === (old.spec?.[field]?.length ?? 0);
  if (!sameNumber("containers") || !sameNumber("initContainers")) return true;
  return differ("containers") || differ("initContainers") || differ("ephemeralContainers");
}

function validatePod(request: AdmissionRequest, policy: Policy): Result<Remarks> {
  const pod = request.object as Pod;
  if (request.operation === "UPDATE" && !isSignificant(pod, request.old as Pod)) return noRemarks();
  const findings = findingsOf(policy.enforce, checkedPod(pod));
  if (findings.length > 0) {
    return fail(forbidden(request, `violates PodSecurity "${levelText(policy.enforce)}": ${detailsText(findings)}`));
  }
  return succeed(remarksOn(policy, checkedPod(pod), new Map([[`${annotationPrefix}enforce-policy`, levelText(policy.enforce)]])));
}

/** As many pods of a namespace are looked at when its rules change, as Kubernetes looks at. */
const podsMost = 3_000;

/** What the pods that run in a namespace break of its new rules: pods with the same faults in one line. */
function existingViolations(namespace: string, enforce: LevelVersion, pods: readonly Pod[]): string[] {
  const violators = new Map<string, string[]>();
  for (const pod of pods.slice(0, podsMost)) {
    const findings = findingsOf(enforce, checkedPod(pod));
    if (findings.length === 0) continue;
    const reasons = reasonsText(findings);
    violators.set(reasons, [...(violators.get(reasons) ?? []), pod.metadata.name ?? ""]);
  }
  if (violators.size === 0) return [];
  const lines = [...violators].map(([reasons, names]) => {
    const [first = "", ...others] = names.sort();
    if (others.length === 0) return `${first}: ${reasons}`;
    return `${first} (and ${others.length} other ${others.length === 1 ? "pod" : "pods"}): ${reasons}`;
  });
  const head = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${levelText(enforce)}"`;
  return [head, ...lines.sort()];
}

function validateNamespace(request: AdmissionRequest, cluster: ClusterView): Result<Remarks> {
  const namespace = request.object as Namespace;
  const name = namespace.metadata.name ?? "";
  const { policy, errors } = policyOf(namespace.metadata.labels);
  const before = request.old === undefined ? undefined : policyOf(request.old.metadata.labels);
  if (errors.length > 0 && !semanticEqual(errors, before?.errors ?? [])) {
    return fail(invalid({ group: "", kind: "Namespace" }, name, errors));
  }
  if (before === undefined) return noRemarks();
  const { enforce } = policy;
  const old = before.policy.enforce;
  if (enforce.level === "privileged") return noRemarks();
  if (enforce.version === old.version && compareLevels(enforce.level, old.level) <= 0) return noRemarks();
  return succeed({ warnings: existingViolations(name, enforce, cluster.list<Pod>("", "pods", name)) });
}

function validateTemplate(request: AdmissionRequest, policy: Policy): Result<Remarks> {
  const pod = isPrivileged(policy, ["audit", "warn"]) ? undefined : templateOf(request);
  return pod === undefined ? noRemarks() : succeed(remarksOn(policy, pod, new Map()));
}

export const podSecurity: AdmissionPlugin = {
  name: "PodSecurity",
  concerns: (target) => {
    const { operation, group, resource, subresource } = target;
    if (operation !== "CREATE" && operation !== "UPDATE") return false;
    if (isPods(target)) return podParts.has(subresource);
    return subresource === "" && (isNamespaces(target) || templated.has(`${group}/${resource}`));
  },
  validate: (request, cluster) => {
    if (isNamespaces(request)) return validateNamespace(request, cluster);
    const { policy } = policyOf(cluster.get<Namespace>("", "namespaces", "", request.namespace)?.metadata.labels);
    if (isPrivileged(policy)) return noRemarks();
    return isPods(request) ? validatePod(request, policy) : validateTemplate(request, policy);
  },
};
