/** log, exec and attach: handed on to the kubelet of the pod's node, and what it gives is handed back. */
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
import { address } from "../../../src/wire/address.js";
import { type WireError, wireError } from "../../../src/wire/errors.js";
import type { IncomingStream, StreamReader } from "../../../src/wire/streams.js";
import { type ExecInput, type ExecOutput, kubeletMessages } from "../../kubelet/messages.js";
import type { Backing } from "../backing.js";
import type { ApiError, ConnectRequest, ConnectSink } from "../request.js";
import { keyOf, type Served } from "../served.js";

/** Which container is meant, and on which node; or why none can be spoken to. */
export function containerAt(
  pod: Pod,
  asked: string | undefined,
  action: "log" | "exec" | "attach",
): Result<{ container: string; node: string }> {
  const { name = "" } = pod.metadata;
  const containers = pod.spec?.containers ?? [];
  const all = [...(pod.spec?.initContainers ?? []), ...containers, ...(pod.spec?.ephemeralContainers ?? [])];
  const wanted = asked === undefined || asked === "" ? chosenByDefault(pod) : asked;
  if (wanted === undefined) {
    const names = containers.map((container) => container.name).join(" ");
    const inits = pod.spec?.initContainers?.map((container) => container.name).join(" ") ?? "";
    const also = inits === "" ? "" : ` or one of the init containers: [${inits}]`;
    return fail(badRequest(`a container name must be specified for pod ${name}, choose one of: [${names}]${also}`));
  }
  if (!all.some((container) => container.name === wanted))
    return fail(badRequest(`container ${wanted} is not valid for pod ${name}`));
  const node = pod.spec?.nodeName ?? "";
  if (node === "") {
    // A log of a pod that no node has yet is empty; there is nothing to run a command in.
    return action === "log"
      ? succeed({ container: wanted, node: "" })
      : fail(badRequest(`pod ${name} does not have a host assigned`));
  }
  return succeed({ container: wanted, node });
}

function chosenByDefault(pod: Pod): string | undefined {
  const containers = pod.spec?.containers ?? [];
  const annotated = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (containers.length === 1) return containers[0]!.name;
  return containers.some((container) => container.name === annotated) ? annotated : undefined;
}

/** Clients that type before they are connected are held to this. */
const earlyInputsMost = 256;

/** One log, exec or attach under way. */
export class Connection {
  private stream: IncomingStream<ExecInput> | undefined;
  private at: { container: string; node: string } | undefined;
  private problem: ApiError | undefined;
  private over = false;
  private giveUp: () => void = () => undefined;
  /** What the client sent while the pod was still being looked up. */
  private readonly early: Array<(stream: IncomingStream<ExecInput>) => void> = [];

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
    const pod = stored?.object as unknown as Pod | undefined;
    const found =
      pod === undefined
        ? fail(notFound(this.served.groupResource, path.name))
        : containerAt(pod, options.container, path.subresource);
    if (found.ok) this.at = found.value;
    else this.problem = found.error;
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
    const { path, options } = request;
    const kubelet = address("kubelet", at.node);
    const about = { namespace: path.namespace, pod: path.name };
    const onEnd = (error?: WireError): void => onEnded(error);
    const { wire } = this.backing.host;
    sink.started();
    if (path.subresource === "log") {
      const { follow, previous, timestamps, tailLines, limitBytes, sinceSeconds, sinceTime } = options;
      const asked = { follow, previous, timestamps, tailLines, limitBytes, sinceSeconds, sinceTime, container: at.container };
      const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
      const onChunk = ({ data }: { data: Uint8Array }): void => sink.output({ stream: "stdout", data });
      const reader = { onChunk, onEnd, manualCredit: true };
      this.stream = wire.open(
        kubelet,
        kubeletMessages.containerLogs,
        { ...about, ...given },
        reader,
      ) as IncomingStream<ExecInput>;
      return;
    }
    const { stdin = false, stdout = false, stderr = false, tty = false } = options;
    const streams = { ...about, container: at.container, stdin, stdout, stderr, tty };
    const reader: StreamReader<ExecOutput> & { manualCredit: boolean } = {
      onChunk: (chunk) => sink.output(chunk),
      onEnd,
      manualCredit: true,
    };
    this.stream =
      path.subresource === "exec"
        ? wire.open(kubelet, kubeletMessages.exec, { ...streams, command: options.command ?? [] }, reader)
        : wire.open(kubelet, kubeletMessages.attach, streams, reader);
    for (const give of this.early.splice(0)) give(this.stream);
  }

  close(): void {
    this.stream?.cancel();
  }

  input(input: ExecInput): void {
    if (this.stream !== undefined) this.stream.send(input);
    else if (this.early.length < earlyInputsMost) this.early.push((stream) => stream.send(input));
    else this.end(wireError("overloaded", `more than ${earlyInputsMost} inputs came before the container was reached`));
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
