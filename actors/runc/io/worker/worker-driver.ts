/** The embedded runtime of one node: containers are JavaScript images in threads of their own. */
import { join } from "node:path";
import { parseImageReference } from "../../image-reference.js";
import { type ImageCatalog, imageRecord, lacksTag } from "../../images/catalog.js";
import {
  type ConnectionReader,
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
} from "../driver.js";
import { imageNotFound, notRunning } from "../driver-errors.js";
import type { Reach } from "../ports.js";
import { type DriverClock, SimulatedDriver } from "../simulated-driver.js";
import { SimulatedNetwork } from "../simulated-network.js";
import type { SimulatedRule } from "../simulated-rules.js";
import { attachTo } from "./attach.js";
import { connectTo } from "./connect.js";
import { WorkerContainer } from "./container.js";
import { execBeside } from "./exec.js";
import { HostPorts } from "./host-ports.js";
import { probe } from "./probe.js";

/** What nobody knows comes as from a registry: a rollout of it can be seen, and taken back, before it is over. */
const unknownPullMs = 1_000;

export interface WorkerDriverOptions {
  /** Where containers have their files and logs. */
  readonly directory: string;
  /** File of the container's entry. */
  readonly entryPath: string;
  readonly catalog: ImageCatalog;
  readonly unknownImages: "simulate" | "fail";
  readonly reach: Reach;
  /** Of the containers that are simulated because their image is not known. */
  readonly clock: DriverClock;
  readonly rules: readonly SimulatedRule[];
}

export class WorkerDriver implements RuntimeDriver {
  readonly name = "worker";
  readonly version = "1";
  private readonly images = new Map<string, ImageRecord>();
  private readonly sandboxes = new Map<string, SandboxRecord>();
  private readonly containers = new Map<string, WorkerContainer>();
  /** Runs what there is no stand-in for. */
  private readonly network = new SimulatedNetwork();
  private readonly simulated: SimulatedDriver;
  private onEvent: (event: DriverEvent) => void = () => {};
  private readonly hostPorts: HostPorts;

  constructor(private readonly options: WorkerDriverOptions) {
    const { clock, rules, reach } = options;
    this.hostPorts = new HostPorts(reach);
    this.simulated = new SimulatedDriver({ clock, rules, network: this.network });
    this.simulated.listen((event) => this.onEvent(event));
  }

  listen(onEvent: (event: DriverEvent) => void): void {
    this.onEvent = onEvent;
  }

  pullImage(image: string, onDone: OnOutcome<ImageRecord>): void {
    const reference = parseImageReference(image);
    const definition = this.options.catalog.find(image);
    if (reference === undefined) {
      onDone(driverFailed("InvalidImageName", `couldn't parse image name "${image}": invalid reference format`));
    } else if (definition !== undefined && lacksTag(definition, reference)) {
      onDone(driverFailed("ErrImagePull", imageNotFound(reference.full)));
    } else if (definition !== undefined) {
      const record = imageRecord(reference.full, definition);
      this.images.set(reference.full, record);
      onDone(driverOk(record));
    } else if (this.options.unknownImages === "fail") {
      onDone(driverFailed("ErrImagePull", imageNotFound(reference.full)));
    } else {
      this.options.clock.after(unknownPullMs, () =>
        this.simulated.pullImage(image, (outcome) => {
          if (outcome.ok) this.images.set(reference.full, outcome.value);
          onDone(outcome);
        }),
      );
    }
  }

  imageStatus(image: string, onDone: OnOutcome<ImageRecord | undefined>): void {
    onDone(driverOk(this.images.get(parseImageReference(image)?.full ?? "")));
  }

  listImages(onDone: OnOutcome<readonly ImageRecord[]>): void {
    onDone(driverOk([...this.images.values()]));
  }

  removeImage(image: string, onDone: OnOutcome<void>): void {
    this.images.delete(parseImageReference(image)?.full ?? "");
    onDone(driverOk(undefined));
  }

  runSandbox(spec: SandboxSpec, onDone: OnOutcome<void>): void {
    this.hostPorts.open(spec, (outcome) => {
      if (!outcome.ok) {
        onDone(outcome);
        return;
      }
      this.sandboxes.set(spec.id, { ...spec, state: "ready" });
      this.simulated.runSandbox(spec, onDone);
    });
  }

  stopSandbox(id: string, onDone: OnOutcome<void>): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox !== undefined) this.sandboxes.set(id, { ...sandbox, state: "notready" });
    this.hostPorts.close(id);
    const own = this.containersOf(id);
    let left = own.length;
    const ended = (): void => {
      left -= 1;
      if (left < 0) this.simulated.stopSandbox(id, onDone);
    };
    for (const container of own) {
      container.signal("SIGKILL");
      container.whenEnded(ended);
    }
    ended();
  }

  removeSandbox(id: string, onDone: OnOutcome<void>): void {
    this.stopSandbox(id, () => {
      for (const container of this.containersOf(id)) this.discard(container);
      this.sandboxes.delete(id);
      this.simulated.removeSandbox(id, onDone);
    });
  }

  listSandboxes(onDone: OnOutcome<readonly SandboxRecord[]>): void {
    onDone(driverOk([...this.sandboxes.values()]));
  }

  create(spec: ContainerSpec, onDone: OnOutcome<ContainerRecord>): void {
    const sandbox = this.sandboxes.get(spec.sandboxId);
    const image = this.images.get(parseImageReference(spec.image)?.full ?? "");
    if (sandbox === undefined) {
      onDone(driverFailed("SandboxNotFound", `failed to find sandbox id "${spec.sandboxId}": not found`));
      return;
    }
    const definition = this.options.catalog.find(spec.image);
    if (image === undefined) {
      onDone(driverFailed("ImageNotFound", `failed to get image "${spec.image}": image not found`));
    } else if (image.simulated || definition === undefined) {
      this.simulated.create(spec, onDone);
    } else {
      const record: ContainerRecord = { spec, state: "created", image, createdAtMs: Date.now(), startedAtMs: 0, ports: [] };
      const { entryPath, reach } = this.options;
      const surroundings = {
        directory: join(this.options.directory, spec.id),
        entryPath,
        reach,
        definition,
        sandbox,
        event: (event: DriverEvent) => this.onEvent(event),
      };
      try {
        this.containers.set(spec.id, new WorkerContainer(record, surroundings));
        onDone(driverOk(record));
      } catch (error) {
        // Directories and mounts are the host's, and may refuse.
        onDone(driverFailed("CreateContainerError", (error as Error).message));
      }
    }
  }

  start(id: string, onDone: OnOutcome<void>): void {
    const container = this.containers.get(id);
    if (container === undefined) {
      this.simulated.start(id, (outcome) => {
        if (outcome.ok) this.noticeSimulated(id);
        onDone(outcome);
      });
    } else if (container.record.state !== "created") {
      onDone(driverFailed("InvalidState", `container is in ${container.record.state} state`));
    } else {
      container.start(
        () => onDone(driverOk(undefined)),
        (message) => {
          container.markStartError(message);
          onDone(driverFailed("StartError", message, 128));
        },
      );
    }
  }

  kill(id: string, signal: string, onDone: OnOutcome<void>): void {
    const container = this.containers.get(id);
    if (container === undefined) {
      this.simulated.kill(id, signal, onDone);
      return;
    }
    container.signal(signal);
    onDone(driverOk(undefined));
  }

  delete(id: string, onDone: OnOutcome<void>): void {
    const container = this.containers.get(id);
    if (container === undefined) {
      this.simulated.delete(id, onDone);
    } else if (container.record.state === "running") {
      onDone(driverFailed("InvalidState", `cannot delete running container ${id}`));
    } else {
      this.discard(container);
      onDone(driverOk(undefined));
    }
  }

  state(id: string, onDone: OnOutcome<ContainerRecord>): void {
    const container = this.containers.get(id);
    if (container === undefined) this.simulated.state(id, onDone);
    else onDone(driverOk(container.record));
  }

  list(onDone: OnOutcome<readonly ContainerRecord[]>): void {
    this.simulated.list((outcome) => {
      const others = outcome.ok ? outcome.value : [];
      onDone(driverOk([...[...this.containers.values()].map((container) => container.record), ...others]));
    });
  }

  readLog(id: string, options: LogOptions, reader: LogReader): LogReading {
    const container = this.containers.get(id);
    return container === undefined ? this.simulated.readLog(id, options, reader) : container.log.read(options, reader);
  }

  exec(id: string, request: ExecRequest, reader: ExecReader): ExecProcess {
    const container = this.containers.get(id);
    if (container === undefined) return this.simulated.exec(id, request, reader);
    const sandbox = this.sandboxes.get(container.record.spec.sandboxId);
    const definition = this.options.catalog.find(container.record.spec.image);
    if (container.record.state !== "running" || sandbox === undefined || definition === undefined) {
      reader.onError(notRunning(container.record.state).error);
      return noProcess;
    }
    const { hostname, podIP, hostNetwork } = sandbox;
    const seesNodePort = (port: number) => hostNetwork && this.hostPorts.isAtLoopback(port);
    const around = { definition, hostname, podIP, reach: this.options.reach, seesNodePort };
    return execBeside(container, around, request, reader);
  }

  attach(id: string, request: { readonly stdin: boolean; readonly tty: boolean }, reader: ExecReader): ExecProcess {
    const container = this.containers.get(id);
    if (container === undefined) return this.simulated.attach(id, request, reader);
    if (container.record.state !== "running") {
      reader.onError(notRunning(container.record.state).error);
      return noProcess;
    }
    return attachTo(container, request, reader);
  }

  probe(target: ProbeTarget, onDone: (result: ProbeResult) => void): void {
    // Simulated containers listen in the simulated network only.
    if (this.network.listens(target.podIP, target.port)) this.simulated.probe(target, onDone);
    else probe(target, this.options.reach, onDone);
  }

  connect(target: { readonly podIP: string; readonly port: number }, reader: ConnectionReader): PodConnection {
    return this.network.listens(target.podIP, target.port)
      ? this.simulated.connect(target, reader)
      : connectTo(target, this.options.reach, reader);
  }

  /** Whoever used it has gone; containers go on. */
  close(): void {
    this.onEvent = () => {};
  }

  /** Ends everything; for the end of the cluster. */
  shutDown(onDone: () => void): void {
    const running = [...this.containers.values()];
    let left = running.length;
    const ended = (): void => {
      left -= 1;
      if (left < 0) {
        onDone();
      }
    };
    for (const container of running) {
      container.signal("SIGKILL");
      container.whenEnded(ended);
    }
    ended();
  }

  private containersOf(sandboxId: string): WorkerContainer[] {
    return [...this.containers.values()].filter((container) => container.record.spec.sandboxId === sandboxId);
  }

  private discard(container: WorkerContainer): void {
    container.discard();
    this.containers.delete(container.record.spec.id);
  }

  private noticeSimulated(id: string): void {
    this.simulated.state(id, (outcome) => {
      if (!outcome.ok) return;
      const message = `Image "${outcome.value.spec.image}" has no stand-in: its container is simulated, and nothing of it runs`;
      this.onEvent({ type: "notice", id, reason: "Simulated", message });
    });
  }
}
