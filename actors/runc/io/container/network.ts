/** Makes `node:net` and `node:dns` of this thread see the pod's network: its own address, Service names, mapped ports. */
import dns from "node:dns";
import net from "node:net";
import type { PortMapping } from "../driver.js";
import type { PodResolver } from "../pod-resolver.js";
import { isPodLoopback, type Reach, reachableAt } from "../ports.js";

export interface PodNetwork {
  readonly podIP: string;
  readonly hostname: string;
  readonly reach: Reach;
  readonly resolver: Pick<PodResolver, "lookup">;
  opened(mapping: PortMapping): void;
}

type Callback = (...values: unknown[]) => void;

/** What a program may call its own pod. */
export const ownNames: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", ""]);

interface ListenOptions {
  port?: number | string | undefined;
  host?: string | undefined;
  path?: string | undefined;
  [other: string]: unknown;
}

/** Where a server really listens, by server. */
const listening = new WeakMap<net.Server, PortMapping>();

export function patchNetwork(network: PodNetwork): void {
  patchListen(network);
  patchAddress();
  patchConnect(network);
  patchLookup(network);
}

function patchListen(network: PodNetwork): void {
  const original = net.Server.prototype.listen as (this: net.Server, ...values: unknown[]) => net.Server;
  const listen = function listen(this: net.Server, ...values: unknown[]): net.Server {
    const callback = values.at(-1);
    const [options, isTcp] = listenOptions(values);
    if (!isTcp) return original.apply(this, values);
    if (typeof callback === "function") this.once("listening", callback as Callback);
    const port = Number(options.port ?? 0);
    if (
      options.host !== undefined &&
      !ownNames.has(options.host) &&
      options.host !== network.podIP &&
      options.host !== network.hostname
    ) {
      const error = Object.assign(new Error(`listen EADDRNOTAVAIL: address not available ${options.host}:${port}`), {
        code: "EADDRNOTAVAIL",
        errno: -99,
        syscall: "listen",
        address: options.host,
        port,
      });
      process.nextTick(() => this.emit("error", error));
      return this;
    }
    listenAtPod(this, original, network, options, port);
    return this;
  };
  net.Server.prototype.listen = listen as typeof net.Server.prototype.listen;
}

/** Listens at the pod's address and port, or at what stands for them on this machine. */
function listenAtPod(
  server: net.Server,
  original: (this: net.Server, ...values: unknown[]) => net.Server,
  network: PodNetwork,
  options: ListenOptions,
  port: number,
): void {
  const { podIP } = network;
  const report = (): void => {
    const bound = boundAddress.call(server) as net.AddressInfo;
    const wanted = port === 0 ? bound.port : port;
    const mapping: PortMapping = { podIP, port: wanted, address: bound.address, mappedPort: bound.port };
    listening.set(server, mapping);
    network.opened(mapping);
  };
  const at = reachableAt(network.reach, podIP, port);
  server.prependOnceListener("listening", report);
  server.once("error", () => server.removeListener("listening", report));
  original.call(server, { ...options, host: at.address, port: at.port });
}

const boundAddress = net.Server.prototype.address;

/** A program sees the port that it asked for. */
function patchAddress(): void {
  net.Server.prototype.address = function address(this: net.Server) {
    const mapping = listening.get(this);
    const bound = boundAddress.call(this);
    if (mapping === undefined || bound === null || typeof bound === "string") return bound;
    return { address: mapping.podIP, family: "IPv4", port: mapping.port };
  };
}

function listenOptions(values: unknown[]): [ListenOptions, boolean] {
  const [first, second] = values;
  if (typeof first === "object" && first !== null) {
    const options = first as ListenOptions;
    return [
      options,
      typeof options.path !== "string" && (options.port !== undefined || !("fd" in options || "_handle" in options)),
    ];
  }
  if (typeof first === "string" && Number.isNaN(Number(first))) return [{ path: first }, false];
  const port = typeof first === "function" || first === undefined || first === null ? 0 : Number(first);
  const backlog = values.slice(1).find((value) => typeof value === "number");
  return [{ port, ...(typeof second === "string" ? { host: second } : {}), ...(backlog === undefined ? {} : { backlog }) }, true];
}

function patchConnect(network: PodNetwork): void {
  const original = net.Socket.prototype.connect as (this: net.Socket, ...values: unknown[]) => net.Socket;
  const connect = function connect(this: net.Socket, ...values: unknown[]): net.Socket {
    // net.connect hands on what it has normalised: [options, callback] as one array.
    const list = Array.isArray(values[0]) ? (values[0] as unknown[]) : values;
    const [first, second] = list;
    const callback = list.findLast((value) => typeof value === "function");
    const options: Record<string, unknown> =
      typeof first === "object" && first !== null
        ? { ...(first as Record<string, unknown>) }
        : typeof first === "string" && Number.isNaN(Number(first))
          ? { path: first }
          : { port: first, ...(typeof second === "string" ? { host: second } : {}) };
    const rest = callback === undefined ? [] : [callback];
    if (typeof options.path === "string" || aim(network, options)) return original.call(this, options, ...rest);
    // A name: its address decides where its port is, so it is looked up first.
    Object.assign(this, { connecting: true });
    network.resolver.lookup(options.host as string).then(
      ([address]) => {
        if (this.destroyed) return;
        aim(network, Object.assign(options, { host: address }));
        original.call(this, options, ...rest);
      },
      (error: Error) => this.destroy(error),
    );
    return this;
  };
  net.Socket.prototype.connect = connect as typeof net.Socket.prototype.connect;
}

/** Turns where a program wants to go into where that is on this machine; false when that is a name, which must be looked up. */
function aim(network: PodNetwork, options: Record<string, unknown>): boolean {
  const host = typeof options.host === "string" ? options.host : "localhost";
  const address = ownNames.has(host) || host === network.hostname ? network.podIP : host;
  if (net.isIP(address) === 0) return false;
  const target = reachableAt(network.reach, address, Number(options.port));
  options.host = target.address;
  options.port = target.port;
  // Others see the pod's address, not the machine's.
  if (isPodLoopback(target.address) && isPodLoopback(network.podIP)) options.localAddress ??= network.podIP;
  return true;
}

type LookupOptions = { all?: boolean; family?: number | string };

function patchLookup(network: PodNetwork): void {
  const lookup = (name: string, options: LookupOptions | number | Callback, callback?: Callback): void => {
    const done = (typeof options === "function" ? options : callback) as Callback;
    const wanted: LookupOptions = typeof options === "object" && options !== null ? options : {};
    const give = (addresses: readonly string[]): void => {
      if (wanted.all === true)
        done(
          null,
          addresses.map((address) => ({ address, family: net.isIPv6(address) ? 6 : 4 })),
        );
      else done(null, addresses[0], net.isIPv6(addresses[0] ?? "") ? 6 : 4);
    };
    // An address is itself: what listens or connects has turned it into the pod's already.
    if (net.isIP(name) !== 0) {
      process.nextTick(give, [name]);
    } else if (ownNames.has(name) || name === network.hostname) {
      process.nextTick(give, [network.podIP]);
    } else {
      network.resolver.lookup(name).then(give, done);
    }
  };
  const lookupAsync = (name: string, options?: LookupOptions | number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const wanted = typeof options === "number" ? { family: options } : (options ?? {});
      lookup(name, wanted, (error, address, family) => {
        if (error) reject(error as Error);
        else resolve(wanted.all === true ? address : { address, family });
      });
    });
  Object.assign(dns, { lookup });
  Object.assign(dns.promises, { lookup: lookupAsync });
}
