/**
 * Which container of a pod a request for logs, exec or attach means, which sandbox one for a port, or why none can serve it.
 * The texts are those of Kubernetes, because clients and people search for them.
 */
import { type ApiError, badRequest, genericFailure, notFound } from "../../../src/api/status.js";
import type { ContainerRecord } from "../container/record.js";
import type { PodHandle } from "../pod/handle.js";

export type Chosen<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ApiError };

const chosen = <T>(value: T): Chosen<T> => ({ ok: true, value });
const refused = (error: ApiError): Chosen<never> => ({ ok: false, error });

const names = (records: readonly ContainerRecord[]): string => `[${records.map(({ name }) => name).join(" ")}]`;

export const podNotFound = (pod: string): ApiError => notFound({ group: "", resource: "pods" }, pod);

/** The container of that name, or the only one when none is named. */
export function chooseContainer(records: readonly ContainerRecord[], pod: string, container?: string): Chosen<ContainerRecord> {
  if (container !== undefined && container !== "") {
    const named = records.find(({ name }) => name === container);
    return named === undefined ? refused(badRequest(`container ${container} is not valid for pod ${pod}`)) : chosen(named);
  }
  const mains = records.filter(({ role }) => role === "main");
  const init = records.filter(({ role }) => role === "init" || role === "sidecar");
  if (mains.length === 1) return chosen(mains[0]!);
  const others = init.length === 0 ? "" : ` or one of the init containers: ${names(init)}`;
  return refused(badRequest(`a container name must be specified for pod ${pod}, choose one of: ${names(mains)}${others}`));
}

/** Id in the runtime of the attempt whose log is meant. */
export function loggedContainer(record: ContainerRecord, pod: string, previous: boolean): Chosen<string> {
  const { name, state, last } = record;
  const subject = `container "${name}" in pod "${pod}"`;
  if (previous) {
    return last === undefined || last.containerId === ""
      ? refused(badRequest(`previous terminated ${subject} not found`))
      : chosen(last.containerId);
  }
  if (state.kind === "running") return chosen(record.containerId);
  const ended = state.kind === "terminated" && state.containerId !== "" ? state : last;
  if (ended !== undefined && ended.containerId !== "") return chosen(ended.containerId);
  if (state.kind === "terminated") return refused(badRequest(`${subject} is terminated`));
  const why = new Map([
    ["ErrImagePull", "image can't be pulled"],
    ["ImagePullBackOff", "trying and failing to pull image"],
  ]).get(state.reason);
  return refused(badRequest(`${subject} is waiting to start: ${why ?? state.reason}`));
}

/** Id in the runtime of a container that runs, for exec and attach. */
export function runningContainer(record: ContainerRecord): Chosen<string> {
  if (record.state.kind === "running") return chosen(record.containerId);
  return refused(genericFailure(500, "InternalError", `container not found ("${record.name}")`));
}

/** Id in the runtime of the sandbox whose ports are meant. */
export function forwardedSandbox(
  pod: PodHandle | undefined,
  { namespace, pod: name }: { readonly namespace: string; readonly pod: string },
): Chosen<string> {
  if (pod === undefined) return refused(genericFailure(404, "NotFound", `pod not found ("${name}_${namespace}")`));
  if (pod.sandboxReady) return chosen(pod.sandboxId);
  const message =
    pod.sandboxId === "" ? `failed to find sandbox for pod "${name}"` : `sandbox container "${pod.sandboxId}" is not running`;
  return refused(genericFailure(500, "InternalError", message));
}
