/**
 * `agnhost guestbook`: a store of words in a primary that tells its replicas, and a frontend that asks them by the names of
 * their Services, `agnhost-primary` and `agnhost-replica`. The guestbook of Kubernetes' tests and of its tutorial.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { ProgramContext } from "../container/entry.js";
import { flagOf } from "./flags.js";
import { answerText, pathOf, queryOf, serveUntilSignal } from "./serve.js";

const registerWithinMs = 15_000;
const againAfterMs = 1_000;
const answerWithinMs = 5_000;

const json = (response: ServerResponse, answer: object): void => answerText(response, 200, JSON.stringify(answer));
const failed = (response: ServerResponse, status: number, message: string): void => answerText(response, status, `${message}\n`);

class Guestbook {
  private readonly words = new Map<string, string>();
  private readonly replicas: string[] = [];

  constructor(
    private readonly podIP: string,
    private readonly backendPort: number,
  ) {}

  async registerAt(primary: string): Promise<number | undefined> {
    const deadline = performance.now() + registerWithinMs;
    while (performance.now() < deadline) {
      try {
        const answer: unknown = JSON.parse(await ask(primary, this.backendPort, `/register?host=${this.podIP}`));
        const { data = {} } = answer as { data?: Record<string, string> };
        for (const [key, value] of Object.entries(data)) this.words.set(key, value);
        console.log(`Registered to node: ${primary}`);
        return undefined;
      } catch (error) {
        console.log(`${primary} does not register this replica: ${(error as Error).message}. Again in 1s.`);
        await new Promise((wake) => setTimeout(wake, againAfterMs));
      }
    }
    console.log("Timed out while registering to primary.");
    return 1;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const query = queryOf(request);
    console.log(`GET ${request.url}`);
    const handlers = new Map([
      ["/register", () => this.register(query, response)],
      ["/get", () => this.get(query, response)],
      ["/set", () => this.set(query, response)],
      ["/guestbook", () => this.forward(query, response)],
    ]);
    const handler = handlers.get(pathOf(request));
    if (handler === undefined) failed(response, 404, "404 page not found");
    else void handler();
  }

  private register(query: URLSearchParams, response: ServerResponse): void {
    const host = query.get("host") ?? "";
    json(response, { data: Object.fromEntries(this.words) });
    this.replicas.push(host);
    console.log(`Node '${host}' registered.`);
  }

  private get(query: URLSearchParams, response: ServerResponse): void {
    const key = query.get("key") ?? "";
    json(response, { data: key === "" ? Object.fromEntries(this.words) : (this.words.get(key) ?? "") });
  }

  private async set(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const key = query.get("key") ?? "";
    if (key === "") {
      failed(response, 400, "cannot set with empty key.");
      return;
    }
    const value = query.get("value") ?? "";
    this.words.set(key, value);
    for (const replica of this.replicas) {
      try {
        await ask(replica, this.backendPort, `/set?${new URLSearchParams({ key, value })}`);
      } catch (error) {
        failed(response, 417, `encountered error while propagating to replica '${replica}': ${(error as Error).message}`);
        return;
      }
    }
    json(response, { message: "Updated" });
  }

  private async forward(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const command = (query.get("cmd") ?? "").toLowerCase();
    const key = query.get("key") ?? "";
    if (command !== "get" && command !== "set") failed(response, 400, `unsupported cmd: '${command}'`);
    else if (command === "set" && key === "") failed(response, 400, "cannot set with empty key.");
    else {
      const host = command === "get" ? "agnhost-replica" : "agnhost-primary";
      const words = new URLSearchParams({ key, value: query.get("value") ?? "" });
      await ask(host, this.backendPort, `/${command}?${words}`).then(
        (answer) => answerText(response, 200, answer),
        (error: Error) => failed(response, 417, `encountered error: ${error.message}`),
      );
    }
  }
}

function ask(host: string, port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asking = http.get({ host, port, path, agent: false, timeout: answerWithinMs }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    asking.on("timeout", () => asking.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
    asking.on("error", reject);
  });
}

/** Serves until a signal; a replica that no primary registers in time ends with 1. */
export async function guestbook({ podIP }: ProgramContext, args: readonly string[]): Promise<number> {
  const book = new Guestbook(podIP, Number(flagOf(args, "backend-port") ?? 6379));
  const served = serveUntilSignal(Number(flagOf(args, "http-port") ?? 80), (request, response) => book.answer(request, response));
  const primary = flagOf(args, "replicaof") ?? "";
  if (primary === "") return served;
  return (await book.registerAt(primary)) ?? served;
}
