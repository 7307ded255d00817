/** runc's charts on a virtual clock, with its simulated runtime, spoken to without a wire. */

import type { RuntimeDriver } from "../../actors/runc/io/driver.js";
import { type SimulatedRuntimeOptions, simulatedRunc } from "../../actors/runc/io/simulated.js";
import type { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import { runcMachine } from "../../actors/runc/machine.js";
import type { ContainerConfig, ContainerEvent, ContainerStatus, PodSandboxConfig } from "../../actors/runc/messages.js";
import { Charts } from "../../src/actor/charts.js";
import type { Host } from "../../src/actor/host.js";
import { idsFrom } from "../../src/actor/ids.js";
import { seededRandom } from "../../src/actor/random.js";
import { SimulatedClock } from "../../src/sim/clock.js";
import { EventQueue } from "../../src/sim/event-queue.js";
import type { Endpoint } from "../../src/wire/endpoint.js";
import type { WireError } from "../../src/wire/errors.js";

export interface Answer {
  ok?: unknown;
  error?: WireError;
}

export interface Heard {
  chunks: unknown[];
  ended: boolean;
  error: WireError | undefined;
}

export class RuncHarness {
  readonly queue = new EventQueue();
  readonly driver: SimulatedDriver;
  readonly transitions: string[] = [];
  readonly notes: string[] = [];
  charts!: Charts;
  private incarnation = 0;
  private readonly failures: unknown[] = [];

  constructor(options: SimulatedRuntimeOptions = {}) {
    this.driver = simulatedRunc({ queue: this.queue }, options).driver;
    this.start();
  }

  /** Starts runc anew, as after a crash: the runtime goes on. */
  start(driver: RuntimeDriver = this.driver): void {
    this.incarnation += 1;
    this.charts?.stopAll();
    const clock = new SimulatedClock(this.queue);
    const random = seededRandom(`runc ${this.incarnation}`);
    const charts = new Charts(clock, {
      transition: (chart, event, from, to) => this.transitions.push(`${chart}: ${from} -> ${to} (${event})`),
      failed: (_chart, error) => this.failures.push(error),
    });
    this.charts = charts;
    const host: Host = {
      address: "runc/node-1",
      incarnation: this.incarnation,
      clock,
      random,
      ids: idsFrom(random),
      wire: undefined as unknown as Endpoint,
      charts,
      note: (text) => this.notes.push(text),
      bind: (callback) => callback,
      crash: (error) => this.failures.push(error),
    };
    charts.start(runcMachine, { id: "runc", input: { host, io: { driver } } });
  }

  send(event: { type: string }): void {
    this.charts.get("runc")?.send(event);
    if (this.failures.length > 0) throw this.failures[0];
  }

  call(type: string, request: unknown): Answer {
    const answer: Answer = {};
    const respond = {
      ok: (reply: unknown) => {
        answer.ok = reply;
      },
      error: (error: WireError) => {
        answer.error = error;
      },
    };
    this.send({ type, request, respond, from: "kubelet/node-1", fromIncarnation: 1, deadlineMs: 1000 } as { type: string });
    return answer;
  }

  /** Opens a stream; `backlog` is what its reader leaves unread. */
  open(
    type: string,
    request: unknown,
    control: { backlog: number; listener?: StreamListener; consumed?: number } = { backlog: 0 },
  ): Heard {
    const heard: Heard = { chunks: [], ended: false, error: undefined };
    const stream = {
      get open() {
        return !heard.ended;
      },
      get backlog() {
        return control.backlog;
      },
      send: (chunk: unknown) => heard.chunks.push(chunk),
      consumed: (count: number) => {
        control.consumed = (control.consumed ?? 0) + count;
      },
      end: (error?: WireError) => {
        heard.ended = true;
        heard.error = error;
      },
      listen: (listener: StreamListener) => {
        control.listener = listener;
      },
    };
    this.send({ type, request, stream, from: "kubelet/node-1", fromIncarnation: 1 } as { type: string });
    return heard;
  }

  run(forMs: number): void {
    const untilMs = this.queue.nowMs + forMs;
    for (let next = this.queue.nextMs; next !== undefined && next <= untilMs; next = this.queue.nextMs) this.queue.step();
    this.queue.advanceTo(untilMs);
    if (this.failures.length > 0) throw this.failures[0];
  }

  stateOf(chart: string): string {
    return this.charts.list().find((each) => each.id.startsWith(chart))?.state ?? "gone";
  }

  runSandbox(config = sandboxConfig(), runtimeHandler = ""): Answer {
    return this.call("runPodSandbox", { config, runtimeHandler });
  }

  /** A sandbox with one created container in it. */
  pod(config: Partial<ContainerConfig> = {}): { sandbox: string; container: string } {
    const image = config.image ?? "nginx";
    this.call("pullImage", { image });
    this.run(0);
    const { podSandboxId } = this.runSandbox().ok as { podSandboxId: string };
    const created = this.call("createContainer", { podSandboxId, config: containerConfig(config) });
    if (created.error !== undefined) throw new Error(created.error.message);
    return { sandbox: podSandboxId, container: (created.ok as { containerId: string }).containerId };
  }
}

export interface StreamListener {
  onChunk?(chunk: unknown): void;
  onHalfClose?(): void;
  onClosed?(error: WireError): void;
  onDrain?(): void;
}

export const sandboxConfig = (change: Partial<PodSandboxConfig> = {}): PodSandboxConfig => ({
  metadata: { name: "web", namespace: "default", uid: "11111111-2222-4333-8444-555555555555", attempt: 0 },
  hostname: "web",
  hostNetwork: false,
  podCidr: "127.20.1.0/24",
  hostIp: "127.20.0.1",
  sysctls: [],
  hostDomain: "",
  dns: { servers: [], searches: ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"], options: ["ndots:5"] },
  hostAliases: [],
  portMappings: [],
  ...change,
});

export const containerConfig = (change: Partial<ContainerConfig> = {}): ContainerConfig => ({
  name: "main",
  attempt: 0,
  image: "nginx",
  command: [],
  args: [],
  workingDir: "",
  envs: [],
  mounts: [],
  ports: [],
  memoryLimitBytes: 0,
  tty: false,
  stdin: false,
  stdinOnce: false,
  terminationMessage: { path: "/dev/termination-log", fallbackToLogs: false },
  security: { supplementalGroups: [], readonlyRootfs: false, privileged: false, noNewPrivs: false },
  ...change,
});

export const eventTypes = (heard: Heard): string[] => (heard.chunks as ContainerEvent[]).map((event) => event.type);

export const status = (harness: RuncHarness, containerId: string): ContainerStatus =>
  harness.call("containerStatus", { containerId }).ok as ContainerStatus;
