/** The actions that the chart of a container names: what it shows of itself, and what it asks for. */
import { goDuration } from "../backoff.js";
import type { ContainerEvent } from "./events.js";
import type { ContainerContext } from "./machine.js";
import { crashBackoffMs } from "./timing.js";

interface Args {
  readonly context: ContainerContext;
  readonly event: ContainerEvent;
  readonly self: { send(event: ContainerEvent): void };
}

const tell =
  (self: Args["self"]) =>
  (event: ContainerEvent): void =>
    self.send(event);

export const checkImage = ({ context, self }: Args) => context.work.checkImage(tell(self));
export const pull = ({ context, self }: Args) => context.work.pull(tell(self));
export const configure = ({ context, self }: Args) => context.work.configure(tell(self));
export const create = ({ context, self }: Args) => context.work.create(tell(self));
export const start = ({ context, self }: Args) => context.work.start(tell(self));
export const inspect = ({ context, self }: Args) => context.work.inspect(tell(self));
export const runPostStart = ({ context, self }: Args) => context.work.postStart(tell(self));
export const runPreStop = ({ context, self }: Args) => context.work.preStop(tell(self));
export const stop = ({ context, self }: Args) => context.work.stop(tell(self));
export const startStartupProbe = ({ context, self }: Args) => context.work.probes.startStartup(tell(self));
export const startOtherProbes = ({ context, self }: Args) => context.work.probes.startOthers(tell(self));
export const stopProbes = ({ context }: Args) => context.work.probes.stop();
export const stopStartupProbe = ({ context }: Args) => context.work.probes.stop(["startup"]);
export const tellChanged = ({ context }: Args) => context.work.changed();

export const noteImage = ({ context, event }: Args) => {
  if (event.type !== "image.present" && event.type !== "image.pulled") return;
  context.work.record.imageId = event.imageId;
  if (event.simulated) context.work.reportSimulated();
};
export const reportPresent = ({ context }: Args) => context.work.reportPresent();
export const reportPulled = ({ context, event }: Args) => {
  if (event.type === "image.pulled") context.work.reportPulled(event.sizeBytes);
};
export const noteCreated = ({ context, event }: Args) => {
  if (event.type === "created") context.work.noteCreated(event.containerId);
};
export const noteStarted = ({ context }: Args) => context.work.noteStarted();
export const noteStartRefused = ({ context, event }: Args) => {
  if (event.type === "start.refused") context.work.noteStartRefused(event.message);
};
export const refreshVolumes = ({ context }: Args) => context.work.refreshVolumes();
export const noteExit = ({ context, event }: Args) => {
  if (event.type === "exited") context.work.noteExit(event.status);
};
export const noteVanished = ({ context }: Args) => context.work.noteVanished();
export const adoptFound = ({ context, event }: Args) => {
  if (event.type === "found" || event.type === "adopt") context.work.adopt(event.attempts);
};
export const noteFoundExit = ({ context, event }: Args) => {
  if (event.type !== "found" && event.type !== "adopt") return;
  const newest = event.attempts.at(-1);
  if (newest?.state === "CONTAINER_EXITED") context.work.noteExit(newest);
  else context.work.noteVanished();
};
/** Without a readiness probe a container is ready as soon as it is up. */
export const noteUp = ({ context }: Args) => {
  const { record, probes } = context.work;
  record.started = true;
  if (!probes.hasReadiness) record.ready = true;
};
export const noteReadiness = ({ context, event }: Args) => {
  if (event.type === "readiness.changed") context.work.record.ready = event.ready;
};
export const setDeadline = ({ context }: Args) => {
  if (context.kill !== undefined) context.work.setDeadline(context.kill);
};
export const reportKilling = ({ context }: Args) => {
  if (context.kill !== undefined) context.work.event("Normal", "Killing", context.kill.message);
};
export const reportHookFailure = ({ context }: Args) =>
  context.work.event("Warning", "FailedPostStartHook", "PostStartHook failed");
export const reportPreStop = ({ context, event }: Args) => {
  if (event.type === "preStop.ended" && event.error !== undefined)
    context.work.event("Warning", "FailedPreStopHook", "PreStopHook failed");
};

/** Shows why the container waits, and reports it as an event where there is one. */
function show(context: ContainerContext, reason: string, message: string): void {
  context.work.record.waits(reason, message);
  context.work.changed();
}

export const showInvalidImageName = ({ context }: Args) => {
  const { image } = context.work;
  const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
  context.work.event("Warning", "InspectFailed", message);
  context.work.event("Warning", "Failed", "Error: InvalidImageName");
  show(context, "InvalidImageName", message);
};
export const showNeverPull = ({ context }: Args) => {
  const message = `Container image "${context.work.image}" is not present with pull policy of Never`;
  context.work.event("Warning", "ErrImageNeverPull", message);
  context.work.event("Warning", "Failed", "Error: ErrImageNeverPull");
  show(context, "ErrImageNeverPull", message);
};
export const showPullError = ({ context, event }: Args) => {
  if (event.type !== "image.refused") return;
  context.work.event("Warning", "Failed", `Failed to pull image "${context.work.image}": ${event.message}`);
  context.work.event("Warning", "Failed", `Error: ${event.reason}`);
  show(context, event.reason, event.message);
};
export const showPullBackOff = ({ context }: Args) => {
  const { record, image } = context.work;
  const back = `Back-off pulling image "${image}"`;
  const why = record.state.kind === "waiting" ? `: ${record.state.reason}: ${record.state.message ?? ""}` : "";
  context.work.event("Normal", "BackOff", back);
  context.work.event("Warning", "Failed", "Error: ImagePullBackOff");
  show(context, "ImagePullBackOff", back + why);
};
export const showConfigurationError = ({ context, event }: Args) => {
  if (event.type !== "configuration.failed") return;
  context.work.event("Warning", "Failed", `Error: ${event.message}`);
  show(context, "CreateContainerConfigError", event.message);
};
export const showCreateError = ({ context, event }: Args) => {
  if (event.type !== "create.refused") return;
  context.work.event("Warning", "Failed", `Error: ${event.message}`);
  show(context, "CreateContainerError", event.message);
};
export const showCrashLoop = ({ context }: Args) => {
  const { record, pod } = context.work;
  const { name, namespace, uid } = pod;
  context.work.event(
    "Warning",
    "BackOff",
    `Back-off restarting failed container ${record.name} in pod ${name}_${namespace}(${uid})`,
  );
  const delay = goDuration(crashBackoffMs(context.crashes));
  const message = `back-off ${delay} restarting failed container=${record.name} pod=${name}_${namespace}(${uid})`;
  show(context, "CrashLoopBackOff", message);
};
export const showLastExit = ({ context }: Args) => {
  const { record } = context.work;
  if (record.last !== undefined) record.state = record.last;
};
