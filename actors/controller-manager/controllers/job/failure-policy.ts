/**
 * What the failure of a pod means for its Job, where the Job has a policy for it.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy
 */
import type { ContainerStatus, Job, Pod, PodFailurePolicyOnExitCodesRequirement } from "../../../../src/api/types.js";

type Action = "FailJob" | "FailIndex" | "Ignore" | "Count";

export interface FailureMeaning {
  readonly action: Action;
  /** Why the Job fails, for FailJob. */
  readonly message: string;
}

const counted: FailureMeaning = { action: "Count", message: "" };

const matchesExitCode = (exitCode: number, { operator, values }: PodFailurePolicyOnExitCodesRequirement): boolean =>
  exitCode !== 0 && (operator === "In" ? values.includes(exitCode) : !values.includes(exitCode));

/** The container whose exit code a rule is about. */
function exited({ status }: Pod, requirement: PodFailurePolicyOnExitCodesRequirement): ContainerStatus | undefined {
  const { containerName } = requirement;
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].find(
    ({ name, state }) =>
      (containerName === undefined || containerName === name) &&
      state?.terminated !== undefined &&
      matchesExitCode(state.terminated.exitCode, requirement),
  );
}

/** What the first rule that matches says; a failure that no rule is about counts. */
export function meaningOf(job: Job, pod: Pod): FailureMeaning {
  const { namespace, name } = pod.metadata;
  for (const [index, { action, onExitCodes, onPodConditions = [] }] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const rule = `matching ${action} rule at index ${index}`;
    if (onExitCodes !== undefined) {
      const container = exited(pod, onExitCodes);
      if (container === undefined) continue;
      const exitCode = container.state?.terminated?.exitCode;
      const message = `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${exitCode} ${rule}`;
      return { action: action as Action, message };
    }
    const condition = onPodConditions.find((pattern) =>
      pod.status?.conditions?.some(({ type, status }) => type === pattern.type && status === pattern.status),
    );
    if (condition === undefined) continue;
    return { action: action as Action, message: `Pod ${namespace}/${name} has condition ${condition.type} ${rule}` };
  }
  return counted;
}

/** Whether the failure of a pod is one of the Job's failures. */
export const isCounted = (job: Job, pod: Pod): boolean => meaningOf(job, pod).action !== "Ignore";
