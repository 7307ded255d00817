/** Lifecycle hooks of a container. Source: "Container Lifecycle Hooks". */
import { secondsInMs } from "../../../src/api/go-duration.js";
import type { LifecycleHandler } from "../../../src/api/types.js";
import { runcMessages } from "../../runc/messages.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";
import { targetOf } from "../probe/target.js";
import type { ContainerRecord } from "./record.js";

/** An answer with a bad status code is an answer: an HTTP hook fails only when nobody answers. */
const isAnswer = (message: string): boolean => message.startsWith("HTTP probe failed with statuscode");

/** Runs a hook for at most so long; `onEnded` is told, later, why it failed. */
export function runHook(
  kubelet: Kubelet,
  pod: PodHandle,
  record: ContainerRecord,
  hook: LifecycleHandler,
  timeoutMs: number,
  onEnded: (error?: string) => void,
): void {
  if (hook.sleep !== undefined) {
    kubelet.host.clock.after(
      Math.min(secondsInMs(hook.sleep.seconds), timeoutMs),
      kubelet.host.bind(() => onEnded()),
    );
    return;
  }
  const target = targetOf(hook, record.spec, pod.sandboxId, timeoutMs);
  if (target.kind === "refused") onEnded(target.message);
  else if (target.kind === "exec") {
    const request = { containerId: record.containerId, command: target.command, timeoutMs };
    kubelet.ask(runcMessages.execSync, request, (outcome) => {
      if (!outcome.ok) onEnded(outcome.error.message);
      else if (outcome.reply.exitCode !== 0)
        onEnded(`command '${target.command.join(" ")}' exited with ${outcome.reply.exitCode}: ${outcome.reply.stderr}`);
      else onEnded();
    });
  } else {
    kubelet.ask(runcMessages.probe, target.request, (outcome) => {
      if (!outcome.ok) onEnded(outcome.error.message);
      else if (outcome.reply.success || isAnswer(outcome.reply.message)) onEnded();
      else onEnded(outcome.reply.message);
    });
  }
}
