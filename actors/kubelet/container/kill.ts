/** Why the kubelet stops a container of its own accord. */
import type { Kill } from "./events.js";
import type { ContainerContext } from "./machine.js";

/** Why a container is stopped that goes against one of its own checks. */
export function killOf({ work }: ContainerContext, check: "startupProbe" | "livenessProbe" | "postStart"): Kill {
  const { record, pod } = work;
  const own = check === "postStart" ? undefined : record.spec[check]?.terminationGracePeriodSeconds;
  const graceSeconds = Number(own ?? pod.pod.spec?.terminationGracePeriodSeconds ?? 30);
  const failed = check === "startupProbe" ? "startup" : "liveness";
  const message =
    check === "postStart" ? "FailedPostStartHook" : `Container ${record.name} failed ${failed} probe, will be restarted`;
  return { message, graceSeconds, afterwards: "as its policy says" };
}
