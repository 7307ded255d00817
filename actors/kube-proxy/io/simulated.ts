/** The sockets of the simulation: addresses that all nodes of one machine share, and who serves them. */
import type { Host } from "../../../src/actor/host.js";
import { type DnsReply, dnsPort } from "../dns/records.js";
import type { Behind, Destination, HealthAnswer, KubeProxyIo } from "./io.js";

const keyOf = (address: string, port: number, protocol: string): string => `${address}:${port}/${protocol}`;

/** One machine's addresses; `connect` is what a client's connect would find. */
export class SimulatedSockets {
  private readonly bound = new Map<string, { readonly owner: string; readonly behind: Behind }>();

  bind(owner: string, address: string, port: number, behind: Behind, protocol = "TCP"): boolean {
    const key = keyOf(address, port, protocol);
    if (this.bound.has(key)) return false;
    this.bound.set(key, { owner, behind });
    return true;
  }

  release(owner: string, address: string, port: number, protocol = "TCP"): void {
    const key = keyOf(address, port, protocol);
    if (this.bound.get(key)?.owner === owner) this.bound.delete(key);
  }

  /** A thread that ends takes its sockets along. */
  releaseAll(owner: string): void {
    for (const [key, socket] of [...this.bound]) {
      if (socket.owner === owner) this.bound.delete(key);
    }
  }

  /** The endpoint that a new connection, or a client's first datagram, reaches; undefined: nobody is there. */
  connect(address: string, port: number, clientAddress = "127.0.0.1", protocol = "TCP"): Destination | undefined {
    const behind = this.bound.get(keyOf(address, port, protocol))?.behind;
    return behind?.kind === "endpoints" ? behind.pick(clientAddress) : undefined;
  }

  /** What a load balancer hears that asks a node for its health; undefined: nobody is there. */
  health(address: string, port: number): HealthAnswer | undefined {
    const behind = this.bound.get(keyOf(address, port, "TCP"))?.behind;
    return behind?.kind === "health" ? behind.answer() : undefined;
  }

  /** What a DNS server at this address answers; undefined: nobody is there, or it would have to ask others. */
  ask(address: string, name: string, type: string): DnsReply | undefined {
    const behind = this.bound.get(keyOf(address, dnsPort, "UDP"))?.behind;
    return behind?.kind === "names" ? behind.answer({ name, type }) : undefined;
  }
}

/** kube-proxy's surroundings on one simulated node. */
export class SimulatedNodeNetwork {
  constructor(
    private readonly sockets: SimulatedSockets,
    private readonly config: KubeProxyIo["config"],
    private readonly deniedPort: (port: number) => boolean = () => false,
  ) {}

  io(host: Host): KubeProxyIo {
    const owner = this.config.nodeName;
    return {
      config: this.config,
      listen: ({ protocol, address, port }, behind, onOutcome) =>
        void host.clock.after(0, () => {
          if (this.deniedPort(port)) {
            onOutcome({ ok: false, failure: "denied", message: `listen on ${address}:${port}: permission denied` });
          } else if (this.sockets.bind(owner, address, port, behind, protocol)) {
            onOutcome({ ok: true, listener: { close: () => this.sockets.release(owner, address, port, protocol) } });
          } else {
            onOutcome({ ok: false, failure: "inUse", message: `listen on ${address}:${port}: address already in use` });
          }
        }),
    };
  }

  crashed(): void {
    this.sockets.releaseAll(this.config.nodeName);
  }
}
