/** A port of a pod as a socket: what is written to it goes through the pod's kubelet. */
import { Duplex } from "node:stream";
import type { ApiHandler, ApiUser, ConnectRequest } from "../../../request.js";
import { ForwardedPort } from "./forwarded-port.js";

export class PodSocket extends Duplex {
  private readonly port: ForwardedPort;
  private untaken: Array<() => void> = [];
  private onRoom: (() => void) | undefined;

  constructor(
    handler: ApiHandler,
    user: ApiUser,
    { namespace, name }: { readonly namespace: string; readonly name: string },
    port: number,
  ) {
    super({ allowHalfOpen: true });
    const path = { group: "", version: "v1", resource: "pods", namespace, name, subresource: "portforward" } as const;
    const connect: ConnectRequest = { path, user, options: {} };
    this.port = new ForwardedPort(handler, connect, port, {
      data: (bytes, onTaken) => {
        if (this.push(bytes)) onTaken();
        else this.untaken.push(onTaken);
      },
      end: () => this.push(null),
      closed: (problem) => {
        if (problem !== undefined) this.destroy(new Error(problem));
        else {
          this.push(null);
          this.end();
        }
      },
      resume: () => {
        const { onRoom } = this;
        this.onRoom = undefined;
        onRoom?.();
      },
    });
  }

  override _read(): void {
    for (const onTaken of this.untaken.splice(0)) onTaken();
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.port.write(bytes)) done();
    else this.onRoom = done;
  }

  override _final(done: () => void): void {
    this.port.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.port.abandon();
    done(error);
  }
}
