/** Sends a run of a campaign's requests to a real cluster, and says what must not have happened. */
import type { ApiFront } from "../support/api-front.js";
import { type Came, PlainClient, type ServerAt, StreamClient, sendBytes } from "./clients.js";
import { type FuzzRequest, requestNumber } from "./requests.js";

export interface CampaignOptions {
  readonly seed: string;
  readonly from: number;
  readonly count: number;
  /** Requests under way at a time. */
  readonly lanes?: number;
}

export interface Finding {
  readonly number: number;
  /** The request before it on the same lane. */
  readonly after?: number;
  readonly what: string;
  readonly request: string;
}

export interface CampaignReport {
  readonly sent: number;
  /** How often each code came, `hungUp` for connections that were ended, as they may be where the bytes are no HTTP. */
  readonly answers: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
  /** What actors noted of their own troubles, when there are findings. */
  readonly notes: readonly string[];
}

const findingsMost = 50;

/** A path that Go's server cannot read: an escape that is none. */
const isMalformed = (path: string): boolean => /%(?![0-9a-f]{2})/i.test(path.split("?", 1)[0]!);

/** What is wrong with how a request was answered; undefined when nothing is. */
function problemWith({ form, path }: FuzzRequest, came: Came, overHttp2: boolean): string | undefined {
  if (came === "silent") return "no answer";
  if (came === "hungUp") {
    // Over HTTP/2 Go resets the stream of what it cannot read, and so does this server.
    return form === "whole" && !(overHttp2 && isMalformed(path)) ? "the server hung up" : undefined;
  }
  return came.code === 500 ? `500: ${came.text}` : undefined;
}

const brief = ({ method, path, headers, body }: FuzzRequest): string =>
  [
    `${method} ${path}`,
    ...headers.filter(([name]) => name !== "authorization").map(([name, value]) => `${name}: ${value.slice(0, 200)}`),
    body.toString("latin1").slice(0, 1_000),
  ].join("\n");

export async function runCampaign(front: ApiFront, options: CampaignOptions): Promise<CampaignReport> {
  const { seed, from, count, lanes = 24 } = options;
  const at: ServerAt = { url: front.cluster.url, certificateAuthority: front.certificateAuthority };
  const answers = new Map<string, number>();
  const findings: Finding[] = [];
  const streams = [new StreamClient(at), new StreamClient(at)];
  let next = from;
  const lane = async (index: number): Promise<void> => {
    const client = index % 2 === 0 ? new PlainClient(at) : streams[(index >> 1) % streams.length]!;
    let last = -1;
    while (next < from + count && findings.length < findingsMost) {
      const after = last;
      const number = next++;
      last = number;
      const request = requestNumber(seed, number, front.authorization);
      const came = request.form === "whole" ? await client.send(request) : await sendBytes(at, request);
      const name = typeof came === "string" ? came : String(came.code);
      answers.set(name, (answers.get(name) ?? 0) + 1);
      const what = problemWith(request, came, client instanceof StreamClient);
      if (what !== undefined) findings.push({ number, after, what, request: brief(request) });
    }
    if (client instanceof PlainClient) client.close();
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  for (const stream of streams) stream.close();
  findings.push(...(await crashes(front)));
  return { sent: next - from, answers, findings, notes: findings.length === 0 ? [] : await notesOf(front) };
}

async function notesOf(front: ApiFront): Promise<string[]> {
  const { text } = await front.ask("GET", "/debug/chartroom/trace");
  return text
    .split("\n")
    .filter((line) => line.includes('"kind":"note"'))
    .slice(-findingsMost);
}

/** Every actor must still be the one that was started. */
async function crashes({ cluster }: ApiFront): Promise<Finding[]> {
  const actors = await cluster.inspect();
  return actors
    .filter(({ incarnation, state }) => incarnation !== 1 || state !== "running")
    .map(({ address, state, incarnation, lastError }) => ({
      number: -1,
      what: `${address} is ${state}, incarnation ${incarnation}: ${lastError}`,
      request: "",
    }));
}

/** Bytes of live objects in the API server's thread, as it tells itself, at the lowest of a few moments. */
export async function heapBytes(front: ApiFront): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < 5; sample += 1) {
    const { text } = await front.ask("GET", "/metrics");
    least = Math.min(least, Number(/^nodejs_heap_size_used_bytes (\d+)/m.exec(text)?.[1] ?? Number.NaN));
  }
  return least;
}
