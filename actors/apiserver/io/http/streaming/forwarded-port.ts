/** One forwarded connection: joins a client's pair of streams to a port of a pod, each direction at the pace of its reader. */
import type { ApiHandler, ConnectHandle, ConnectRequest } from "../../../request.js";

/** The client's end. */
export interface ForwardClient {
  data(bytes: Uint8Array, onTaken: () => void): void;
  /** The server in the pod will send no more. */
  end(): void;
  /** The connection is over; `problem` says why when that was not its natural end. */
  closed(problem?: string): void;
  /** The pod takes bytes again. */
  resume(): void;
}

export class ForwardedPort {
  private readonly handle: ConnectHandle;
  private over = false;

  constructor(handler: ApiHandler, connect: ConnectRequest, port: number, client: ForwardClient) {
    const finish = (problem?: string): void => {
      if (this.over) return;
      this.over = true;
      // A refusal may come before whoever made this knows what it made.
      queueMicrotask(() => client.closed(problem));
    };
    const failed = (why: string | undefined): void =>
      finish(`error forwarding port ${port} to pod ${connect.path.name}, uid : ${why ?? "unknown"}`);
    this.handle = handler.connect(
      { ...connect, options: { port } },
      {
        started: () => undefined,
        refused: ({ status }) => failed(status.message),
        output: (output) => {
          if (output.stream === "data") {
            client.data(output.data, () => this.handle.consumed(1));
            return;
          }
          if (output.stream === "end") client.end();
          this.handle.consumed(1);
        },
        drained: () => client.resume(),
        ended: (error) => (error === undefined ? finish() : failed(error.status.message)),
      },
    );
  }

  /** False: no more until `resume`. */
  write(data: Uint8Array): boolean {
    return this.over || this.handle.input({ data });
  }

  end(): void {
    if (!this.over) this.handle.halfClose();
  }

  /** The client is gone. */
  abandon(): void {
    if (this.over) return;
    this.over = true;
    this.handle.closed();
  }
}
