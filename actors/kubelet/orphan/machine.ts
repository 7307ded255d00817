/** A sandbox whose pod is no longer in the API: it is stopped and removed, however often the runtime has to be asked. */
import { setup } from "xstate";
import { runcMessages } from "../../runc/messages.js";
import { kubeletTimings as timings } from "../configuration.js";
import type { Kubelet } from "../kubelet.js";

interface OrphanInput {
  readonly kubelet: Kubelet;
  readonly sandboxId: string;
  readonly podUid: string;
}
type OrphanEvent = { type: "stopped" } | { type: "removed" } | { type: "runtime.lost" };

export const orphanMachine = setup({
  types: { context: {} as OrphanInput, events: {} as OrphanEvent, input: {} as OrphanInput },
  actions: {
    stopSandbox: ({ context, self }) =>
      context.kubelet.ask(runcMessages.stopPodSandbox, { podSandboxId: context.sandboxId }, ({ ok }) =>
        self.send({ type: ok ? "stopped" : "runtime.lost" }),
      ),
    removeSandbox: ({ context, self }) =>
      context.kubelet.ask(runcMessages.removePodSandbox, { podSandboxId: context.sandboxId }, ({ ok }) =>
        self.send({ type: ok ? "removed" : "runtime.lost" }),
      ),
    removeVolumes: ({ context: { kubelet, podUid } }) =>
      kubelet.io.volumes.removePod(
        podUid,
        kubelet.host.bind((error?: string) => {
          if (error !== undefined) kubelet.host.note(`removing the volumes of pod ${podUid}: ${error}`);
        }),
      ),
  },
  delays: { runtimeRetry: timings.runtimeRetryMs },
}).createMachine({
  id: "orphan",
  context: ({ input }) => input,
  initial: "stopping",
  states: {
    stopping: { entry: "stopSandbox", on: { stopped: "removing", "runtime.lost": "waitingToStop" } },
    waitingToStop: { after: { runtimeRetry: "stopping" } },
    removing: { entry: "removeSandbox", on: { removed: "removed", "runtime.lost": "waitingToRemove" } },
    waitingToRemove: { after: { runtimeRetry: "removing" } },
    removed: { type: "final", entry: "removeVolumes" },
  },
});
