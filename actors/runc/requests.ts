/** What runc does for each word of CRI: find the chart that it is about, or answer from the table. */
import type { Host } from "../../src/actor/host.js";
import type { Incoming, Responder } from "../../src/wire/declare.js";
import { type WireError, wireError } from "../../src/wire/errors.js";
import { type ContainerChartEvent, containerChart, containerMachine } from "./container-machine.js";
import { type ExecChartInput, execMachine } from "./exec-machine.js";
import { forwardMachine } from "./forward-machine.js";
import { type ImageChartEvent, imageChart, imageMachine } from "./image-machine.js";
import { parseImageReference } from "./image-reference.js";
import type { ContainerRecord, DriverEvent, ImageRecord, RuntimeDriver, SandboxRecord, SandboxSpec } from "./io/driver.js";
import { logMachine } from "./log-machine.js";
import { type PodSandboxConfig, type runcMessages, runtimeHandlers } from "./messages.js";
import { type SandboxChartEvent, sandboxChart, sandboxMachine } from "./sandbox-machine.js";
import { containerSpec, containerStatus, imageStatus, sandboxStatus } from "./status.js";
import type { RuncTable } from "./table.js";

/** What the charts of one runc share. */
export interface RuncParts {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  readonly table: RuncTable;
}

export type RuncRequest = Incoming<typeof runcMessages>;

const idLength = 64;

const noSandbox = (id: string): WireError =>
  wireError("rejected", `an error occurred when try to find sandbox "${id}": not found`, { reason: "SandboxNotFound" });
const noContainer = (id: string): WireError =>
  wireError("rejected", `an error occurred when try to find container "${id}": not found`, { reason: "ContainerNotFound" });
const noRuntime = (handler: string): WireError =>
  wireError("rejected", `failed to get sandbox runtime: no runtime for "${handler}" is configured`, { reason: "NoSuchRuntime" });
const badImage = (image: string): WireError =>
  wireError("rejected", `couldn't parse image name "${image}": invalid reference format`, { reason: "InvalidImageName" });

/** Starts the charts of what the driver already has. A second listing, after one that stayed without an answer, finds some of them there. */
export function adoptSandboxes(parts: RuncParts, records: readonly SandboxRecord[]): void {
  for (const found of records) {
    const { state: _state, ...spec } = found;
    const id = sandboxChart(found.id);
    if (parts.host.charts.get(id) === undefined)
      parts.host.charts.start(sandboxMachine, { id, input: { ...parts, spec, found } });
  }
}
export function adoptImages(parts: RuncParts, records: readonly ImageRecord[]): void {
  for (const found of records) {
    const { reference } = found;
    const id = imageChart(reference);
    const input = { ...parts, image: reference, reference, found };
    if (parts.host.charts.get(id) === undefined) parts.host.charts.start(imageMachine, { id, input });
  }
}
export function adoptContainers(parts: RuncParts, records: readonly ContainerRecord[]): void {
  for (const found of records) {
    const { spec } = found;
    parts.host.charts.start(containerMachine, { id: containerChart(spec.id), input: { ...parts, spec, found } });
  }
}

/** Hands what the driver says of a container to that container's chart. */
export function runtimeEvent(parts: RuncParts, event: DriverEvent): void {
  const chart = parts.host.charts.get(containerChart(event.id));
  if (event.type === "started") chart?.send({ type: "started", startedAtMs: event.startedAtMs });
  else if (event.type === "exited") chart?.send({ type: "exited", exit: event.exit });
  else if (event.type === "portOpened") chart?.send({ type: "port opened", mapping: event.mapping });
  else parts.host.note(`${event.reason}: ${event.message}`);
}

export function refuse(request: RuncRequest, error: WireError): void {
  if ("respond" in request) request.respond.error(error);
  else request.stream.end(error);
}

type Handlers = {
  readonly [Name in RuncRequest["type"]]: (parts: RuncParts, message: Extract<RuncRequest, { type: Name }>) => void;
};

const handlers: Handlers = {
  runPodSandbox: (parts, { request, respond }) => runSandbox(parts, request, respond),
  // Stop and remove are said again by kubelets that do not know whether they were heard: gone already is fine.
  stopPodSandbox: (parts, { request, respond }) => {
    tellOr(parts, sandboxChart(request.podSandboxId), { type: "stop", respond }, () => respond.ok({}));
  },
  removePodSandbox: (parts, { request, respond }) => {
    tellOr(parts, sandboxChart(request.podSandboxId), { type: "remove", respond }, () => respond.ok({}));
  },
  podSandboxStatus: ({ table }, { request, respond }) => {
    const sandbox = table.sandboxes.get(request.podSandboxId);
    if (sandbox === undefined) respond.error(noSandbox(request.podSandboxId));
    else respond.ok(sandboxStatus(sandbox));
  },
  listPodSandbox: ({ table }, { respond }) => respond.ok({ items: [...table.sandboxes.values()].map(sandboxStatus) }),

  createContainer: (parts, { request, respond }) => {
    const { podSandboxId, config } = request;
    if (parts.table.sandboxes.get(podSandboxId)?.state !== "ready") {
      respond.error(noSandbox(podSandboxId));
      return;
    }
    const spec = containerSpec(parts.host.ids.hex(idLength), podSandboxId, config);
    parts.host.charts.start(containerMachine, { id: containerChart(spec.id), input: { ...parts, spec, creating: respond } });
  },
  startContainer: (parts, { request, respond }) => {
    const { containerId } = request;
    tellOr(parts, containerChart(containerId), { type: "start", respond }, () => respond.error(noContainer(containerId)));
  },
  stopContainer: (parts, { request, respond }) => {
    const { containerId, timeoutSeconds } = request;
    tellOr(parts, containerChart(containerId), { type: "stop", respond, timeoutSeconds }, () => respond.ok({}));
  },
  removeContainer: (parts, { request, respond }) => {
    tellOr(parts, containerChart(request.containerId), { type: "remove", respond }, () => respond.ok({}));
  },
  listContainers: ({ table }, { respond }) => respond.ok({ containers: [...table.containers.values()].map(containerStatus) }),
  containerStatus: ({ table }, { request, respond }) => {
    const record = table.containers.get(request.containerId);
    if (record === undefined) respond.error(noContainer(request.containerId));
    else respond.ok(containerStatus(record));
  },

  execSync: (parts, { request, respond }) =>
    startExec(parts, (chart) => ({ ...parts, chart, kind: "sync", respond, ...request })),
  exec: (parts, { request, stream }) => startExec(parts, (chart) => ({ ...parts, chart, kind: "exec", stream, ...request })),
  attach: (parts, { request, stream }) => startExec(parts, (chart) => ({ ...parts, chart, kind: "attach", stream, ...request })),
  containerLog: ({ host, driver, table }, { request, stream }) => {
    host.charts.start(logMachine, { id: `log ${table.nextSession()}`, input: { host, driver, request, stream } });
  },
  portForward: ({ host, driver, table }, { request, stream }) => {
    const sandbox = table.sandboxes.get(request.podSandboxId);
    if (sandbox?.state !== "ready") {
      stream.end(noSandbox(request.podSandboxId));
      return;
    }
    const target = { podIP: sandbox.podIP, port: request.port };
    host.charts.start(forwardMachine, { id: `forward ${table.nextSession()}`, input: { host, driver, target, stream } });
  },
  probe: ({ host, driver, table }, { request, respond }) => {
    const { podSandboxId, ...target } = request;
    const sandbox = table.sandboxes.get(podSandboxId);
    if (sandbox?.state !== "ready") {
      respond.error(noSandbox(podSandboxId));
      return;
    }
    driver.probe(
      { ...(target.kind === "grpc" ? { ...target, host: "" } : target), podIP: sandbox.podIP },
      host.bind((result) => respond.ok(result)),
    );
  },

  pullImage: (parts, { request, respond }) => pullImage(parts, request.image, respond),
  imageStatus: ({ table }, { request, respond }) => {
    const image = table.images.get(parseImageReference(request.image)?.full ?? "");
    respond.ok({ image: image === undefined ? undefined : imageStatus(image) });
  },
  listImages: ({ table }, { respond }) => respond.ok({ images: [...table.images.values()].map(imageStatus) }),
  removeImage: (parts, { request, respond }) => {
    const chart = imageChart(parseImageReference(request.image)?.full ?? "");
    tellOr(parts, chart, { type: "remove", respond }, () => respond.ok({}));
  },
  getContainerEvents: ({ table }, { stream }) => table.subscribe(stream),
};

export function serve(parts: RuncParts, message: RuncRequest): void {
  // The handler is chosen by the message's own type, which the compiler cannot follow through the index.
  (handlers[message.type] as (parts: RuncParts, message: RuncRequest) => void)(parts, message);
}

function tellOr(
  parts: RuncParts,
  chart: string,
  event: SandboxChartEvent | ContainerChartEvent | ImageChartEvent,
  otherwise: () => void,
): void {
  const running = parts.host.charts.get(chart);
  if (running === undefined) otherwise();
  else running.send(event);
}

function runSandbox(
  parts: RuncParts,
  { config, runtimeHandler }: { config: PodSandboxConfig; runtimeHandler: string },
  respond: Responder<{ podSandboxId: string }>,
): void {
  const { host, table } = parts;
  if (!runtimeHandlers.includes(runtimeHandler)) {
    respond.error(noRuntime(runtimeHandler));
    return;
  }
  // A pod on the node's network has the node's address.
  const podIP = config.hostNetwork ? config.hostIp : table.takeAddress(config.podCidr);
  if (podIP === undefined || podIP === "") {
    const why =
      podIP === undefined ? `invalid CIDR address: ${config.podCidr}` : `no IP addresses available in range ${config.podCidr}`;
    respond.error(wireError("rejected", `failed to set up sandbox network: ${why}`, { reason: "NetworkNotReady" }));
    return;
  }
  const spec: SandboxSpec = {
    id: host.ids.hex(idLength),
    ...config.metadata,
    hostname: config.hostname,
    podIP,
    hostNetwork: config.hostNetwork,
    sysctls: config.sysctls,
    hostDomain: config.hostDomain,
    dns: config.dns,
    hostAliases: config.hostAliases,
    portMappings: config.portMappings,
    createdAtMs: host.clock.nowMs(),
  };
  host.charts.start(sandboxMachine, { id: sandboxChart(spec.id), input: { ...parts, spec, making: respond } });
}

function pullImage(parts: RuncParts, image: string, respond: Responder<{ imageRef: string; simulated: boolean }>): void {
  const reference = parseImageReference(image)?.full;
  if (reference === undefined) {
    respond.error(badImage(image));
    return;
  }
  const chart = parts.host.charts.get(imageChart(reference));
  if (chart !== undefined) chart.send({ type: "pull", respond });
  else {
    const input = { ...parts, image, reference, pulling: respond };
    parts.host.charts.start(imageMachine, { id: imageChart(reference), input });
  }
}

function startExec(parts: RuncParts, input: (chart: string) => ExecChartInput): void {
  const chart = `exec ${parts.table.nextSession()}`;
  parts.host.charts.start(execMachine, { id: chart, input: input(chart) });
}
