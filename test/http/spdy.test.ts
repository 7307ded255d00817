/** SPDY/3.1 as the API server speaks it, against a client that is written here from the protocol. */
import { Duplex } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { SpdyConnection } from "../../actors/apiserver/io/http/spdy/connection.js";
import { controlFrame, dataFrame, type Frame, FrameReader, numbers } from "../../actors/apiserver/io/http/spdy/frames.js";
import { HeaderReader, HeaderWriter } from "../../actors/apiserver/io/http/spdy/header-block.js";
import type { SpdyStream } from "../../actors/apiserver/io/http/spdy/stream.js";

const spdy = suite("SPDY/3.1");

const types = new Map([
  [2, "reply"],
  [3, "reset"],
  [6, "ping"],
  [7, "go away"],
  [9, "window"],
]);

const otherVersion = Buffer.from([0x80, 2, 0, 1, 0, 0, 0, 0]);

/** A client whose bytes go straight to the server's end. */
class Client {
  readonly streams: SpdyStream[] = [];
  readonly told: string[] = [];
  closed = false;
  readonly connection: SpdyConnection;
  private readonly writer = new HeaderWriter();
  private readonly reader = new FrameReader();
  private readonly carrier: Duplex;

  constructor(accepts: (type: string) => boolean = () => true) {
    this.carrier = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        for (const frame of this.reader.read(bytes) ?? []) this.heard(frame);
        done();
      },
    });
    this.connection = new SpdyConnection(this.carrier, {
      accepts: (headers) => accepts(headers.get("streamtype") ?? ""),
      onStream: (stream) => {
        this.streams.push(stream);
        stream.listen({
          onData: (bytes) => this.told.push(`data ${stream.id}: ${Buffer.from(bytes).toString()}`),
          onEnd: () => this.told.push(`end ${stream.id}`),
          onReset: () => this.told.push(`gone ${stream.id}`),
        });
      },
      onClosed: () => {
        this.closed = true;
      },
    });
  }

  /** What the server sent since the last question. */
  async sent(): Promise<string[]> {
    await new Promise(setImmediate);
    return this.frames.splice(0);
  }
  private readonly frames: string[] = [];

  async send(...frames: Buffer[]): Promise<void> {
    this.carrier.push(Buffer.concat(frames));
    await new Promise(setImmediate);
  }

  syn(id: number, streamType: string, flags = 0): Buffer {
    const block = this.writer.write(new Map([["streamtype", streamType]]));
    return controlFrame(1, flags, Buffer.concat([numbers(id, 0), Buffer.alloc(2), block]));
  }

  private heard(frame: Frame): void {
    if (frame.kind === "data")
      this.frames.push(`data ${frame.streamId}: ${frame.payload.length}${frame.flags === 1 ? " fin" : ""}`);
    else this.frames.push(`${types.get(frame.type)} ${frame.payload.readUInt32BE(0)}`);
  }
}

spdy("header blocks are one compressed stream: each is read with what the earlier ones said", () => {
  const writer = new HeaderWriter();
  const reader = new HeaderReader();
  const headers = new Map([
    ["streamtype", "data"],
    ["port", "80"],
    ["requestid", "7"],
  ]);
  const lengths = [0, 1, 2].map(() => {
    const block = writer.write(headers);
    assert.equal([...(reader.read(block) ?? [])], [...headers]);
    return block.length;
  });
  assert.ok(lengths[2]! < lengths[0]!, "what was said before costs less");
});

spdy("a block that is damaged, or grows too large, is refused", () => {
  assert.is(new HeaderReader().read(Buffer.from("not zlib at all")), undefined);
  const large = new HeaderWriter().write(new Map([["streamtype", "x".repeat(1_000_000)]]));
  assert.ok(large.length < 10_000);
  assert.is(new HeaderReader().read(large), undefined);
  const cut = new HeaderWriter().write(new Map([["streamtype", "data"]])).subarray(0, 20);
  assert.is(new HeaderReader().read(cut), undefined);
});

spdy("frames are cut out of whatever pieces arrive", () => {
  const whole = Buffer.concat([
    dataFrame(1, 0, Buffer.from("abc")),
    controlFrame(6, 0, numbers(3)),
    dataFrame(1, 1, Buffer.alloc(0)),
  ]);
  for (const size of [1, 3, 7, whole.length]) {
    const reader = new FrameReader();
    const frames: Frame[] = [];
    for (let at = 0; at < whole.length; at += size) frames.push(...(reader.read(whole.subarray(at, at + size)) ?? []));
    assert.equal(
      frames.map((frame) => [frame.kind, frame.payload.length]),
      [
        ["data", 3],
        ["control", 4],
        ["data", 0],
      ],
    );
  }
  assert.is(new FrameReader().read(otherVersion), undefined, "that is SPDY/2");
});

spdy("a stream is opened, carries bytes both ways, and is closed one end after the other", async () => {
  const client = new Client();
  await client.send(client.syn(1, "data"), dataFrame(1, 0, Buffer.from("hello")), dataFrame(1, 1, Buffer.alloc(0)));
  assert.equal(client.told, ["data 1: hello", "end 1"]);
  assert.equal(await client.sent(), ["reply 1"]);
  const stream = client.streams[0] as SpdyStream;
  let written = 0;
  stream.write(Buffer.alloc(100_000), () => {
    written += 1;
  });
  stream.end();
  assert.equal(await client.sent(), ["data 1: 32768", "data 1: 32768", "data 1: 32768", "data 1: 1696", "data 1: 0 fin"]);
  assert.is(written, 1, "its writer hears once that all has gone");
  client.connection.goAway();
  assert.equal(await client.sent(), ["go away 1"]);
  client.connection.destroy();
});

spdy("a peer that keeps windows is sent no more than it granted; one that does not is not held up", async () => {
  const client = new Client();
  await client.send(client.syn(1, "data"), controlFrame(4, 0, numbers(1, 7, 1_000)));
  const stream = client.streams[0] as SpdyStream;
  stream.write(Buffer.alloc(2_500));
  assert.equal(await client.sent(), ["reply 1", "data 1: 1000"]);
  await client.send(controlFrame(9, 0, numbers(1, 600)));
  assert.equal(await client.sent(), ["data 1: 600"]);
  await client.send(controlFrame(9, 0, numbers(0, 10)), controlFrame(9, 0, numbers(1, 5_000)));
  assert.equal(await client.sent(), ["data 1: 900"]);
  client.connection.destroy();
});

spdy("what was taken opens the windows again", async () => {
  const client = new Client();
  await client.send(client.syn(1, "data"), dataFrame(1, 0, Buffer.alloc(40_000)));
  await client.sent();
  client.streams[0]?.taken(40_000);
  assert.equal(await client.sent(), ["window 1", "window 0"]);
  client.connection.destroy();
});

spdy("streams are refused and reset; pings are answered; the end of the connection is the end of its streams", async () => {
  const client = new Client((type) => type !== "unknown");
  await client.send(client.syn(1, "unknown"), client.syn(3, "data"), client.syn(5, "data"), controlFrame(6, 0, numbers(9)));
  assert.equal(await client.sent(), ["reset 1", "reply 3", "reply 5", "ping 9"]);
  client.streams[0]?.reset();
  assert.equal(await client.sent(), ["reset 3"]);
  await client.send(controlFrame(3, 0, numbers(5, 5)));
  assert.equal(client.told, ["gone 3", "gone 5"]);
  await client.send(client.syn(7, "data"));
  client.connection.destroy();
  await client.sent();
  assert.equal([client.told.at(-1), client.closed], ["gone 7", true]);
});

spdy("a peer that breaks the protocol is sent away", async () => {
  for (const wrong of [
    (client: Client) => client.syn(2, "data"),
    () => controlFrame(1, 0, Buffer.from("short")),
    () => otherVersion,
  ]) {
    const client = new Client();
    await client.send(wrong(client));
    await client.sent();
    assert.ok(client.closed);
  }
});

spdy.run();
