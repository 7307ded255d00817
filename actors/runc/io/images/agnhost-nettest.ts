/**
 * `agnhost nettest`: pods of one Service that look for each other. `/write` is where others say that they have come,
 * `/read` tells all that was seen, `/status` is pass, running or fail, and `/quit` ends it.
 */
import http from "node:http";
import type { ProgramContext } from "../container/entry.js";
import { flagOf } from "./flags.js";
import { askCluster } from "./in-cluster.js";
import { answerText, pathOf, readBody, serveUntilSignal } from "./serve.js";

const logLinesMost = 500;
const rounds = 15;
const endpointsWithinMs = 5 * 60_000;

class Meetings {
  private readonly sent = new Map<string, number>();
  private readonly received = new Map<string, number>();
  private readonly errors: string[] = [];
  private readonly lines: string[] = [];
  searching = true;

  constructor(
    readonly hostname: string,
    private readonly peersWanted: number,
  ) {}

  note(line: string): void {
    this.lines.push(line);
    if (this.lines.length > logLinesMost) this.lines.shift();
  }

  cameFrom(source: string): void {
    if (source === "") this.errors.push(`${this.hostname}: Got request with no source`);
    else this.received.set(source, (this.received.get(source) ?? 0) + 1);
  }

  wentTo(hostname: string): void {
    this.sent.set(hostname, (this.sent.get(hostname) ?? 0) + 1);
  }

  misread(why: string): void {
    this.errors.push(why);
  }

  status(): "pass" | "running" | "fail" {
    if (this.sent.size >= this.peersWanted && this.received.size >= this.peersWanted) return "pass";
    return this.searching ? "running" : "fail";
  }

  /** As Go writes a struct whose maps and lists may never have been made. */
  document(): string {
    const counts = (map: ReadonlyMap<string, number>) => (map.size === 0 ? null : Object.fromEntries(map));
    const state = {
      Hostname: this.hostname,
      Sent: counts(this.sent),
      Received: counts(this.received),
      Errors: this.errors.length === 0 ? null : this.errors,
      Log: this.lines.length === 0 ? null : this.lines,
      StillContactingPeers: this.searching,
    };
    return JSON.stringify(state, null, "\t");
  }
}

export function nettest({ hostname }: ProgramContext, args: readonly string[]): Promise<number> {
  const peers = Number(flagOf(args, "peers") ?? 8);
  const delayMs = Number(flagOf(args, "delay-shutdown") ?? 0) * 1000;
  const service = flagOf(args, "service") ?? "nettest";
  const namespace = flagOf(args, "namespace") ?? "default";
  const meetings = new Meetings(hostname, peers);
  if (delayMs > 0) process.once("SIGTERM", () => setTimeout(() => process.exit(0), delayMs));
  void search(meetings, `/api/v1/namespaces/${namespace}/endpoints/${service}`, peers).finally(() => {
    meetings.searching = false;
  });
  return serveUntilSignal(
    Number(flagOf(args, "port") ?? 8080),
    (request, response) => {
      const path = pathOf(request);
      if (path === "/read") answerText(response, 200, meetings.document());
      else if (path === "/status") answerText(response, 200, meetings.status());
      else if (path === "/quit") process.exit(0);
      else if (path === "/write") {
        readBody(request, (body) => {
          try {
            meetings.cameFrom(String((JSON.parse(body) as { Source?: unknown }).Source ?? ""));
          } catch (error) {
            meetings.misread((error as Error).message);
          }
          answerText(response, 200, `${JSON.stringify({ Hostname: hostname })}\n`);
        });
      } else answerText(response, 404, "404 page not found\n");
    },
    delayMs > 0 ? ["SIGINT"] : undefined,
  );
}

/** Waits until the Service has enough endpoints, then goes to all of them, several times: some come later than others. */
async function search(meetings: Meetings, endpoints: string, peersWanted: number): Promise<void> {
  const everyMs = Math.max(5_000, Math.floor(peersWanted / 10) * 1000);
  const pause = () => new Promise((resolve) => setTimeout(resolve, everyMs).unref());
  const untilMs = Date.now() + Math.max(endpointsWithinMs, peersWanted * 1000);
  for (let found = await peersOf(meetings, endpoints); found.length < peersWanted && Date.now() < untilMs; ) {
    meetings.note(
      `${endpoints} has ${found.length} endpoints (${found.join(" ")}), fewer than ${peersWanted}: waiting for others`,
    );
    await pause();
    found = await peersOf(meetings, endpoints);
  }
  for (let round = 0; round < rounds; round++) {
    for (const peer of await peersOf(meetings, endpoints)) await visit(meetings, peer);
    await pause();
  }
}

interface EndpointSubset {
  readonly addresses?: ReadonlyArray<{ readonly ip: string }>;
  readonly ports?: ReadonlyArray<{ readonly port: number }>;
}

async function peersOf(meetings: Meetings, endpoints: string): Promise<string[]> {
  try {
    const { status, body } = await askCluster("GET", endpoints);
    if (status !== 200) throw new Error(body);
    const { subsets = [] } = JSON.parse(body) as { subsets?: EndpointSubset[] };
    return subsets.flatMap(({ addresses = [], ports = [] }) =>
      addresses.flatMap(({ ip }) => ports.map(({ port }) => `http://${ip}:${port}`)),
    );
  } catch (error) {
    meetings.note(`Unable to read ${endpoints}: ${(error as Error).message}`);
    return [];
  }
}

function visit(meetings: Meetings, peer: string): Promise<void> {
  meetings.note(`Attempting to contact ${peer}`);
  return new Promise((resolve) => {
    const failed = (why: string): void => {
      meetings.note(`Warning: unable to contact the endpoint ${JSON.stringify(peer)}: ${why}`);
      resolve();
    };
    const asked = http.request(`${peer}/write`, { method: "POST", agent: false, timeout: 10_000 }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        try {
          meetings.wentTo(String((JSON.parse(text) as { Hostname: unknown }).Hostname));
          resolve();
        } catch {
          failed(`it answered ${JSON.stringify(text)}`);
        }
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("i/o timeout")));
    asked.on("error", (error) => failed(error.message));
    asked.end(JSON.stringify({ Dest: peer, Source: meetings.hostname }));
  });
}
