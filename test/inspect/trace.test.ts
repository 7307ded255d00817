import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { TraceRecord } from "../../src/actor/trace.js";
import { type TraceLine, traceLine } from "../../src/actor/trace-line.js";
import { Abouts, PodFilter, readable } from "../../src/inspect/readable-trace.js";
import type { Envelope } from "../../src/wire/envelope.js";

const envelope = (part: Partial<Envelope>): Envelope => ({
  kind: "call",
  from: "kubelet/node-1",
  fromIncarnation: 1,
  to: "apiserver/0",
  toIncarnation: 0,
  name: "patch",
  correlation: 1,
  fromOpener: true,
  sequence: 1,
  cause: "",
  id: "kubelet/node-1#1.7",
  deadlineMs: 0,
  body: null,
  ...part,
});

const message = (part: Partial<Envelope>): TraceLine => {
  const record: TraceRecord = {
    kind: "message",
    atMs: 1_250,
    actor: "apiserver/0",
    direction: "received",
    envelope: envelope(part),
  };
  return JSON.parse(traceLine(record)) as TraceLine;
};
const transition = (chart: string, cause = ""): TraceLine => ({
  kind: "transition",
  atMs: 1_250,
  actor: "kubelet/node-1",
  chart,
  event: "start",
  from: "created",
  to: "running",
  cause,
});

const path = { group: "", version: "v1", resource: "pods", namespace: "default", name: "web-1", subresource: "status" };

const test = suite("traces for people");

test("a line tells what a message is about, and nothing of its body", () => {
  const table: ReadonlyArray<readonly [Partial<Envelope>, string]> = [
    [{ body: { path, patch: "secret" } }, "pods default/web-1/status"],
    [{ kind: "open", body: { request: { path: { resource: "pods" } }, credits: 1 } }, "pods"],
    [{ body: { key: "/registry/core/pods/default/web-1" } }, "/registry/core/pods/default/web-1"],
    [{ body: { config: { metadata: { namespace: "default", name: "web-1" } } } }, "default/web-1"],
    [{ body: { image: "nginx" } }, "nginx"],
    [{ kind: "reply", body: { ok: true, reply: { path } } }, ""],
    [{ kind: "cast", body: { path } }, ""],
  ];
  for (const [part, about] of table) {
    const line = message(part);
    assert.is(line.kind === "message" ? line.message.about : undefined, about);
    assert.not.match(JSON.stringify(line), "secret");
  }
});

test("lines read as sentences", () => {
  assert.is(
    readable(message({ body: { path } }), 1_000),
    "    0.250  kubelet/node-1 → apiserver/0  patch pods default/web-1/status",
  );
  assert.is(
    readable(transition("pod default/web-1"), 1_000),
    "    0.250  kubelet/node-1  [pod default/web-1] created ⇒ running  on start",
  );
  const note: TraceLine = { kind: "note", atMs: 1_250, actor: "etcd/0", text: "recovered", cause: "" };
  assert.is(readable(note, 1_000), "    0.250  etcd/0  recovered");
});

test("a reply tells what its call was about", () => {
  const abouts = new Abouts();
  abouts.complete(message({ body: { path } }));
  const reply = abouts.complete(message({ kind: "reply", id: "apiserver/0#1.3", cause: "kubelet/node-1#1.7" }));
  assert.is(reply.kind === "message" ? reply.message.about : undefined, "pods default/web-1/status");
});

test("a pod's lines are those that name it, and what those led to", () => {
  const table: ReadonlyArray<readonly [TraceLine, boolean]> = [
    [message({ body: { path } }), true],
    [message({ body: { path: { ...path, name: "web-10" } }, id: "other#1.1" }), false],
    [transition("pod default/web-1"), true],
    [transition("pod default/web-10"), false],
    [transition("binding", "kubelet/node-1#1.7"), true],
    [transition("binding", "other#1.1"), false],
    [message({ kind: "reply", id: "apiserver/0#1.3", cause: "kubelet/node-1#1.7" }), true],
  ];
  const filter = new PodFilter("web-1");
  for (const [line, kept] of table) assert.is(filter.keeps(line), kept, JSON.stringify(line));
});

test.run();
