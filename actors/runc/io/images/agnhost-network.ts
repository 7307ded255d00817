/** What agnhost does with the network beside serving HTTP: datagrams, dialling others, and the gRPC health protocol. */
import { createSocket } from "node:dgram";
import http from "node:http";
import { createServer } from "node:http2";

/** Answers `hostname`, `echo WORDS` and `clientip`, a datagram each. */
export function serveDatagrams(port: number, hostname: string): void {
  const server = createSocket("udp4");
  server.on("message", (data, from) => {
    const text = data.toString("utf8").trim();
    const [word = "", ...rest] = text.split(" ");
    const answer = new Map([
      ["hostname", hostname],
      ["echo", rest.join(" ")],
      ["clientip", `${from.address}:${from.port}`],
    ]).get(word.toLowerCase());
    if (answer !== undefined) server.send(answer, from.port, from.address);
  });
  server.bind(port, () => console.log(`Started UDP server on port ${port}`));
}

const answerMs = 5_000;
/** What `/dial` may be asked to try. */
const triesMost = 100;

/** `/dial?host=…&port=…&protocol=udp&request=hostName&tries=1`: asks another pod and tells what it answered. */
export async function dial(query: URLSearchParams): Promise<string> {
  const host = query.get("host") ?? "";
  const port = Number(query.get("port") ?? 0);
  const request = query.get("request") ?? "hostName";
  const tries = Math.min(triesMost, Number(query.get("tries") ?? 1));
  const ask = query.get("protocol") === "udp" ? askByDatagram : askByHttp;
  const responses: string[] = [];
  const errors: string[] = [];
  for (let left = tries; left > 0; left--) {
    await ask(host, port, request).then(
      (answer) => responses.push(answer),
      (error: Error) => errors.push(error.message),
    );
  }
  return JSON.stringify({
    ...(responses.length === 0 ? {} : { responses }),
    ...(errors.length === 0 ? {} : { errors }),
  });
}

const askByDatagram = (host: string, port: number, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    const timer = setTimeout(() => finish(() => reject(new Error(`reading from udp connection failed: i/o timeout`))), answerMs);
    socket.once("message", (data) => finish(() => resolve(data.toString("utf8").trim())));
    socket.once("error", (error) => finish(() => reject(error)));
    socket.send(request, port, host);
  });

const askByHttp = (host: string, port: number, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    http
      .get({ host, port, path: `/${request}`, timeout: answerMs, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve(text.trim()));
      })
      .on("error", reject);
  });

/** `grpc-health-checking --port=5000 --http-port=8080`: serves until it is told over HTTP that it does not. */
export function serveHealth(port: number, httpPort: number): void {
  let serving = true;
  const server = createServer();
  server.on("stream", (stream, headers) => {
    const known = headers[":path"] === "/grpc.health.v1.Health/Check";
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": known ? "0" : "12" }));
    // HealthCheckResponse { status = 1 }: 1 is SERVING, 2 is NOT_SERVING.
    if (known) stream.end(Buffer.from([0, 0, 0, 0, 2, 8, serving ? 1 : 2]));
    else stream.end();
  });
  server.listen(port, () => console.log(`gRPC server listening on port ${port}`));
  http
    .createServer((request, response) => {
      if (request.url === "/make-not-serving") serving = false;
      if (request.url === "/make-serving") serving = true;
      response.end();
    })
    .listen(httpPort);
}
