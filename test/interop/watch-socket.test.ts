/** Watches and logs over WebSockets, as a browser or a client without chunked answers reads them. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WebSocket } from "ws";
import { ApiFront } from "../support/api-front.js";
import { until } from "../support/until.js";

const test = suite("WebSockets");
const configMaps = "/api/v1/namespaces/default/configmaps";
const json = { "content-type": "application/json" };
const origin = "http://localhost";

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start({ nodes: 1 });
});
test.after(() => front?.stop());

interface Heard {
  readonly socket: WebSocket;
  readonly messages: Array<string | Buffer>;
  /** How it ended: a close code, or the code of an HTTP answer. */
  ended: number | undefined;
  body: string;
}

function open(path: string, protocols: string[] = [], headers: Readonly<Record<string, string>> = { origin }): Heard {
  const options = { ca: front.certificateAuthority, headers: { authorization: front.authorization, ...headers } };
  const socket = new WebSocket(`${front.cluster.url.replace("https", "wss")}${path}`, protocols, options);
  const heard: Heard = { socket, messages: [], ended: undefined, body: "" };
  socket.on("message", (data: Buffer, isBinary) => heard.messages.push(isBinary ? data : data.toString("utf8")));
  socket.on("unexpected-response", (_request, response) => {
    heard.ended = response.statusCode ?? 0;
    response.on("data", (part: Buffer) => (heard.body += part.toString("utf8")));
  });
  socket.on("error", () => (heard.ended ??= 0));
  socket.on("close", (code) => (heard.ended ??= code));
  return heard;
}

const create = (name: string) =>
  front.ask("POST", configMaps, { headers: json, body: JSON.stringify({ metadata: { name }, data: { a: "b" } }) });

test("each event of a watch is a message of text, until the watch is over", async () => {
  assert.is((await create("first")).code, 201);
  const { socket, messages, ...heard } = open(`${configMaps}?watch=true&fieldSelector=metadata.name=first`, ["binary.k8s.io"]);
  await until("the first event came", () => messages.length > 0 || heard.ended !== undefined);
  assert.is(socket.protocol, "binary.k8s.io");
  const event = JSON.parse(String(messages[0])) as { type: string; object: { metadata: { name: string } } };
  assert.equal([typeof messages[0], event.type, event.object.metadata.name], ["string", "ADDED", "first"]);
  await front.ask("DELETE", `${configMaps}/first`);
  await until("the deletion is told", () => messages.some((message) => String(message).includes('"type":"DELETED"')));
  socket.send("nobody hears this");
  socket.close();
  const short = open(`${configMaps}?watch=true&timeoutSeconds=1`);
  await until("the watch is over", () => short.ended !== undefined);
  assert.equal([short.socket.protocol, short.ended], ["", 1000]);
});

test("events as protobuf are messages of bytes", async () => {
  await create("second");
  const heard = open(`${configMaps}?watch=true&fieldSelector=metadata.name=second`, [], {
    origin,
    accept: "application/vnd.kubernetes.protobuf",
  });
  await until("the first event came", () => heard.messages.length > 0 || heard.ended !== undefined);
  const [message] = heard.messages;
  assert.ok(Buffer.isBuffer(message));
  assert.is(message?.toString("latin1", 0, 7), "\n\u0005ADDED");
  heard.socket.close();
});

test("what no watch can be made of is refused: who does not say whence he comes, with two protocols, or without the right", async () => {
  const refused: ReadonlyArray<readonly [Heard, number]> = [
    [open(`${configMaps}?watch=true`, [], {}), 403],
    [open(`${configMaps}?watch=true`, ["a", "b"]), 400],
    [open(`${configMaps}?watch=true`, [], { origin, authorization: "Bearer wrong" }), 401],
    [open(`${configMaps}?watch=true&resourceVersion=x`), 422],
    [open(`${configMaps}?watch=true`, [], { origin, accept: "image/png" }), 406],
    [open(configMaps), 404],
  ];
  for (const [heard, code] of refused) {
    await until("it is refused", () => heard.ended !== undefined);
    assert.is(heard.ended, code);
  }
});

test("a browser shows its token as a protocol beside the one that it speaks", async () => {
  const token = Buffer.from(front.cluster.token).toString("base64url");
  const heard = open(`${configMaps}?watch=true&timeoutSeconds=1`, [`base64url.bearer.authorization.k8s.io.${token}`, "mine"], {
    origin,
    authorization: "",
  });
  await until("the watch is over", () => heard.ended !== undefined);
  assert.equal([heard.socket.protocol, heard.ended], ["mine", 1000]);
});

test("a container's log comes as messages of bytes, or of base64 text, after an empty one", async () => {
  const pod = {
    metadata: { name: "talker" },
    spec: { containers: [{ name: "a", image: "busybox", command: ["sh", "-c", "echo hello; sleep 1000"] }] },
  };
  const pods = "/api/v1/namespaces/default/pods";
  await until("a pod can be made", async () => {
    const { code } = await front.ask("POST", pods, { headers: json, body: JSON.stringify(pod) });
    return code === 201;
  });
  await until("the pod has spoken", async () => (await front.ask("GET", `${pods}/talker/log`)).text === "hello\n");
  const expected: ReadonlyArray<readonly [protocols: string[], messages: Array<string | Buffer>]> = [
    [[], [Buffer.alloc(0), Buffer.from("hello\n")]],
    [["binary.k8s.io"], [Buffer.alloc(0), Buffer.from("hello\n")]],
    [
      ["other", "base64.binary.k8s.io"],
      ["", Buffer.from("hello\n").toString("base64")],
    ],
  ];
  for (const [protocols, messages] of expected) {
    const heard = open(`${pods}/talker/log`, protocols, {});
    await until("the log has been told", () => heard.ended !== undefined);
    assert.equal([heard.messages, heard.ended], [messages, 1000]);
  }
  const following = open(`${pods}/talker/log?follow=true`);
  await until("the log is told while it goes on", () => following.messages.length === 2);
  following.socket.close();
  for (const [path, protocols, code] of [
    [`${pods}/talker/log`, ["other"], 403],
    [`${pods}/nobody/log`, [], 404],
    [`${pods}/talker/log?tailLines=-1`, [], 422],
  ] as const) {
    const heard = open(path, [...protocols]);
    await until("it is refused", () => heard.ended !== undefined);
    assert.is(heard.ended, code, path);
  }
});

test.run();
