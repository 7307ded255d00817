/** A watch over HTTP whose reader is slow: what waits, what is paced, and when it is cut off. */
import { EventEmitter } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { RenderContext } from "../../actors/apiserver/http/render.js";
import type { HttpRequest, HttpResponse } from "../../actors/apiserver/io/http/message.js";
import { serveWatch } from "../../actors/apiserver/io/http/watch-response.js";
import type { WatchEvent } from "../../actors/apiserver/messages.js";
import { FrontMetrics } from "../../actors/apiserver/metrics/front-metrics.js";
import { Registry } from "../../actors/apiserver/metrics/registry.js";
import type { ApiHandler, WatchRequest, WatchSink } from "../../actors/apiserver/request.js";

const test = suite("a watch's response");

/** A connection whose reader takes only what `read` lets through. */
class SlowResponse extends EventEmitter implements HttpResponse {
  headersSent = false;
  statusCode = 0;
  destroyed = false;
  ended = false;
  writableLength = 0;
  text = "";
  /** What has gone out, of what was written. */
  sent = "";
  readonly socket = {
    uncork: () => {
      this.sent = this.text;
    },
  };

  writeHead(code: number): void {
    this.statusCode = code;
    this.headersSent = true;
  }
  write(chunk: string | Uint8Array): boolean {
    this.text += String(chunk);
    this.writableLength += chunk.length;
    return false;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.destroyed = true;
  }
  read(): void {
    this.writableLength = 0;
    this.emit("drain");
  }
}

function served() {
  const response = new SlowResponse();
  const watched: { sink?: WatchSink; closed: boolean } = { closed: false };
  const metrics = { front: new FrontMetrics(new Registry()) };
  const handler = {
    metrics,
    watch: (_watch: WatchRequest, sink: WatchSink) => {
      watched.sink = sink;
      return {
        closed: () => {
          watched.closed = true;
        },
      };
    },
  };
  const context: RenderContext = {
    resource: undefined,
    representation: { encoding: "json", parameters: new Map() },
    pretty: false,
    nowMs: 0,
    includeObject: "Metadata",
  };
  const exchange = { request: { headers: {} } as HttpRequest, response, onSetUp: () => undefined };
  serveWatch(handler as unknown as ApiHandler, {} as WatchRequest, exchange, context);
  const sink = watched.sink!;
  return { response, sink, watched, cutOff: () => metrics.front.terminatedWatchers.of("").value };
}

const event = (number: number, bytes = 100): WatchEvent => ({
  type: "ADDED",
  object: JSON.stringify({ n: number, pad: "x".repeat(bytes) }) as WatchEvent["object"],
  resourceVersion: String(number),
});
const many = (count: number, bytes: number): WatchEvent[] => Array.from({ length: count }, (_, number) => event(number, bytes));
const numbers = ({ text }: SlowResponse): number[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).object.n);

test("what there is at first is paced by the reader, and comes in order, whole, and before the end", () => {
  const { response, sink, watched } = served();
  sink.started();
  const all = many(1_000, 30_000);
  for (let from = 0; from < all.length; from += 250) sink.events(all.slice(from, from + 250));
  sink.ended();
  assert.not(response.ended);
  assert.ok(numbers(response).length < 1_000, "not everything is handed to the connection at once");
  for (let count = 0; count < 100 && !response.ended; count += 1) response.read();
  assert.equal(
    numbers(response),
    Array.from({ length: 1_000 }, (_, number) => number),
  );
  assert.ok(response.ended);
  assert.not(watched.closed);
});

test("a reader that falls behind by more than 8 MiB of what happens is cut off", async () => {
  const { response, sink, watched, cutOff } = served();
  sink.started();
  await undefined;
  for (let number = 0; number < 250; number += 1) sink.events([event(number, 30_000)]);
  assert.not(response.destroyed);
  assert.is(cutOff(), 0);
  for (let number = 0; number < 100; number += 1) sink.events([event(number, 30_000)]);
  assert.ok(response.destroyed);
  assert.ok(cutOff() > 0, "it is counted");
  assert.ok(watched.closed);
});

test("a reader that takes what it gets is never cut off", async () => {
  const { response, sink } = served();
  sink.started();
  await undefined;
  for (let number = 0; number < 2_000; number += 1) {
    sink.events([event(number, 30_000)]);
    if (number % 50 === 0) response.read();
  }
  assert.not(response.destroyed);
});

test("an event has gone out when it was told, whatever else is still to be done in this turn", async () => {
  const { response, sink } = served();
  sink.started();
  await undefined;
  sink.events([event(1)]);
  assert.is(response.sent, response.text);
  assert.ok(response.sent.includes('"n":1'), "the event was sent");
});

test.run();
