/** `kubectl exec` and `attach`: joins a client, over whatever transport, to a command in a container. */
import { type ApiError, badRequest, internalError } from "../../../../../src/api/status.js";
import type { ExecInput } from "../../../../kubelet/messages.js";
import {
  type CommandProtocol,
  commandProtocols,
  exitStatus,
  negotiateProtocol,
  plainChannels,
  statusText,
} from "../../../http/exec-channels.js";
import type { ApiHandler, ConnectHandle, ConnectOutput, ConnectRequest } from "../../../request.js";
import { commandOverSpdy, spdyProtocols } from "./command-spdy.js";
import { commandOverWebSocket } from "./command-websocket.js";
import {
  isSpdy,
  isWebSocket,
  refuseAdmitted,
  refuseAsKubelet,
  refuseProtocols,
  refuseUpgrade,
  streamProtocols,
  type Upgrade,
  webSocketProtocols,
} from "./upgrade.js";

/** The client's end of a command. */
export interface CommandClient {
  write(stream: "stdout" | "stderr", data: Uint8Array, onTaken: () => void): void;
  /** The last word, on the error channel: undefined when there is none. Then the client is let go. */
  finish(text: string | undefined): void;
  /** The command takes input again. */
  resume(): void;
}

/** What a client may say to its command. */
export interface CommandInput {
  /** False: no more until `resume`. */
  input(input: ExecInput): boolean;
  closeStdin(): void;
  closed(): void;
}

/** How a transport turns an accepted request into a client: `onReady` once it can be written to. */
export type OpenClient = (input: CommandInput, onReady: (client: CommandClient) => void) => void;

export function serveCommand(handler: ApiHandler, connect: ConnectRequest, upgrade: Upgrade): void {
  const { stdin = false, stdout = false, stderr = false, tty = false } = connect.options;
  // A terminal has one output.
  const options = { ...connect.options, stderr: stderr && !tty };
  if (!stdin && !stdout && !options.stderr) {
    refuseAdmitted(handler, connect, upgrade, badRequest("you must specify at least 1 of stdin, stdout, stderr"));
  } else if (isWebSocket(upgrade)) {
    const offered = webSocketProtocols(upgrade);
    const protocol = offered.length === 0 ? plainChannels : negotiateProtocol(offered, commandProtocols);
    if (protocol === undefined) refuseProtocols(handler, connect, upgrade, offered, commandProtocols);
    else new Command(handler, { ...connect, options }, upgrade, protocol, commandOverWebSocket(upgrade, protocol, options));
  } else if (isSpdy(upgrade)) {
    const offered = streamProtocols(upgrade);
    const protocol = offered.length === 0 ? spdyProtocols.at(-1) : negotiateProtocol(offered, spdyProtocols);
    if (protocol === undefined) refuseProtocols(handler, connect, upgrade, offered, spdyProtocols);
    else new Command(handler, { ...connect, options }, upgrade, protocol, commandOverSpdy(upgrade, protocol, options));
  } else refuseAdmitted(handler, connect, upgrade, badRequest("Upgrade request required"));
}

class Command implements CommandInput {
  private client: CommandClient | undefined;
  private opening = false;
  private over = false;
  private accepted = false;
  private exitCode = 0;
  private readonly handle: ConnectHandle;
  /** What was told before the client could be written to; held to the stream's credits. */
  private readonly early: Array<(client: CommandClient) => void> = [];

  constructor(
    private readonly handler: ApiHandler,
    private readonly connect: ConnectRequest,
    private readonly upgrade: Upgrade,
    private readonly protocol: CommandProtocol,
    private readonly openClient: OpenClient,
  ) {
    upgrade.socket.once("close", () => this.closed());
    this.handle = handler.connect(connect, {
      remarked: (noted) => upgrade.remark(noted),
      started: () => {
        if (protocol.opensFirst) this.open();
      },
      refused: (error) => {
        this.over = true;
        refuseUpgrade(upgrade, error);
      },
      output: (output) => this.output(output),
      drained: () => this.client?.resume(),
      ended: (error) => this.ended(error),
    });
  }

  input(input: ExecInput): boolean {
    const wanted = "resize" in input ? this.connect.options.tty : this.connect.options.stdin;
    return this.over || wanted !== true || this.handle.input(input);
  }

  closeStdin(): void {
    if (!this.over) this.handle.halfClose();
  }

  closed(): void {
    if (this.over) return;
    this.over = true;
    this.handle.closed();
  }

  private open(): void {
    if (this.opening) return;
    this.opening = true;
    if (this.protocol.name === "v5.channel.k8s.io") this.handler.metrics.front.translatedStreams.of("200").value += 1;
    this.openClient(this, (client) => {
      this.client = client;
      for (const tell of this.early.splice(0)) tell(client);
    });
  }

  private tell(event: (client: CommandClient) => void): void {
    if (this.client === undefined) this.early.push(event);
    else event(this.client);
  }

  private output(output: ConnectOutput): void {
    const consumed = (): void => this.handle.consumed(1);
    switch (output.stream) {
      case "stdout":
      case "stderr": {
        const { stream, data } = output;
        if (this.connect.options[stream] === true) this.tell((client) => client.write(stream, data, consumed));
        else consumed();
        return;
      }
      case "exit":
        this.exitCode = output.exitCode;
        consumed();
        return;
      case "accepted":
        this.accepted = true;
        this.open();
        consumed();
    }
  }

  private ended(error: ApiError | undefined): void {
    if (this.over) return;
    this.over = true;
    if (error !== undefined && !this.opening) {
      refuseAsKubelet(this.upgrade, error.code, error.status.message ?? "");
      return;
    }
    const told = error !== undefined && !this.accepted ? refusedUpgrade(error) : error;
    const status = told === undefined ? exitStatus(this.exitCode) : told.status;
    this.tell((client) => client.finish(statusText(status, this.protocol)));
  }
}

/** A refusal of the kubelet as a client hears it that is connected already; that there is no kubelet is told as it is. */
function refusedUpgrade(error: ApiError): ApiError {
  const { message = "" } = error.status;
  return message.startsWith("Internal error occurred") ? error : internalError(`unable to upgrade connection: ${message}`);
}
