/** agnhost's small servers: `serve-hostname`, `porter` and `port-forward-tester`. */
import { createSocket } from "node:dgram";
import { existsSync, readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Socket } from "node:net";
import { issue } from "../../../../src/pki/certificate.js";
import type { ProgramContext } from "../container/entry.js";
import { flagOf } from "./flags.js";
import { answerText, sniffedType } from "./serve.js";

const isOn = (args: readonly string[], flag: string, usually: boolean): boolean => {
  if (args.includes(`--${flag}`)) return true;
  const value = args.find((arg) => arg.startsWith(`--${flag}=`))?.split("=")[1];
  return value === undefined ? usually : value === "true";
};

/** After SIGTERM it goes on for so long: endpoints are withdrawn meanwhile. */
const farewellMs = 60_000;

/** `--http`, `--tcp` or `--udp`: tells the pod's name. */
export function serveHostname({ hostname }: ProgramContext, args: readonly string[]): Promise<number> | number {
  const port = Number(flagOf(args, "port") ?? 9376);
  const tcp = isOn(args, "tcp", false);
  const udp = isOn(args, "udp", false);
  const http = isOn(args, "http", true);
  if (http && (tcp || udp)) {
    console.error("Can't server TCP/UDP mode and HTTP mode at the same time");
    return 1;
  }
  if (tcp) createServer((socket) => socket.on("error", () => socket.destroy()).end(hostname)).listen(port);
  if (udp) {
    const socket = createSocket("udp4");
    socket.on("message", (_data, from) => socket.send(hostname, from.port, from.address));
    socket.bind(port);
  }
  if (http) {
    const closes = isOn(args, "close", false);
    createHttpServer((request, response) => {
      console.log(`HTTP request from ${request.socket.remoteAddress}:${request.socket.remotePort}`);
      if (closes) response.setHeader("connection", "close");
      answerText(response, 200, hostname);
    }).listen(port);
  }
  console.log(`Serving on port ${port}.`);
  return new Promise((resolve) => {
    process.once("SIGTERM", () => {
      console.log("Shutting down after receiving signal: terminated.\nAwaiting pod deletion.");
      setTimeout(() => resolve(0), farewellMs);
    });
  });
}

/** Serves on each port that a variable SERVE_PORT_80 or SERVE_TLS_PORT_443 names what the variable says. */
export function porter({ env }: ProgramContext, args: readonly string[]): Promise<number> {
  const isJson = isOn(args, "json-response", false);
  for (const [name, value = ""] of Object.entries(env)) {
    const [, tls, port] = /^SERVE_(TLS_)?PORT_(\d+)$/.exec(name) ?? [];
    if (port === undefined) continue;
    const answer: RequestListener = ({ method }, response) => {
      if (isJson) answerText(response, 200, JSON.stringify({ Method: method, Body: value }), "application/json");
      else answerText(response, 200, value, sniffedType(value));
    };
    const server = tls === undefined ? createHttpServer(answer) : createHttpsServer(certificateOf(env), answer);
    server.on("error", (error) => console.error(`server on port "${port}" failed: ${error.message}`));
    server.listen(Number(port));
  }
  return new Promise(() => setInterval(() => {}, 2 ** 31 - 1));
}

/** The image's own certificate for localhost, or the one that is mounted. */
function certificateOf(env: NodeJS.ProcessEnv): { cert: string; key: string } {
  const { CERT_FILE: certFile = "", KEY_FILE: keyFile = "" } = env;
  if (certFile !== "" && existsSync(certFile) && existsSync(keyFile))
    return { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
  const { certificate, key } = issue({ commonName: "localhost" }, { kind: "server", names: ["localhost", "127.0.0.1"] }, 3_650);
  return { cert: certificate, key };
}

/** Takes one connection, checks what it is sent, and sends chunks: BIND_PORT, EXPECTED_CLIENT_DATA, CHUNKS, CHUNK_SIZE, CHUNK_INTERVAL. */
export function portForwardTester({ env }: ProgramContext): Promise<number> {
  const expected = Buffer.from(env.EXPECTED_CLIENT_DATA ?? "");
  const [chunks, size, intervalMs] = ["CHUNKS", "CHUNK_SIZE", "CHUNK_INTERVAL"].map((name) => Number(env[name]));
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, (client) => {
      server.close();
      console.log("Accepted client connection");
      client.on("error", () => client.destroy());
      readExactly(client, expected.length, (read) => {
        if (read.length !== expected.length) {
          console.log(`Expected to read ${expected.length} bytes from client, but got ${read.length} instead. err=EOF`);
          resolve(2);
        } else if (!read.equals(expected)) {
          console.log(`Expect to read "${expected}", but got "${read}". err=<nil>`);
          resolve(3);
        } else {
          if (expected.length > 0) console.log("Received expected client data");
          sendChunks(client, chunks ?? 0, size ?? 0, intervalMs ?? 0, () => resolve(0));
        }
      });
    });
    server.once("error", reject);
    server.listen(Number(env.BIND_PORT), env.BIND_ADDRESS || "localhost");
  });
}

function readExactly(client: Socket, bytes: number, onRead: (read: Buffer) => void): void {
  if (bytes === 0) {
    onRead(Buffer.alloc(0));
    return;
  }
  let read = Buffer.alloc(0);
  const end = (): void => {
    client.removeListener("data", take);
    client.removeListener("end", end);
    onRead(read.subarray(0, bytes));
  };
  const take = (part: Buffer): void => {
    read = Buffer.concat([read, part]);
    if (read.length >= bytes) end();
  };
  client.on("data", take);
  client.once("end", end);
}

function sendChunks(client: Socket, left: number, size: number, intervalMs: number, onDone: () => void): void {
  if (left > 0) {
    client.write("x".repeat(size), () =>
      setTimeout(sendChunks, left > 1 ? intervalMs : 0, client, left - 1, size, intervalMs, onDone),
    );
    return;
  }
  console.log("Shutting down connection");
  client.end();
  // What the client has not read yet is not to be lost by a reset.
  setTimeout(() => {
    console.log("Done");
    onDone();
  }, 500);
}
