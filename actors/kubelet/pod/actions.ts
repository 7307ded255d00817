/** The actions that the chart of a pod names. */
import type { PodEvent } from "./events.js";
import type { PodContext } from "./machine.js";

interface Args {
  readonly context: PodContext;
  readonly event: PodEvent;
  readonly self: { send(event: PodEvent): void };
}

const tell =
  (self: Args["self"]) =>
  (event: PodEvent): void =>
    self.send(event);

export const report = ({ context }: Args) => context.work.pod.report();
/** What changes while a pod ends is soon followed by its last status, and is written with it if that is soon enough. */
export const reportSoon = ({ context }: Args) => context.work.pod.report({ mayWait: true });
export const takeUpdate = ({ context, event }: Args) => {
  if (event.type === "pod.updated") context.work.takeUpdate(event.pod);
};
export const restartChanged = ({ context }: Args) => context.work.containers.restartChanged();
export const noteGone = ({ context }: Args) => {
  context.work.pod.gone = true;
};

export const recallContainers = ({ context }: Args) => context.work.pod.recallContainers();
export const reject = ({ context }: Args) => context.work.reject();
export const rejectBySelector = ({ context, event }: Args) => {
  if (event.type === "node.read") context.work.reject(event.labels);
};
export const readNode = ({ context, self }: Args) => context.work.readNode(tell(self));
export const watchDeadline = ({ context, self }: Args) => context.work.watchDeadline(tell(self));
export const forgetDeadline = ({ context }: Args) => context.work.forgetDeadline();
export const noteDeadlinePassed = ({ context }: Args) => context.work.failForDeadline();

export const mountVolumes = ({ context }: Args) => context.work.mountVolumes();
export const noteVolumes = ({ context, event }: Args) => {
  if (event.type === "volumes.mounted") context.work.pod.volumes = event.paths;
};

export const readRuntimeClass = ({ context, self }: Args) => context.work.readRuntimeClass(tell(self));
export const noteRuntimeHandler = ({ context, event }: Args) => {
  if (event.type === "runtimeClass.read") context.work.pod.runtimeHandler = event.handler;
};
export const makeSandbox = ({ context, self }: Args) => context.work.makeSandbox(tell(self));
export const reportSandboxRefused = ({ context, event }: Args) => {
  if (event.type === "sandbox.refused" || event.type === "runtimeClass.absent") context.work.reportSandboxRefused(event.message);
};
export const readSandbox = ({ context, event, self }: Args) => {
  if (event.type === "sandbox.made") context.work.readSandbox(event.sandboxId, tell(self));
};
export const findSandbox = ({ context, self }: Args) => context.work.findSandbox(tell(self));
export const noteSandbox = ({ context, event }: Args) => {
  if (event.type !== "sandbox.found") return;
  const { pod } = context.work;
  const { id, ip, state, metadata } = event.sandbox;
  pod.sandboxId = id;
  pod.podIp = ip;
  pod.sandboxAttempt = metadata.attempt;
  pod.sandboxReady = state === "SANDBOX_READY";
};
export const rememberEnded = ({ context, event }: Args) => {
  if (event.type === "sandbox.found") context.work.containers.rememberEnded(event.containers);
};
export const adoptVolumes = ({ context }: Args) => context.work.adoptVolumes();
export const adoptContainers = ({ context, event }: Args) => {
  if (event.type === "sandbox.found") context.work.containers.adopt(event.containers);
};
export const startNextInit = ({ context }: Args) => context.work.containers.startNextInit();
export const startEphemeral = ({ context }: Args) => context.work.containers.startEphemeral();
export const considerResize = ({ context }: Args) => context.work.pod.considerResize();
export const startMains = ({ context }: Args) => context.work.containers.startMains();
export const abandonContainers = ({ context }: Args) => context.work.containers.abandon();
export const nextSandbox = ({ context }: Args) => {
  const { pod } = context.work;
  pod.sandboxAttempt += 1;
  pod.sandboxId = "";
  pod.podIp = "";
};

export const beginTermination = ({ context }: Args) => context.work.containers.beginTermination();
export const stopMains = ({ context }: Args) => context.work.containers.stopMains();
export const stopSidecar = ({ context }: Args) => context.work.containers.stopSidecar();
export const hurry = ({ context }: Args) => context.work.containers.hurry();
export const stopSandbox = ({ context, self }: Args) => context.work.stopSandbox(tell(self));
export const noteSandboxStopped = ({ context }: Args) => {
  context.work.pod.sandboxReady = false;
};
export const removeVolumes = ({ context, self }: Args) => context.work.removeVolumes(tell(self));
export const noteFinished = ({ context }: Args) => context.work.finish();
export const deleteFromApi = ({ context, self }: Args) => context.work.deleteFromApi(tell(self));
export const removeSandbox = ({ context, self }: Args) => context.work.removeSandbox(tell(self));
