/**
 * A runtime without any process: containers are entries in a table, and behave by rule. It has no thread and no timer
 * but for what a rule delays, so that a cluster of ten thousand containers costs next to nothing. It outlives the
 * actor that uses it, as a real runtime does.
 */

import { endOfLog } from "../container-log.js";
import { parseImageReference } from "../image-reference.js";
import { standInAnswer } from "../images/answers.js";
import {
  type ConnectionReader,
  type ContainerExit,
  type ContainerRecord,
  type ContainerSpec,
  type DriverEvent,
  driverFailed,
  driverOk,
  type ExecProcess,
  type ExecReader,
  type ExecRequest,
  type ImageRecord,
  type LogOptions,
  type LogReader,
  type LogReading,
  noProcess,
  type OnOutcome,
  type PodConnection,
  type ProbeResult,
  type ProbeTarget,
  type RuntimeDriver,
  type SandboxRecord,
  type SandboxSpec,
} from "./driver.js";
import { containerNotFound, imageNotFound, notRunning } from "./driver-errors.js";
import { connectSimulated } from "./simulated-connection.js";
import { SimulatedLogReading } from "./simulated-log.js";
import type { SimulatedNetwork, SimulatedRequest, SimulatedResponse } from "./simulated-network.js";
import { probeSimulated } from "./simulated-probe.js";
import { behaviourOf, pullOf, type SimulatedBehaviour, type SimulatedRule } from "./simulated-rules.js";

export interface DriverClock {
  nowMs(): number;
  after(delayMs: number, callback: () => void): unknown;
  cancel(timer: unknown): void;
}

export interface SimulatedDriverOptions {
  readonly clock: DriverClock;
  readonly network: SimulatedNetwork;
  readonly rules?: readonly SimulatedRule[];
  /** Whether images that no stand-in is known for can be pulled. */
  readonly unknownImages?: "simulate" | "fail";
}

interface Container {
  record: ContainerRecord;
  readonly behaviour: SimulatedBehaviour;
  readonly sandbox: SandboxSpec;
  /** Timers that its end cancels. */
  timers: unknown[];
  listening: boolean;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

export class SimulatedDriver implements RuntimeDriver {
  readonly name = "simulated";
  readonly version = "1";
  private readonly clock: DriverClock;
  private readonly network: SimulatedNetwork;
  private readonly rules: readonly SimulatedRule[];
  private readonly images = new Map<string, ImageRecord>();
  private readonly sandboxes = new Map<string, SandboxRecord>();
  private readonly containers = new Map<string, Container>();
  private onEvent: (event: DriverEvent) => void = () => {};

  constructor(private readonly options: SimulatedDriverOptions) {
    this.clock = options.clock;
    this.network = options.network;
    this.rules = options.rules ?? [];
  }

  listen(onEvent: (event: DriverEvent) => void): void {
    this.onEvent = onEvent;
  }

  pullImage(image: string, onDone: OnOutcome<ImageRecord>): void {
    const reference = parseImageReference(image);
    if (reference === undefined) {
      onDone(driverFailed("InvalidImageName", `couldn't parse image name "${image}": invalid reference format`));
      return;
    }
    const pull = pullOf(this.rules, image);
    const finish = () => {
      if (pull.error !== undefined) {
        onDone(driverFailed("ErrImagePull", pull.error));
      } else if (this.options.unknownImages === "fail" && standInAnswer(image, { hostname: "", path: "/" }) === undefined) {
        onDone(driverFailed("ErrImagePull", imageNotFound(reference.full)));
      } else {
        onDone(driverOk(this.addImage(reference.full)));
      }
    };
    if (pull.delayMs > 0) this.clock.after(pull.delayMs, finish);
    else finish();
  }

  imageStatus(image: string, onDone: OnOutcome<ImageRecord | undefined>): void {
    onDone(driverOk(this.imageOf(image)));
  }

  listImages(onDone: OnOutcome<readonly ImageRecord[]>): void {
    onDone(driverOk([...this.images.values()]));
  }

  removeImage(image: string, onDone: OnOutcome<void>): void {
    const found = this.imageOf(image);
    if (found !== undefined) this.images.delete(found.reference);
    onDone(driverOk(undefined));
  }

  runSandbox(spec: SandboxSpec, onDone: OnOutcome<void>): void {
    this.sandboxes.set(spec.id, { ...spec, state: "ready" });
    onDone(driverOk(undefined));
  }

  stopSandbox(id: string, onDone: OnOutcome<void>): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox !== undefined) this.sandboxes.set(id, { ...sandbox, state: "notready" });
    for (const container of [...this.containers.values()]) {
      if (container.record.spec.sandboxId === id && container.record.state === "running") this.endBySignal(container, "SIGKILL");
    }
    onDone(driverOk(undefined));
  }

  removeSandbox(id: string, onDone: OnOutcome<void>): void {
    this.stopSandbox(id, () => {});
    for (const [containerId, container] of [...this.containers]) {
      if (container.record.spec.sandboxId === id) this.containers.delete(containerId);
    }
    this.sandboxes.delete(id);
    onDone(driverOk(undefined));
  }

  listSandboxes(onDone: OnOutcome<readonly SandboxRecord[]>): void {
    onDone(driverOk([...this.sandboxes.values()]));
  }

  create(spec: ContainerSpec, onDone: OnOutcome<ContainerRecord>): void {
    const sandbox = this.sandboxes.get(spec.sandboxId);
    const image = this.imageOf(spec.image);
    if (sandbox === undefined) {
      onDone(driverFailed("SandboxNotFound", `failed to find sandbox id "${spec.sandboxId}": not found`));
    } else if (image === undefined) {
      onDone(driverFailed("ImageNotFound", `failed to get image from containerd "${spec.image}": image not found`));
    } else {
      const record: ContainerRecord = {
        spec,
        state: "created",
        image,
        createdAtMs: this.clock.nowMs(),
        startedAtMs: 0,
        ports: [],
      };
      const behaviour = behaviourOf(this.rules, spec, sandbox.name);
      this.containers.set(spec.id, { record, behaviour, sandbox, timers: [], listening: false });
      onDone(driverOk(record));
    }
  }

  start(id: string, onDone: OnOutcome<void>): void {
    const container = this.containers.get(id);
    if (container === undefined) {
      onDone(containerNotFound(id));
      return;
    }
    if (container.record.state !== "created") {
      onDone(driverFailed("InvalidState", `container is in ${container.record.state} state`));
      return;
    }
    const { startDelayMs, startError } = container.behaviour;
    const begin = () => {
      if (startError === undefined) {
        this.run(container);
        onDone(driverOk(undefined));
      } else {
        this.finish(container, { exitCode: 128, signal: "", reason: "StartError", message: startError });
        onDone(driverFailed("StartError", startError, 128));
      }
    };
    if (startDelayMs > 0) container.timers.push(this.clock.after(startDelayMs, begin));
    else begin();
  }

  kill(id: string, signal: string, onDone: OnOutcome<void>): void {
    const container = this.containers.get(id);
    if (container === undefined) {
      onDone(containerNotFound(id));
      return;
    }
    if (container.record.state === "running") this.endBySignal(container, signal);
    onDone(driverOk(undefined));
  }

  delete(id: string, onDone: OnOutcome<void>): void {
    const container = this.containers.get(id);
    if (container?.record.state === "running") {
      onDone(driverFailed("InvalidState", `cannot delete running container ${id}`));
      return;
    }
    for (const timer of container?.timers ?? []) this.clock.cancel(timer);
    this.containers.delete(id);
    onDone(driverOk(undefined));
  }

  state(id: string, onDone: OnOutcome<ContainerRecord>): void {
    const container = this.containers.get(id);
    onDone(container === undefined ? containerNotFound(id) : driverOk(container.record));
  }

  list(onDone: OnOutcome<readonly ContainerRecord[]>): void {
    onDone(driverOk([...this.containers.values()].map((container) => container.record)));
  }

  readLog(id: string, options: LogOptions, reader: LogReader): LogReading {
    const container = this.containers.get(id);
    if (container === undefined) {
      reader.onEnd(containerNotFound(id).error);
      return { next() {}, cancel() {} };
    }
    return new SimulatedLogReading(this.clock, () => this.containers.get(id)?.record, container.behaviour, options, reader);
  }

  exec(id: string, request: ExecRequest, reader: ExecReader): ExecProcess {
    const container = this.containers.get(id);
    if (container?.record.state !== "running") {
      reader.onError(container === undefined ? containerNotFound(id).error : notRunning(container.record.state).error);
      return noProcess;
    }
    const commandLine = request.command.join(" ");
    const runsForMs = this.clock.nowMs() - container.record.startedAtMs;
    const answer = container.behaviour.exec.findLast(
      (rule) => (rule.command === undefined || commandLine.includes(rule.command)) && runsForMs >= (rule.fromMs ?? 0),
    );
    const finish = () => {
      const encoder = new TextEncoder();
      const saying = answer ?? { exitCode: 0, stdout: `chartroom: simulated: ${commandLine}\n` };
      if (saying.stdout) reader.onOutput("stdout", encoder.encode(saying.stdout));
      if (answer?.stderr) reader.onOutput(request.tty ? "stdout" : "stderr", encoder.encode(answer.stderr));
      reader.onExit(saying.exitCode);
    };
    if (answer?.delayMs === undefined) {
      finish();
      return noProcess;
    }
    const timer = this.clock.after(answer.delayMs, finish);
    return { ...noProcess, cancel: () => this.clock.cancel(timer) };
  }

  attach(id: string, _request: unknown, reader: ExecReader): ExecProcess {
    const reading = this.readLog(
      id,
      { follow: true, tailLines: 0 },
      {
        onEntries: (entries) => {
          for (const entry of entries) reader.onOutput(entry.stream, new TextEncoder().encode(`${entry.text}\n`));
          reading.next();
        },
        onEnd: (error) =>
          error === undefined ? reader.onExit(this.containers.get(id)?.record.exit?.exitCode ?? 0) : reader.onError(error),
      },
    );
    return { ...noProcess, cancel: () => reading.cancel() };
  }

  probe(target: ProbeTarget, onDone: (result: ProbeResult) => void): void {
    probeSimulated(this.network, target, onDone);
  }

  connect(target: { readonly podIP: string; readonly port: number }, reader: ConnectionReader): PodConnection {
    return connectSimulated(this.network, target, reader);
  }

  close(): void {}

  /** The machine has gone: everything ends, and nobody is told. */
  powerOff(): void {
    this.onEvent = () => {};
    for (const container of this.containers.values()) {
      this.finish(container, { exitCode: 137, signal: "SIGKILL", reason: "Error", message: "" });
    }
    this.containers.clear();
    this.sandboxes.clear();
  }

  private imageOf(image: string): ImageRecord | undefined {
    return this.images.get(parseImageReference(image)?.full ?? image);
  }

  private addImage(reference: string): ImageRecord {
    const record: ImageRecord = { reference, id: `simulated://${reference}`, repoDigest: "", sizeBytes: 0, simulated: true };
    this.images.set(reference, record);
    return record;
  }

  private run(container: Container): void {
    const { behaviour, sandbox } = container;
    const startedAtMs = this.clock.nowMs();
    const { id } = container.record.spec;
    container.record = { ...container.record, state: "running", startedAtMs };
    container.timers = [];
    this.onEvent({ type: "started", id, startedAtMs });
    const { exit } = behaviour.timeline;
    if (exit !== undefined) {
      const reason = behaviour.oomKilled ? "OOMKilled" : exit.exitCode === 0 ? "Completed" : "Error";
      const exitCode = behaviour.oomKilled ? 137 : exit.exitCode;
      const end = () => this.finish(container, { exitCode, signal: behaviour.oomKilled ? "SIGKILL" : "", reason, message: "" });
      container.timers.push(this.clock.after(exit.atMs, end));
    }
    const listen = () => {
      container.listening = true;
      for (const port of behaviour.ports) {
        this.network.listen(sandbox.podIP, port, (request) => this.answer(container, port, request));
      }
    };
    if (behaviour.listensAfterMs > 0) container.timers.push(this.clock.after(behaviour.listensAfterMs, listen));
    else listen();
  }

  private answer(container: Container, port: number, request: SimulatedRequest): SimulatedResponse {
    const runsForMs = this.clock.nowMs() - container.record.startedAtMs;
    const rule = container.behaviour.http.findLast(
      (answer) =>
        (answer.port === undefined || answer.port === port) &&
        (answer.path === undefined || answer.path === request.path) &&
        runsForMs >= (answer.fromMs ?? 0),
    );
    if (rule !== undefined) return { status: rule.status, body: rule.body ?? "" };
    const { hostname } = container.sandbox;
    const { image } = container.record.spec;
    return (
      standInAnswer(image, { hostname, path: request.path }) ?? {
        status: 200,
        body: `chartroom: simulated ${image} in ${hostname}\n`,
      }
    );
  }

  private endBySignal(container: Container, signal: string): void {
    const { onSigterm } = container.behaviour;
    if (signal === "SIGKILL" || onSigterm === "ignored") {
      if (signal !== "SIGKILL") return;
      this.finish(container, { exitCode: 137, signal, reason: "Error", message: "" });
      return;
    }
    const known = signal === "SIGTERM" || signal === "SIGINT" || signal === "SIGQUIT";
    const exitCode = known ? onSigterm.exitCode : 128 + (signalNumbers[signal] ?? 0);
    const end = () =>
      this.finish(container, { exitCode, signal: "", reason: exitCode === 0 ? "Completed" : "Error", message: "" });
    if (onSigterm.afterMs > 0) container.timers.push(this.clock.after(onSigterm.afterMs, end));
    else end();
  }

  private lastWords({ record, behaviour }: Container, exitCode: number, nowMs: number): string {
    const { fallbackToLogs } = record.spec.terminationMessage;
    if (behaviour.terminationMessage !== "" || !fallbackToLogs || exitCode === 0) return behaviour.terminationMessage;
    const written = behaviour.timeline.output.filter(({ atMs }) => record.startedAtMs + atMs <= nowMs);
    return endOfLog(written.map(({ text }) => `${text}\n`).join(""));
  }

  private finish(container: Container, how: Omit<ContainerExit, "finishedAtMs">): void {
    if (container.record.state === "stopped") return;
    for (const timer of container.timers) this.clock.cancel(timer);
    container.timers = [];
    if (container.listening) {
      for (const port of container.behaviour.ports) this.network.close(container.sandbox.podIP, port);
    }
    const nowMs = this.clock.nowMs();
    const message = how.message || this.lastWords(container, how.exitCode, nowMs);
    const exit: ContainerExit = { ...how, message, finishedAtMs: nowMs };
    container.record = { ...container.record, state: "stopped", exit };
    if (how.reason !== "StartError") this.onEvent({ type: "exited", id: container.record.spec.id, exit });
  }
}
