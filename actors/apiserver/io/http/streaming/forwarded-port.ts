/** One forwarded connection: joins a client's pair of streams to a port of a pod, each direction at the pace of its reader. */
import type { ApiError, ApiHandler, ConnectHandle, ConnectRequest } from "../../../request.js";

/** How a connection that could not be made, or broke, is told to whoever forwards to it. */
export const forwardProblem = (port: number, pod: string, problem: string): string =>
  `error forwarding port ${port} to pod ${pod}, uid : ${problem}`;

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
    // What went wrong at the other end, without what the API server says around it.
    const failed = ({ status }: ApiError): void => finish(status.details?.causes?.[0]?.message ?? status.message ?? "");
    this.handle = handler.connect(
      { ...connect, admitted: true, options: { port } },
      {
        started: () => undefined,
        refused: failed,
        output: (output) => {
          if (output.stream === "data") {
            client.data(output.data, () => this.handle.consumed(1));
            return;
          }
          if (output.stream === "end") client.end();
          this.handle.consumed(1);
        },
        drained: () => client.resume(),
        ended: (error) => (error === undefined ? finish() : failed(error)),
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
