/** A cluster without nodes, and clients of its HTTPS port as plain as can be: what goes over the wire is what the test says. */
import { mkdtempSync } from "node:fs";
import type { ClientRequest, IncomingMessage } from "node:http";
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { parse } from "yaml";
import { Cluster } from "../../src/cluster/cluster.js";
import type { ClusterOptions } from "../../src/cluster/options.js";

export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export class ApiFront {
  private constructor(
    readonly cluster: Cluster,
    readonly certificateAuthority: string,
  ) {}

  static async start(options: ClusterOptions = {}): Promise<ApiFront> {
    const cluster = await Cluster.start({
      nodes: 0,
      ...options,
      memory: true,
      dataDir: mkdtempSync(join(tmpdir(), "chartroom-front-")),
    });
    const { clusters } = parse(cluster.kubeconfig) as { clusters: Array<{ cluster: { "certificate-authority-data": string } }> };
    const certificateAuthority = Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString("utf8");
    return new ApiFront(cluster, certificateAuthority);
  }

  get authorization(): string {
    return `Bearer ${this.cluster.token}`;
  }

  /** One request over HTTP/1.1 on a connection of its own, as the administrator. */
  ask(
    method: string,
    path: string,
    { headers = {}, body }: Asked = {},
    more: RequestOptions & Pick<ConnectionOptions, "ALPNProtocols"> = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
      const given = { authorization: this.authorization, ...length, ...headers };
      const options = { ca: this.certificateAuthority, agent: false, method, headers: given, ...more };
      const sent = httpsRequest(`${this.cluster.url}${path}`, options, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => resolve(answerOf(response.statusCode ?? 0, response.headers, parts)));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** A watch over HTTP/1.1; what comes of it is the response's. `query` goes after the path's own `?watch=true`. */
  watch(path: string, onResponse: (response: IncomingMessage) => void, query = ""): ClientRequest {
    const options = { ca: this.certificateAuthority, agent: false, headers: { authorization: this.authorization } };
    return httpsRequest(`${this.cluster.url}${path}?watch=true${query === "" ? "" : `&${query}`}`, options, onResponse).end();
  }

  /** A connection that speaks HTTP/2. */
  session(): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const session = connect(this.cluster.url, { ca: this.certificateAuthority });
      session.once("error", reject);
      session.once("remoteSettings", () => resolve(session));
    });
  }

  /** One request as a stream of a connection. */
  askOver(session: ClientHttp2Session, method: string, path: string, { headers = {}, body }: Asked = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const stream = session.request({ ":method": method, ":path": path, authorization: this.authorization, ...headers });
      const parts: Buffer[] = [];
      let code = 0;
      let told: IncomingHttpHeaders = {};
      stream.on("response", (response) => {
        code = Number(response[":status"]);
        told = response;
      });
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("error", reject);
      stream.on("end", () => resolve(answerOf(code, told, parts)));
      stream.end(body);
    });
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }
}

function answerOf(code: number, headers: Answer["headers"], parts: readonly Buffer[]): Answer {
  const bytes = Buffer.concat(parts);
  return { code, headers, bytes, text: bytes.toString("utf8") };
}
