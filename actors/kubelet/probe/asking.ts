/** How a probe asks the runtime, and what it says about a container that does not answer as it should. */
import type { Probe } from "../../../src/api/types.js";
import { runcMessages } from "../../runc/messages.js";
import { kubeletLimits } from "../configuration.js";
import type { ContainerRecord } from "../container/record.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";
import { targetOf } from "./target.js";

export type ProbeKind = "startup" | "liveness" | "readiness";

/** `unknown`: the runtime could not be asked, which says nothing about the container. */
export type ProbeResult =
  | { readonly kind: "success" }
  | { readonly kind: "failure"; readonly message: string }
  | { readonly kind: "unknown"; readonly message: string };

export interface ProbeOf {
  readonly kubelet: Kubelet;
  readonly pod: PodHandle;
  readonly record: ContainerRecord;
  readonly kind: ProbeKind;
  readonly spec: Probe;
}

const titles: Readonly<Record<ProbeKind, string>> = { startup: "Startup", liveness: "Liveness", readiness: "Readiness" };

const cut = (output: string): string => output.slice(0, kubeletLimits.probeOutputBytes);

const failure = (message: string): ProbeResult => ({ kind: "failure", message: cut(message) });

/** Asks once. The callback comes later, or at once when there is nothing to ask. */
export function probeOnce({ kubelet, pod, record, kind, spec }: ProbeOf, onResult: (result: ProbeResult) => void): void {
  const timeoutMs = (spec.timeoutSeconds ?? 1) * 1000;
  const target = targetOf(spec, record.spec, pod.sandboxId, timeoutMs);
  if (target.kind === "refused") {
    onResult(failure(target.message));
  } else if (target.kind === "exec") {
    const request = { containerId: record.containerId, command: target.command, timeoutMs };
    kubelet.ask(runcMessages.execSync, request, (outcome) => {
      if (!outcome.ok)
        onResult(
          outcome.error.code === "rejected"
            ? failure(outcome.error.message)
            : { kind: "unknown", message: outcome.error.message },
        );
      else if (outcome.reply.exitCode === 0) onResult({ kind: "success" });
      else onResult(failure(outcome.reply.stdout + outcome.reply.stderr));
    });
  } else {
    kubelet.ask(runcMessages.probe, target.request, (outcome) => {
      if (!outcome.ok) onResult({ kind: "unknown", message: outcome.error.message });
      else if (!outcome.reply.success) onResult(failure(outcome.reply.message));
      else {
        // What a healthy container's probe has to say is a warning.
        const { message } = outcome.reply;
        if (message !== "")
          kubelet.record(pod.pod, "Warning", "ProbeWarning", `${titles[kind]} probe warning: ${cut(message)}`, record);
        onResult({ kind: "success" });
      }
    });
  }
}

/** The event that each failed probe causes. */
export function reportUnhealthy({ kubelet, pod, record, kind }: ProbeOf, message: string): void {
  kubelet.record(pod.pod, "Warning", "Unhealthy", `${titles[kind]} probe failed: ${message}`, record);
}
