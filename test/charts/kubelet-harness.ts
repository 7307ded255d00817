/** The charts of a kubelet on a virtual clock, with an API server and a runtime that answer what the test says. */

import type { KubeletIo } from "../../actors/kubelet/io/io.js";
import { SimulatedVolumes, simulatedKubeletIo } from "../../actors/kubelet/io/simulated.js";
import { Kubelet } from "../../actors/kubelet/kubelet.js";
import { PodHandle } from "../../actors/kubelet/pod/handle.js";
import type { ContainerStatus, PodSandboxStatus } from "../../actors/runc/messages.js";
import { Charts } from "../../src/actor/charts.js";
import type { Host } from "../../src/actor/host.js";
import { idsFrom } from "../../src/actor/ids.js";
import { seededRandom } from "../../src/actor/random.js";
import { notFound } from "../../src/api/status.js";
import type { Container, Pod } from "../../src/api/types.js";
import { SimulatedClock } from "../../src/sim/clock.js";
import { EventQueue } from "../../src/sim/event-queue.js";
import type { Endpoint } from "../../src/wire/endpoint.js";
import { type Outcome, type WireError, type WireErrorCode, wireError } from "../../src/wire/errors.js";
import { decodeJson, encodeJson, type Json } from "../../src/wire/json.js";
import type { StreamReader } from "../../src/wire/streams.js";
import { nodeDescription } from "../sim/kubelet-world.js";

interface AskedCall {
  readonly to: string;
  readonly name: string;
  readonly request: Record<string, unknown>;
  readonly onOutcome: (outcome: Outcome<unknown>) => void;
}

interface OpenedStream {
  readonly name: string;
  readonly request: unknown;
  readonly reader: StreamReader<unknown>;
  readonly sent: unknown[];
  backlog: number;
  cancelled: boolean;
}

export class KubeletHarness {
  readonly queue = new EventQueue();
  readonly charts: Charts;
  readonly host: Host;
  readonly kubelet: Kubelet;
  readonly volumes = new SimulatedVolumes();
  readonly transitions: string[] = [];
  readonly calls: AskedCall[] = [];
  readonly streams: OpenedStream[] = [];
  readonly notes: string[] = [];
  linked = true;
  io: KubeletIo;

  constructor() {
    const clock = new SimulatedClock(this.queue);
    const random = seededRandom("kubelet harness");
    this.charts = new Charts(clock, {
      transition: (chart, _event, _from, to) => this.transitions.push(`${chart}: ${to}`),
      failed: (_chart, error) => {
        throw error;
      },
    });
    this.host = {
      address: "kubelet/node-1",
      incarnation: 1,
      clock,
      random,
      ids: idsFrom(random),
      wire: this.wire() as unknown as Endpoint,
      charts: this.charts,
      note: (text) => this.notes.push(text),
      bind: (callback) => callback,
      crash: (error) => {
        throw error;
      },
    };
    this.io = simulatedKubeletIo(nodeDescription, this.volumes, (callback) => void clock.after(1, callback));
    this.kubelet = new Kubelet(this.host, this.io);
  }

  /** Lets time pass. */
  run(forMs: number): void {
    const untilMs = this.queue.nowMs + forMs;
    for (let next = this.queue.nextMs; next !== undefined && next <= untilMs; next = this.queue.nextMs) this.queue.step();
    this.queue.advanceTo(untilMs);
  }

  /** The oldest call of that name that was not answered yet; `patch pods` for one of the API. */
  take(name: string): AskedCall {
    const index = this.calls.findIndex((call) => nameOf(call) === name);
    if (index < 0) throw new Error(`nobody asks for ${name}; asked: ${this.calls.map(nameOf).join(", ") || "nothing"}`);
    return this.calls.splice(index, 1)[0]!;
  }

  asks(name: string): boolean {
    return this.calls.some((call) => nameOf(call) === name);
  }

  answer(name: string, reply: unknown = {}): AskedCall {
    const call = this.take(name);
    call.onOutcome({ ok: true, reply });
    return call;
  }

  /** Answers with the object that was sent, as an API server that changes nothing. */
  accept(name: string, object?: object): void {
    const call = this.take(name);
    call.onOutcome({ ok: true, reply: { object: encodeJson(object ?? call.request.object ?? {}) } });
  }

  fail(name: string, error: WireErrorCode | WireError = "linkLost"): void {
    this.take(name).onOutcome({ ok: false, error: typeof error === "string" ? wireError(error, `it failed: ${error}`) : error });
  }

  state(chart: string): string {
    return this.charts.list().find(({ id }) => id === chart)?.state ?? "gone";
  }

  /** Reasons of the events that were recorded; the calls that write them are answered. */
  events(): string[] {
    return this.recorded().map(({ reason }) => reason);
  }

  messages(): string[] {
    return this.recorded().map(({ message }) => message);
  }

  private recorded(): Array<{ reason: string; message: string }> {
    const events: Array<{ reason: string; message: string }> = [];
    // Whoever writes events rests between them, longer after one that was answered late.
    for (let rests = 0; rests < 5; rests++) {
      this.run(400);
      while (this.asks("create events") || this.asks("patch events")) {
        rests = 0;
        if (this.asks("patch events")) this.accept("patch events", { metadata: { name: "event" } });
        else {
          const call = this.take("create events");
          events.push(decodeJson(call.request.object as Json<{ reason: string; message: string }>));
          call.onOutcome({ ok: true, reply: { object: encodeJson({ metadata: { name: "event" } }) } });
        }
        this.run(50);
      }
    }
    return events;
  }

  pod(spec: object = {}, metadata: object = {}, status?: object): PodHandle {
    const pod: Pod = {
      metadata: { name: "web", namespace: "default", uid: "uid-1", ...metadata },
      spec: { containers: [{ name: "main", image: "nginx:1" }], restartPolicy: "Always", ...spec },
      ...(status === undefined ? {} : { status }),
    };
    const handle = new PodHandle(this.kubelet, pod, "default/web");
    handle.sandboxId = "sandbox";
    this.kubelet.pods.set("uid-1", handle);
    return handle;
  }

  private wire(): object {
    return {
      peers: () => (this.linked ? ["apiserver/0"] : []),
      call: (to: string, { name }: { name: string }, request: Record<string, unknown>, options: Pick<AskedCall, "onOutcome">) => {
        this.calls.push({ to, name, request, onOutcome: options.onOutcome });
        return this.calls.length;
      },
      open: (_to: string, { name }: { name: string }, request: unknown, reader: StreamReader<unknown>) => {
        const stream: OpenedStream = { name, request, reader, sent: [], backlog: 0, cancelled: false };
        this.streams.push(stream);
        return {
          open: true,
          get backlog() {
            return stream.backlog;
          },
          send: (chunk: unknown) => stream.sent.push(chunk),
          halfClose: () => stream.sent.push("half-close"),
          cancel: () => {
            stream.cancelled = true;
          },
          consumed: (count: number) => stream.sent.push(`consumed ${count}`),
        };
      },
    };
  }
}

function nameOf({ to, name, request }: AskedCall): string {
  if (!to.startsWith("apiserver")) return name;
  const { resource, subresource } = request.path as { resource: string; subresource?: string };
  return `${name} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
}

export const gone = (resource: string): WireError => {
  const { status } = notFound({ group: "", resource }, "it");
  return wireError("rejected", status.message ?? "", status);
};

export const refused = (message: string, details: object = {}): WireError => wireError("rejected", message, details);

export const containerStatus = (state: ContainerStatus["state"], more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  id: "c-0",
  podSandboxId: "sandbox",
  name: "main",
  attempt: 0,
  state,
  image: "nginx:1",
  imageId: "sha256:1",
  createdAtMs: 1,
  startedAtMs: state === "CONTAINER_CREATED" ? 0 : 2,
  finishedAtMs: state === "CONTAINER_EXITED" ? 3 : 0,
  exitCode: state === "CONTAINER_EXITED" ? 1 : 0,
  reason: state === "CONTAINER_EXITED" ? "Error" : "",
  message: "",
  mappedPorts: [],
  ...more,
});

export const sandboxStatus = (more: Partial<PodSandboxStatus> = {}): PodSandboxStatus => ({
  id: "sandbox",
  metadata: { name: "web", namespace: "default", uid: "uid-1", attempt: 0 },
  state: "SANDBOX_READY",
  createdAtMs: 1,
  ip: "10.1.0.2",
  ...more,
});

export const container = (more: Partial<Container> = {}): object => ({
  containers: [{ name: "main", image: "nginx:1", ...more }],
});
