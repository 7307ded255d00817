/** What the driver says, in the words of the Container Runtime Interface. */
import { type WireError, wireError } from "../../src/wire/errors.js";
import type { ContainerRecord, ContainerSpec, DriverError, ImageRecord, SandboxRecord } from "./io/driver.js";
import type { ContainerConfig, ContainerState, ContainerStatus, Image, PodSandboxStatus } from "./messages.js";

const states: Readonly<Record<ContainerRecord["state"], ContainerState>> = {
  creating: "CONTAINER_UNKNOWN",
  created: "CONTAINER_CREATED",
  running: "CONTAINER_RUNNING",
  stopped: "CONTAINER_EXITED",
};

/** What kubelets show as imageID: the digest where there is one. */
export const imageRefOf = (image: ImageRecord): string => image.repoDigest || image.id;

export function containerStatus(record: ContainerRecord): ContainerStatus {
  const { spec, exit } = record;
  return {
    id: spec.id,
    podSandboxId: spec.sandboxId,
    name: spec.name,
    attempt: spec.attempt,
    state: states[record.state],
    image: record.image.reference,
    imageId: imageRefOf(record.image),
    createdAtMs: record.createdAtMs,
    startedAtMs: record.startedAtMs,
    finishedAtMs: exit?.finishedAtMs ?? 0,
    exitCode: exit?.exitCode ?? 0,
    reason: exit?.reason ?? "",
    message: exit?.message ?? "",
    mappedPorts: record.ports
      .filter((mapping) => mapping.mappedPort !== mapping.port || mapping.address !== mapping.podIP)
      .map((mapping) => ({ containerPort: mapping.port, hostPort: mapping.mappedPort })),
  };
}

export function sandboxStatus(record: SandboxRecord): PodSandboxStatus {
  return {
    id: record.id,
    metadata: { name: record.name, namespace: record.namespace, uid: record.uid, attempt: record.attempt },
    state: record.state === "ready" ? "SANDBOX_READY" : "SANDBOX_NOTREADY",
    createdAtMs: record.createdAtMs,
    ip: record.podIP,
  };
}

export const imageStatus = (record: ImageRecord): Image => ({
  repoTags: [record.reference],
  id: imageRefOf(record),
  sizeBytes: record.sizeBytes,
  simulated: record.simulated,
  ...(record.uid === undefined ? {} : { uid: record.uid }),
});

export function containerSpec(id: string, sandboxId: string, config: ContainerConfig): ContainerSpec {
  return {
    id,
    sandboxId,
    name: config.name,
    attempt: config.attempt,
    image: config.image,
    command: config.command,
    args: config.args,
    workingDir: config.workingDir,
    env: config.envs.map(({ key, value }) => ({ name: key, value })),
    mounts: config.mounts,
    memoryLimitBytes: config.memoryLimitBytes,
    ports: config.ports.map(({ containerPort, protocol }) => ({
      containerPort,
      protocol: protocol === "UDP" || protocol === "SCTP" ? protocol : "TCP",
    })),
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    terminationMessage: config.terminationMessage,
    security: config.security,
  };
}

/** A driver's error as it goes to the kubelet: `details` has the driver's reason, and the exit code of a failed start. */
export function rejected(error: DriverError): WireError {
  const details = error.exitCode === undefined ? { reason: error.reason } : { reason: error.reason, exitCode: error.exitCode };
  return wireError("rejected", error.message, details);
}
