/** Errors of a runtime, in containerd's words. */
import { type DriverError, driverFailed, type ProbeTarget } from "./driver.js";

type Failed = { readonly ok: false; readonly error: DriverError };

/** What containerd says of an image that no registry has. */
export const imageNotFound = (reference: string): string =>
  `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`;

export const containerNotFound = (id: string): Failed =>
  driverFailed("ContainerNotFound", `an error occurred when try to find container "${id}": not found`);

export const notRunning = (state: string): Failed =>
  driverFailed("InvalidState", `container is in ${state === "stopped" ? "CONTAINER_EXITED" : "CONTAINER_CREATED"} state`);

/** A grpc probe that found nobody, in the kubelet's words. */
export const grpcUnreachable = ({ podIP, port, timeoutMs }: ProbeTarget): string =>
  `timeout: failed to connect service "${podIP}:${port}" within ${timeoutMs / 1000}s: context deadline exceeded`;
