/** Serves logs, exec, attach and forwarded ports: finds the container and hands the streams of the runtime on, at the pace of the reader. */
import type { ApiError } from "../../../src/api/status.js";
import type { Incoming } from "../../../src/wire/declare.js";
import { type WireError, wireError } from "../../../src/wire/errors.js";
import type { IncomingStream, OutgoingStream, StreamReader } from "../../../src/wire/streams.js";
import { type LogRequest, runcMessages } from "../../runc/messages.js";
import type { ContainerRecord } from "../container/record.js";
import type { Kubelet } from "../kubelet.js";
import type { ContainerLogsRequest, kubeletMessages } from "../messages.js";
import type { PodHandle } from "../pod/handle.js";
import { type Chosen, chooseContainer, forwardedSandbox, loggedContainer, podNotFound, runningContainer } from "./containers.js";

type Request<Name> = Extract<Incoming<typeof kubeletMessages>, { type: Name }>;

const rejected = ({ status }: ApiError): WireError => wireError("rejected", status.message ?? "", status);

/** Hands chunks on, and grants the sender more only as the reader takes them. */
function paced<Chunk>(out: OutgoingStream<Chunk, unknown>): StreamReader<Chunk> & {
  manualCredit: true;
  drained(source: IncomingStream<unknown>): void;
  source: IncomingStream<unknown> | undefined;
  onDrain: (() => void) | undefined;
} {
  let owed = 0;
  return {
    manualCredit: true,
    source: undefined,
    onDrain: undefined,
    onChunk(chunk) {
      out.send(chunk);
      if (out.backlog === 0) this.source?.consumed(1);
      else owed += 1;
    },
    onEnd: (error) => out.end(error),
    drained(source) {
      source.consumed(owed);
      owed = 0;
    },
  };
}

export class ContainerAccess {
  constructor(private readonly kubelet: Kubelet) {}

  logs({ request, stream }: Request<"containerLogs">): void {
    const { namespace, pod, container, previous = false } = request;
    const record = this.find(namespace, pod, container);
    const id = record.ok ? loggedContainer(record.value, pod, previous) : record;
    if (!id.ok) {
      stream.end(rejected(id.error));
      return;
    }
    const reader = paced(stream);
    const source = this.kubelet.host.wire.open(
      this.kubelet.runc,
      runcMessages.containerLog,
      this.logRequest(id.value, request),
      reader,
    );
    reader.source = source;
    stream.listen({ onClosed: () => source.cancel(), onDrain: () => reader.drained(source) });
  }

  exec({ request, stream }: Request<"exec">): void {
    const id = this.running(request.namespace, request.pod, request.container);
    if (!id.ok) {
      stream.end(rejected(id.error));
      return;
    }
    const { command, stdin, tty } = request;
    const reader = paced(stream);
    const open = { containerId: id.value, command, stdin, tty };
    const source = this.kubelet.host.wire.open(this.kubelet.runc, runcMessages.exec, open, reader);
    stream.send({ stream: "accepted" });
    this.join(stream, source, reader);
  }

  attach({ request, stream }: Request<"attach">): void {
    const id = this.running(request.namespace, request.pod, request.container);
    if (!id.ok) {
      stream.end(rejected(id.error));
      return;
    }
    const { stdin, tty } = request;
    const reader = paced(stream);
    const source = this.kubelet.host.wire.open(
      this.kubelet.runc,
      runcMessages.attach,
      { containerId: id.value, stdin, tty },
      reader,
    );
    stream.send({ stream: "accepted" });
    this.join(stream, source, reader);
  }

  portForward({ request, stream }: Request<"portForward">): void {
    const pod = this.pod(request.namespace, request.pod);
    const id = forwardedSandbox(pod, request);
    if (!id.ok) {
      stream.end(rejected(id.error));
      return;
    }
    const { port } = request;
    if (port === undefined) {
      stream.send({ stream: "accepted" });
      stream.end();
      return;
    }
    const reader = paced(stream);
    const open = { podSandboxId: id.value, port };
    const source = this.kubelet.host.wire.open(this.kubelet.runc, runcMessages.portForward, open, reader);
    this.join(stream, source, reader);
  }

  /** Lets both ends of a command or connection have their pace. */
  private join<Down, Up>(
    stream: OutgoingStream<Down, Up>,
    source: IncomingStream<Up>,
    reader: ReturnType<typeof paced<Down>>,
  ): void {
    reader.source = source;
    let owed = 0;
    reader.onDrain = () => {
      stream.consumed(owed);
      owed = 0;
    };
    stream.listen({
      manualCredit: true,
      onChunk: (input) => {
        source.send(input);
        if (source.backlog === 0) stream.consumed(1);
        else owed += 1;
      },
      onHalfClose: () => source.halfClose(),
      onClosed: () => source.cancel(),
      onDrain: () => reader.drained(source),
    });
  }

  private running(namespace: string, pod: string, container: string | undefined): Chosen<string> {
    const record = this.find(namespace, pod, container);
    return record.ok ? runningContainer(record.value) : record;
  }

  private find(namespace: string, name: string, container: string | undefined): Chosen<ContainerRecord> {
    const pod = this.pod(namespace, name);
    return pod === undefined ? { ok: false, error: podNotFound(name) } : chooseContainer(pod.records, name, container);
  }

  /** The newest of that name: one that is being deleted may still be there. */
  private pod(namespace: string, name: string): PodHandle | undefined {
    return [...this.kubelet.pods.values()].findLast((pod) => pod.namespace === namespace && pod.name === name);
  }

  private logRequest(containerId: string, request: ContainerLogsRequest): LogRequest {
    const { follow = false, timestamps = false, tailLines, limitBytes, sinceSeconds, sinceTime } = request;
    const since =
      sinceSeconds !== undefined
        ? this.kubelet.host.clock.nowMs() - sinceSeconds * 1000
        : sinceTime === undefined
          ? undefined
          : Date.parse(sinceTime);
    return {
      containerId,
      follow,
      timestamps,
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(since === undefined || Number.isNaN(since) ? {} : { sinceMs: since }),
    };
  }
}
