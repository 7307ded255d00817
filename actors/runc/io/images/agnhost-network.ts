/** What agnhost does with the network beside serving HTTP: datagrams, dialling others, and the gRPC health protocol. */
import { createSocket } from "node:dgram";
import http from "node:http";
import { createServer } from "node:http2";

/** Answers `hostname`, `echo WORDS` and `clientip`, a datagram each. */
export function serveDatagrams(port: number, hostname: string): void {
  const server = createSocket("udp4");
  server.on("message", (data, from) => {
    // Words come back in lower case.
    const text = data.toString("utf8").trim().toLowerCase();
    const answer = new Map([
      ["hostname", hostname],
      ["clientip", `${from.address}:${from.port}`],
    ]).get(text);
    if (answer !== undefined) server.send(answer, from.port, from.address);
    else if (text.startsWith("echo ")) server.send(text.slice("echo ".length), from.port, from.address);
    else if (text !== "") console.log(`Unknown UDP command received from ${from.address}:${from.port}: ${text}`);
  });
  server.bind(port, () => console.log(`Started UDP server on port ${port}`));
}

const answerMs = 5_000;
/** What `/dial` may be asked to try. */
const triesMost = 100;

interface Dialled {
  readonly status: 200 | 400;
  readonly body: string;
}

/** `/dial?host=…&port=…&protocol=udp&request=hostName&tries=1`: asks another pod and tells what it answered. */
export async function dial(query: URLSearchParams): Promise<Dialled> {
  const host = query.get("host") ?? "";
  const port = Number(query.get("port") ?? 0);
  const request = query.get("request") ?? "";
  const tries = Number(query.get("tries") || 1);
  const protocol = (query.get("protocol") || "http").toLowerCase();
  const ask = new Map([
    ["udp", askByDatagram],
    ["http", askByHttp],
  ]).get(protocol);
  const refuse = (problem: string): Dialled => ({ status: 400, body: `${problem}\n` });
  if (!Number.isInteger(tries)) return refuse(`tries parameter is invalid. "${query.get("tries")}"`);
  if (request === "") return refuse("request parameter not specified. <nil>");
  if (ask === undefined) return refuse(`unsupported protocol. ${protocol}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return refuse(`host and/or port param are invalid. address ${host}:${port}`);
  const responses: string[] = [];
  const errors: string[] = [];
  for (let left = Math.min(triesMost, tries); left > 0; left--) {
    await ask(host, port, request).then(
      (answer) => responses.push(answer),
      (error: Error) => errors.push(error.message),
    );
  }
  const body = { ...(errors.length === 0 ? {} : { errors }), ...(responses.length === 0 ? {} : { responses }) };
  return { status: 200, body: JSON.stringify(body) };
}

const askByDatagram = (host: string, port: number, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      socket.close();
      settle();
    };
    const fail = (why: string): void => finish(() => reject(new Error(`reading from udp connection failed. err:'${why}'`)));
    const timer = setTimeout(() => fail(`read udp: i/o timeout`), answerMs);
    socket.once("message", (data) => finish(() => resolve(data.toString("utf8"))));
    socket.once("error", (error) => fail(error.message));
    socket.connect(port, host, () => socket.send(request));
  });

const askByHttp = (host: string, port: number, request: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const path = `/${request.replaceAll(" ", "%20")}`;
    const asking = http.get({ host, port, path, timeout: answerMs, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
    });
    asking.on("timeout", () => asking.destroy(new Error(`Get "http://${host}:${port}${path}": context deadline exceeded`)));
    asking.on("error", reject);
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
