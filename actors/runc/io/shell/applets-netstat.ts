/** netstat: the pod's own TCP sockets, as busybox prints them. They are the machine's sockets at the pod's address, as Linux tells of them. */
import { readFile } from "node:fs/promises";
import { bindingRules, lowPortsMappedTo, reachableAt } from "../ports.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

const states: Readonly<Record<string, string>> = {
  "01": "ESTABLISHED",
  "02": "SYN_SENT",
  "03": "SYN_RECV",
  "04": "FIN_WAIT1",
  "05": "FIN_WAIT2",
  "06": "TIME_WAIT",
  "07": "CLOSE",
  "08": "CLOSE_WAIT",
  "09": "LAST_ACK",
  "0A": "LISTEN",
  "0B": "CLOSING",
};

export interface TcpSocket {
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
  readonly state: string;
}

/** The sockets in the text of /proc/net/tcp: addresses are hexadecimal, in the order of the machine's bytes. */
export function tcpSockets(table: string): TcpSocket[] {
  return table.split("\n").flatMap((line) => {
    const [, local, remote, state] =
      /^\s*\d+: ([0-9A-F]{8}:[0-9A-F]{4}) ([0-9A-F]{8}:[0-9A-F]{4}) ([0-9A-F]{2}) /.exec(line) ?? [];
    if (local === undefined || remote === undefined || state === undefined) return [];
    return [{ local: endOf(local), remote: endOf(remote), state: states[state] ?? "UNKNOWN" }];
  });
}

function endOf(text: string): TcpSocket["local"] {
  const bytes = [6, 4, 2, 0].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
  return { address: bytes.join("."), port: Number.parseInt(text.slice(9), 16) };
}

const title = "Proto Recv-Q Send-Q Local Address           Foreign Address         State       \n";

async function netstat(context: AppletContext): Promise<number> {
  const { flags, rest, unknown } = parseOptions(context.args, "lant");
  if (unknown !== undefined || rest.length > 0) {
    await context.complain(`${unknown ?? rest[0]} is not known here`);
    return 1;
  }
  const listening = flags.has("l") || flags.has("a");
  const established = !flags.has("l") || flags.has("a");
  const which = listening && established ? "servers and established" : listening ? "only servers" : "w/o servers";
  await context.print(`Active Internet connections (${which})\n${title}`);
  // Only Linux has such a table.
  const table = await readFile("/proc/net/tcp", "utf8").catch(() => "");
  for (const socket of tcpSockets(table)) {
    const isServer = socket.state === "LISTEN";
    if (socket.local.address !== context.host.podIP || !(isServer ? listening : established)) continue;
    const end = ({ address, port }: TcpSocket["local"]): string => `${address}:${port === 0 ? "*" : port}`;
    const [local, remote] = [end({ ...socket.local, port: asked(socket.local) }), isServer ? "0.0.0.0:*" : end(socket.remote)];
    await context.print(`tcp        0      0 ${local.padEnd(23)} ${remote.padEnd(23)} ${socket.state.padEnd(12)}\n`);
  }
  return 0;
}

const lowPortsEnd = 1024;

/** The port that the container asked for: where low ones may not be bound, another stands for it. */
function asked({ address, port }: TcpSocket["local"]): number {
  const low = port - lowPortsMappedTo;
  const isStandIn = low > 0 && low < lowPortsEnd && reachableAt(bindingRules(), address, low).port === port;
  return isStandIn ? low : port;
}

export const netstatApplets: ReadonlyArray<readonly [string, Applet]> = [["netstat", netstat]];
