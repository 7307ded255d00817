/** log, exec, attach, port-forward and what a node itself is asked: handed on to the kubelet, and what it gives is handed back. */
import {
  badRequest,
  fail,
  genericFailure,
  internalError,
  notFound,
  type Result,
  type Status,
  succeed,
  timeout,
} from "../../../src/api/status.js";
import type { Pod } from "../../../src/api/types.js";
import { type Address, address } from "../../../src/wire/address.js";
import { type WireError, wireError } from "../../../src/wire/errors.js";
import type { IncomingStream, StreamReader } from "../../../src/wire/streams.js";
import { kubeletMessages } from "../../kubelet/messages.js";
import type { Backing } from "../backing.js";
import type { ApiError, ConnectInput, ConnectOutput, ConnectRequest, ConnectSink, PodConnection } from "../request.js";
import { keyOf, type Served } from "../served.js";

/** Which container is meant ("" of a forwarded port), and on which node; or why none can be spoken to. */
export function containerAt(
  pod: Pod,
  asked: string | undefined,
  action: PodConnection,
): Result<{ container: string; node: string }> {
  const { name = "" } = pod.metadata;
  const container = action === "portforward" ? succeed("") : namedContainer(pod, asked);
  if (!container.ok) return container;
  const node = pod.spec?.nodeName ?? "";
  // A log of a pod that no node has yet is empty; there is nothing to run a command in.
  if (node === "" && action !== "log") return fail(badRequest(`pod ${name} does not have a host assigned`));
  return succeed({ container: container.value, node });
}

function namedContainer({ metadata: { name = "" }, spec }: Pod, asked: string | undefined): Result<string> {
  const containers = spec?.containers ?? [];
  const all = [...(spec?.initContainers ?? []), ...containers, ...(spec?.ephemeralContainers ?? [])].map((each) => each.name);
  const wanted = asked || (containers.length === 1 ? containers[0]!.name : undefined);
  if (wanted === undefined)
    return fail(badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(" ")}]`));
  return all.includes(wanted) ? succeed(wanted) : fail(badRequest(`container ${wanted} is not valid for pod ${name}`));
}

/** Clients that type before they are connected are held to this. */
const earlyInputsMost = 256;

type Reader = StreamReader<ConnectOutput | { readonly data: Uint8Array }> & { readonly manualCredit: true };

/** One log, exec, attach or forwarded connection under way. */
export class Connection {
  private stream: IncomingStream<ConnectInput> | undefined;
  private at: { container: string; node: string } | undefined;
  private problem: ApiError | undefined;
  private over = false;
  private giveUp: () => void = () => undefined;
  /** What the client sent while the pod was still being looked up. */
  private readonly early: Array<(stream: IncomingStream<ConnectInput>) => void> = [];

  constructor(
    private readonly backing: Backing,
    private readonly served: Served,
    private readonly request: ConnectRequest,
    private readonly sink: ConnectSink,
  ) {}

  confirm(onFresh: () => void): void {
    this.giveUp = this.backing.freshness.confirm(onFresh);
  }

  stopWaiting(): void {
    this.giveUp();
  }

  locate(): void {
    const { path, options } = this.request;
    const stored = this.backing.cache.get(keyOf(this.served, path));
    const found =
      stored === undefined
        ? fail(notFound(this.served.groupResource, path.name))
        : path.resource === "nodes"
          ? succeed({ container: "", node: path.name })
          : containerAt(stored.object as Pod, options.container, path.subresource);
    if (!found.ok) this.problem = found.error;
    else if (this.request.unfit !== undefined) this.problem = this.request.unfit;
    else this.at = found.value;
  }

  get refused(): boolean {
    return this.problem !== undefined;
  }

  /** A log that nobody writes yet. */
  get nowhere(): boolean {
    return this.at?.node === "";
  }

  open(onEnded: (error?: WireError) => void): void {
    const { at, request, sink } = this;
    if (at === undefined) return;
    sink.started();
    const reader: Reader = {
      onChunk: (chunk) => sink.output("stream" in chunk ? chunk : { stream: "stdout", data: chunk.data }),
      onEnd: (error?: WireError) => onEnded(error),
      onDrain: () => sink.drained?.(),
      manualCredit: true,
    };
    this.stream = this.opened(address("kubelet", at.node), at.container, request, reader) as IncomingStream<ConnectInput>;
    for (const give of this.early.splice(0)) give(this.stream);
  }

  private opened(kubelet: Address, container: string, { path, options }: ConnectRequest, reader: Reader) {
    const { wire } = this.backing.host;
    if (path.resource === "nodes") return wire.open(kubelet, kubeletMessages.ask, { path: options.kubeletPath ?? "/" }, reader);
    const about = { namespace: path.namespace, pod: path.name };
    const { stdin = false, stdout = false, stderr = false, tty = false, command = [], port } = options;
    const streams = { ...about, container, stdin, stdout, stderr, tty };
    switch (path.subresource) {
      case "log": {
        const { follow, previous, timestamps, tailLines, limitBytes, sinceSeconds, sinceTime } = options;
        const asked = { follow, previous, timestamps, tailLines, limitBytes, sinceSeconds, sinceTime };
        const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
        return wire.open(kubelet, kubeletMessages.containerLogs, { ...about, container, ...given }, reader);
      }
      case "exec":
        return wire.open(kubelet, kubeletMessages.exec, { ...streams, command }, reader);
      case "attach":
        return wire.open(kubelet, kubeletMessages.attach, streams, reader);
      case "portforward":
        return wire.open(kubelet, kubeletMessages.portForward, { ...about, ...(port === undefined ? {} : { port }) }, reader);
    }
  }

  close(): void {
    this.stream?.cancel();
  }

  input(input: ConnectInput): boolean {
    if (this.stream !== undefined) {
      this.stream.send(input);
      return this.stream.backlog === 0;
    }
    if (this.early.length < earlyInputsMost) this.early.push((stream) => stream.send(input));
    else this.end(wireError("overloaded", `more than ${earlyInputsMost} inputs came before the container was reached`));
    return true;
  }

  halfClose(): void {
    if (this.stream !== undefined) this.stream.halfClose();
    else this.early.push((stream) => stream.halfClose());
  }

  consumed(count: number): void {
    this.stream?.consumed(count);
  }

  refuse(): void {
    this.over = true;
    this.sink.refused(this.problem ?? timeout("request did not complete within the allotted timeout"));
  }

  endEmpty(): void {
    this.sink.started();
    this.end();
  }

  end(error?: WireError): void {
    if (this.over) return;
    this.over = true;
    if (error === undefined) this.sink.ended();
    else this.sink.ended(connectionError(error, this.at?.node ?? ""));
  }
}

/** What a kubelet's or the wire's error is to a client. */
export function connectionError(error: WireError, node: string): ApiError {
  const status = error.code === "rejected" ? (error.details as Status | undefined) : undefined;
  if (status?.code !== undefined) return { code: status.code, status };
  if (error.code === "unreachable" || error.code === "linkLost")
    return genericFailure(
      500,
      "InternalError",
      `Internal error occurred: error dialing backend: the kubelet of node ${node} is not reachable`,
    );
  return internalError(error.message);
}
