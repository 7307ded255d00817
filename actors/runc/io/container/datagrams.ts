/** Makes `node:dgram` of this thread see the pod's network: its own address, Service names, mapped ports. */
import dgram from "node:dgram";
import type net from "node:net";
import { reachableAt } from "../ports.js";
import { ownNames, type PodNetwork } from "./network.js";

type Method = (this: dgram.Socket, ...values: unknown[]) => unknown;

/** Where a socket was asked to listen, by socket. */
const asked = new WeakMap<dgram.Socket, number>();
/** Who has written to a socket: answers go back to where the datagrams really came from. */
const peers = new WeakMap<dgram.Socket, Set<string>>();
const peersMost = 1_024;

function rememberPeers(socket: dgram.Socket): void {
  const known = new Set<string>();
  peers.set(socket, known);
  socket.on("message", (_data, { address, port }) => {
    known.add(`${address}:${port}`);
    const [oldest = ""] = known;
    if (known.size > peersMost) known.delete(oldest);
  });
}

export function patchDatagrams(network: PodNetwork): void {
  const prototype = dgram.Socket.prototype as Record<"bind" | "connect" | "send" | "address", Method>;
  const original = { ...prototype, bind: prototype.bind, connect: prototype.connect, send: prototype.send };
  const { address } = prototype;
  prototype.bind = function bind(...values) {
    const [first, second] = values;
    const options = typeof first === "object" && first !== null ? (first as { port?: number; address?: string }) : undefined;
    const port = Number(options?.port ?? (typeof first === "number" ? first : 0));
    const host = options?.address ?? (typeof second === "string" ? second : "");
    const callback = values.findLast((value) => typeof value === "function");
    if (host !== "" && !ownNames.has(host) && host !== network.podIP && host !== network.hostname) {
      const message = `bind EADDRNOTAVAIL ${host}:${port}`;
      process.nextTick(() => this.emit("error", Object.assign(new Error(message), { code: "EADDRNOTAVAIL", syscall: "bind" })));
      return this;
    }
    const at = reachableAt(network.reach, network.podIP, port);
    if (port !== 0) asked.set(this, port);
    rememberPeers(this);
    return original.bind.call(this, { ...options, port: at.port, address: at.address }, callback);
  };
  prototype.address = function socketAddress() {
    const bound = address.call(this) as net.AddressInfo;
    return { ...bound, address: network.podIP, port: asked.get(this) ?? bound.port };
  };
  prototype.connect = function connect(port, ...rest) {
    const callback = rest.findLast((value) => typeof value === "function");
    const host = typeof rest[0] === "string" ? rest[0] : "127.0.0.1";
    aim(network, host, Number(port)).then(
      (at) => original.connect.call(this, at.port, at.address, callback),
      (error: Error) => (callback === undefined ? this.emit("error", error) : callback(error)),
    );
  };
  prototype.send = function send(message, ...rest) {
    const callback = rest.findLast((value) => typeof value === "function");
    const words = rest.filter((value) => typeof value !== "function" && value !== undefined && value !== null);
    // (offset, length) come before (port, address); a connected socket is given no address.
    const numbers = words.filter((value) => typeof value === "number");
    const host = words.find((value) => typeof value === "string");
    const isConnected = host === undefined && numbers.length !== 1 && numbers.length !== 3;
    if (isConnected) {
      original.send.call(this, message, ...rest);
      return;
    }
    const range = numbers.length === 3 ? numbers.slice(0, 2) : [];
    const to = { address: (host as string | undefined) ?? "127.0.0.1", port: Number(numbers.at(-1)) };
    const give = (at: { address: string; port: number }) =>
      original.send.call(this, message, ...range, at.port, at.address, ...(callback === undefined ? [] : [callback]));
    if (peers.get(this)?.has(`${to.address}:${to.port}`)) give(to);
    else {
      aim(network, to.address, to.port).then(give, (error: Error) =>
        callback === undefined ? this.emit("error", error) : callback(error),
      );
    }
  };
}

/** Where a name or address is on this machine. */
async function aim(network: PodNetwork, host: string, port: number): Promise<{ address: string; port: number }> {
  const isOwn = ownNames.has(host) || host === network.hostname;
  const [address = host] = isOwn ? [network.podIP] : await network.resolver.lookup(host);
  return reachableAt(network.reach, address, port);
}
