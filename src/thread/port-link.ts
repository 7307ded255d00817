/**
 * A link over a MessagePort. All that is posted in one turn of the event loop travels as one message: a port's message costs
 * more than what is in it, and under load a turn handles many. When the turn has nothing else to do, it ends at once.
 */
import type { MessagePort } from "node:worker_threads";
import type { Envelope } from "../wire/envelope.js";
import type { LinkHandle } from "../wire/link.js";
import type { SpareTime } from "./spare-time.js";

export class PortLink {
  private batch: Envelope[] = [];
  private handle: LinkHandle | undefined;

  /** What arrives is handled and what is posted goes out at once, or in the time that is spared for it. */
  constructor(
    private readonly port: MessagePort,
    private readonly spareTime?: SpareTime,
  ) {}

  readonly post = (envelope: Envelope): void => {
    if (this.batch.push(envelope) > 1) return;
    if (this.spareTime === undefined) setImmediate(this.send);
    else this.spareTime.do(this.send);
  };

  /** Hands what arrives to the endpoint's link, from now on. */
  deliverTo(handle: LinkHandle): void {
    this.handle = handle;
    const receive = (envelope: Envelope) => this.handle?.receive(envelope);
    this.port.on("message", (batch: Envelope[]) => {
      for (const envelope of batch) {
        if (this.spareTime === undefined) receive(envelope);
        else this.spareTime.do(() => receive(envelope));
      }
    });
    this.port.on("messageerror", () => this.lost("a message could not be read"));
    this.port.on("close", () => this.lost("its other end closed"));
  }

  private readonly send = (): void => this.flush();

  flush(): void {
    const batch = this.batch;
    if (batch.length === 0) return;
    this.batch = [];
    this.port.postMessage(batch);
  }

  lost(reason: string): void {
    const handle = this.handle;
    if (handle === undefined) return;
    this.handle = undefined;
    this.port.close();
    handle.lost(reason);
  }
}
