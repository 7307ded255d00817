/** nc: connections and datagrams from the command line, as OpenBSD's netcat has it. */
import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import { describeError } from "./files.js";
import { parseOptions } from "./options.js";
import type { Applet, AppletContext } from "./state.js";

/** Without -w: as long as a connection takes at most. */
const usualWaitMs = 120_000;
/** How long a datagram that nobody wants has to come back as an error. */
const refusalMs = 1_000;

async function nc(context: AppletContext): Promise<number> {
  const { flags, values, rest, unknown } = parseOptions(context.args, "zvutnklN46d", "wqpsi");
  const [host, portText] = rest;
  const port = Number(portText);
  if (unknown !== undefined || flags.has("l") || host === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    const why = unknown ?? (flags.has("l") ? "-l" : undefined);
    await context.complain(why === undefined ? "missing host and port" : `option ${why} is not known here`);
    return 1;
  }
  const waitMs = values.has("w") ? Number(values.get("w")) * 1000 : undefined;
  const protocol = flags.has("u") ? "udp" : "tcp";
  const say = async (text: string): Promise<void> => {
    if (flags.has("v")) await context.errors.write(new TextEncoder().encode(text));
  };
  try {
    const at = await context.host.aim(host, port);
    const run = protocol === "udp" ? overUdp : overTcp;
    return await run(context, at, {
      isScan: flags.has("z"),
      waitMs,
      lingerMs: values.has("q") ? Number(values.get("q")) * 1000 : undefined,
      onOpen: () => say(`Connection to ${host} ${port} port [${protocol}/*] succeeded!\n`),
    });
  } catch (error) {
    const failure = error as NodeJS.ErrnoException;
    if (failure.code === "ENOTFOUND" || failure.code === "EAI_AGAIN")
      await context.complain(`getaddrinfo for host "${host}" port ${port}: Name does not resolve`);
    else await say(`nc: connect to ${host} port ${port} (${protocol}) failed: ${describeError(failure)}\n`);
    return 1;
  }
}

interface At {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
}

interface Wanted {
  /** Only whether somebody is there. */
  readonly isScan: boolean;
  /** For the connection, and for silence after the input's end. */
  readonly waitMs: number | undefined;
  /** How long it stays after its input's end. */
  readonly lingerMs: number | undefined;
  onOpen(): Promise<void>;
}

const timedOut = (): Error => Object.assign(new Error("timed out"), { code: "ETIMEDOUT" });

function overTcp(context: AppletContext, at: At, { isScan, waitMs, lingerMs, onOpen }: Wanted): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ ...at, allowHalfOpen: true, signal: context.host.ended });
    let written: Promise<unknown> = Promise.resolve();
    let timer = setTimeout(() => socket.destroy(timedOut()), waitMs ?? usualWaitMs);
    const end = (): void => {
      clearTimeout(timer);
      written.then(() => resolve(0), reject);
    };
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once("close", end);
    socket.once("connect", () => {
      clearTimeout(timer);
      written = onOpen();
      if (isScan) {
        socket.destroy();
        return;
      }
      if (waitMs !== undefined) socket.setTimeout(waitMs, () => socket.destroy());
      void sendInput(context, (bytes) => socket.write(bytes)).then(() => {
        socket.end();
        if (lingerMs !== undefined) timer = setTimeout(() => socket.destroy(), lingerMs);
      });
    });
    socket.on("data", (bytes: Buffer) => {
      written = written.then(() => context.output.write(bytes));
    });
    // Whoever served has said all that it has to say.
    socket.once("end", () => socket.destroy());
  });
}

function overUdp(context: AppletContext, at: At, { isScan, waitMs, onOpen }: Wanted): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    let written: Promise<unknown> = Promise.resolve();
    let timer: NodeJS.Timeout;
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      context.host.ended.removeEventListener("abort", stop);
      socket.removeAllListeners();
      socket.on("error", () => {});
      socket.close();
      written.then(settle, reject);
    };
    const stop = (): void => end(() => resolve(0));
    context.host.ended.addEventListener("abort", stop);
    const silence = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(stop, ms);
    };
    socket.on("error", (error) => end(() => reject(error)));
    socket.on("message", (bytes) => {
      written = written.then(() => context.output.write(bytes));
      if (waitMs !== undefined) silence(waitMs);
    });
    const begin = (): void =>
      socket.connect(at.port, at.host, () => {
        if (isScan) {
          socket.send("X");
          timer = setTimeout(() => end(() => onOpen().then(() => resolve(0), reject)), refusalMs);
          return;
        }
        written = onOpen();
        if (waitMs !== undefined) silence(waitMs);
        void sendInput(context, (bytes) => socket.send(bytes));
      });
    if (at.localAddress === undefined) begin();
    else socket.bind({ address: at.localAddress, port: 0 }, begin);
  });
}

async function sendInput(context: AppletContext, send: (bytes: Uint8Array) => void): Promise<void> {
  for (let bytes = await context.input.read(); bytes !== undefined; bytes = await context.input.read()) send(bytes);
}

export const socketApplets: ReadonlyArray<readonly [string, Applet]> = [["nc", nc]];
