/**
 * One HTTP/1.1 connection over TLS, and as little of a client around it as there can be: what is timed through it is the server.
 * One question at a time; a watch takes the connection for itself.
 */
import { connect, type TLSSocket } from "node:tls";

/** A Kubernetes API server, and an administrator's bearer token for it. */
export interface Target {
  readonly port: number;
  readonly token: string | undefined;
}

/** No answer and no event takes longer, or the bench fails. */
const patienceMs = 60_000;

const within = <Value>(what: string, start: (resolve: (value: Value) => void) => void): Promise<Value> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} took more than ${patienceMs} ms`)), patienceMs);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });

const endOfChunks = "0\r\n\r\n";

/** Finds the end of an answer as its bytes come. */
class AnswerEnd {
  private head = "";
  private tail = "";
  private seen = 0;
  private wanted: number | undefined;

  /** Whether this is the last of it. */
  isReachedBy(part: Buffer): boolean {
    this.seen += part.length;
    if (this.wanted === undefined) this.readHead(part);
    this.tail = (this.tail + part.subarray(-endOfChunks.length).toString("latin1")).slice(-endOfChunks.length);
    return this.wanted === Number.POSITIVE_INFINITY ? this.tail === endOfChunks : this.seen >= (this.wanted ?? Infinity);
  }

  get code(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.head)?.[1]);
  }

  private readHead(part: Buffer): void {
    this.head += part.toString("latin1");
    const length = this.head.indexOf("\r\n\r\n");
    if (length < 0) return;
    const body = /^content-length: (\d+)/im.exec(this.head.slice(0, length + 2))?.[1];
    this.wanted = body === undefined ? Number.POSITIVE_INFINITY : length + 4 + Number(body);
  }
}

export class Connection {
  private constructor(
    private readonly socket: TLSSocket,
    private readonly token: string | undefined,
  ) {}

  static open({ port, token }: Target): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] }, () =>
        resolve(new Connection(socket, token)),
      );
      socket.setNoDelay(true);
      socket.once("error", reject);
    });
  }

  /** Asks, and returns the status code once the last byte of the answer is here. */
  ask(method: string, path: string, body?: unknown): Promise<number> {
    return within(`${method} ${path}`, (resolve) => {
      const end = new AnswerEnd();
      const hear = (part: Buffer) => {
        if (!end.isReachedBy(part)) return;
        this.socket.off("data", hear);
        resolve(end.code);
      };
      this.socket.on("data", hear);
      this.send(method, path, body === undefined ? "" : JSON.stringify(body));
    });
  }

  /** Watches: returns once the answer has begun, and gives the text of every event as it comes. */
  watch(path: string, onEvent: (event: string) => void): Promise<void> {
    return within(`the watch of ${path}`, (resolve) => {
      let rest = "";
      this.socket.on("data", (part: Buffer) => {
        const lines = (rest + part.toString("latin1")).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("HTTP/1.1 200")) resolve();
          else if (line.startsWith("{")) onEvent(line);
        }
      });
      this.send("GET", path, "");
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private send(method: string, path: string, body: string): void {
    const head = [`${method} ${path} HTTP/1.1`, "Host: 127.0.0.1", `Authorization: Bearer ${this.token ?? ""}`];
    if (body !== "") head.push("Content-Type: application/json", `Content-Length: ${Buffer.byteLength(body)}`);
    this.socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  }
}

export async function makeNamespace(target: Target, name: string): Promise<void> {
  const connection = await Connection.open(target);
  const code = await connection.ask("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  connection.close();
  if (code !== 201) throw new Error(`the create of a namespace was answered ${code}`);
}

/** As many ConfigMaps of 1 KB as are asked for, made over several connections. */
export async function makeConfigMaps(target: Target, namespace: string, count: number): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const data = { a: "x".repeat(1000) };
  let left = count;
  const some = async () => {
    const connection = await Connection.open(target);
    while (left > 0) {
      left -= 1;
      const metadata = { name: `made-${left}` };
      const code = await connection.ask("POST", path, { apiVersion: "v1", kind: "ConfigMap", metadata, data });
      if (code !== 201) throw new Error(`a create was answered ${code}`);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: 16 }, some));
}
