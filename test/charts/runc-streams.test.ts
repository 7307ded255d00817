/** What runc streams and asks: logs, commands, forwarded ports, probes. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ConnectionReader, type DriverError, noProcess, type ProbeResult } from "../../actors/runc/io/driver.js";
import type { SimulatedDriver } from "../../actors/runc/io/simulated-driver.js";
import { RuncHarness, type StreamListener } from "./runc-harness.js";

const text = (chunks: unknown[]): string =>
  (chunks as Array<{ data: Uint8Array }>).map((chunk) => new TextDecoder().decode(chunk.data)).join("");

test("a log is read, its tail, and what is added while it is followed", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "echo one; sleep 1; echo two; sleep 1"] });
  harness.call("startContainer", { containerId: container });
  const request = { containerId: container, follow: false, timestamps: false };
  assert.match(text(harness.open("containerLog", request).chunks), /simulated container.*\none\n$/s);
  const followed = harness.open("containerLog", { ...request, follow: true, tailLines: 1 });
  assert.is(text(followed.chunks), "one\n");
  harness.run(1_000);
  assert.is(text(followed.chunks), "one\ntwo\n");
  harness.run(2_000);
  assert.ok(followed.ended);
  const stamped = harness.open("containerLog", { ...request, timestamps: true, tailLines: 1 });
  assert.is(text(stamped.chunks), "2025-01-01T00:00:01.000000000Z two\n");
  assert.is(text(harness.open("containerLog", { ...request, limitBytes: 9 }).chunks), "chartroom");
  assert.is(harness.open("containerLog", { ...request, containerId: "none" }).error?.code, "rejected");
});

test("a log waits for a slow reader, and ends with it", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "echo one; sleep 100"] });
  harness.call("startContainer", { containerId: container });
  const control: { backlog: number; listener?: StreamListener } = { backlog: 1 };
  const followed = harness.open("containerLog", { containerId: container, follow: true, timestamps: false }, control);
  assert.is(harness.stateOf("log"), "waiting");
  control.backlog = 0;
  control.listener?.onDrain?.();
  assert.is(harness.stateOf("log"), "reading");
  control.listener?.onClosed?.({ code: "cancelled", message: "" });
  assert.is(harness.stateOf("log"), "gone");
  assert.not.ok(followed.ended);
  const other: { backlog: number; listener?: StreamListener } = { backlog: 1 };
  harness.open("containerLog", { containerId: container, follow: true, timestamps: false }, other);
  other.listener?.onClosed?.({ code: "cancelled", message: "" });
  assert.is(harness.stateOf("log"), "gone");
});

test("a command is run for a probe, and given up at its deadline", () => {
  const rules = [
    {
      exec: [
        { command: "slow", exitCode: 0, delayMs: 5_000 },
        { command: "sick", exitCode: 1, stdout: "no\n" },
      ],
    },
  ];
  const harness = new RuncHarness({ rules });
  const { container } = harness.pod();
  const request = { containerId: container, command: ["sick"], timeoutMs: 1_000 };
  assert.is(harness.call("execSync", request).error?.code, "rejected", "it does not run yet");
  harness.call("startContainer", { containerId: container });
  assert.equal(harness.call("execSync", request).ok, { exitCode: 1, stdout: "no\n", stderr: "" });
  const slow = harness.call("execSync", { ...request, command: ["slow"] });
  harness.run(1_000);
  assert.equal(slow.error, { code: "rejected", message: 'command "slow" timed out', details: { reason: "DeadlineExceeded" } });
  assert.ok(harness.call("execSync", { ...request, timeoutMs: 0 }).ok, "no deadline");
});

test("exec streams its output and its exit code; whoever asked may go away", () => {
  const harness = new RuncHarness({ rules: [{ exec: [{ exitCode: 4, stdout: "out", stderr: "err", delayMs: 100 }] }] });
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const request = { containerId: container, command: ["cat"], stdin: true, tty: false };
  const control: { backlog: number; listener?: StreamListener } = { backlog: 0 };
  const heard = harness.open("exec", request, control);
  control.listener?.onChunk?.({ stdin: new Uint8Array([65]) });
  control.listener?.onChunk?.({ resize: { width: 80, height: 24 } });
  control.listener?.onHalfClose?.();
  assert.is(harness.stateOf("exec"), "inputClosed");
  harness.run(100);
  assert.equal(
    (heard.chunks as Array<{ stream: string }>).map((chunk) => chunk.stream),
    ["stdout", "stderr", "exit"],
  );
  assert.ok(heard.ended);
  for (const halfClosed of [false, true]) {
    harness.open("exec", request, control);
    if (halfClosed) control.listener?.onHalfClose?.();
    control.listener?.onClosed?.({ code: "cancelled", message: "" });
    assert.is(harness.stateOf("exec"), "gone");
  }
  const plain = harness.open("exec", request);
  harness.run(100);
  assert.equal(plain.chunks.at(-1), { stream: "exit", exitCode: 4 });
  assert.is(harness.open("exec", { ...request, containerId: "none" }).error?.code, "rejected");
});

test("a command whose container goes away ends with an error, also when its input was closed", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  let fail: (error: DriverError) => void = () => {};
  const exec = {
    value: (_id: string, _request: unknown, reader: { onError: typeof fail }) => {
      fail = reader.onError;
      return noProcess;
    },
  };
  harness.start(Object.create(harness.driver, { exec }) as SimulatedDriver);
  const control: { backlog: number; listener?: StreamListener } = { backlog: 0 };
  const heard = harness.open("exec", { containerId: container, command: ["cat"], stdin: true, tty: false }, control);
  control.listener?.onHalfClose?.();
  fail({ reason: "RuntimeUnavailable", message: "gone" });
  assert.equal(heard.error, { code: "rejected", message: "gone", details: { reason: "RuntimeUnavailable" } });
});

test("what a command writes while its reader has no room comes later, joined, and before its exit code", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({
    image: "busybox",
    command: ["sh", "-c", "sleep 1; echo a; echo b; sleep 1; echo c; exit 5"],
  });
  const control: { backlog: number; listener?: StreamListener } = { backlog: 1 };
  harness.call("startContainer", { containerId: container });
  const heard = harness.open("attach", { containerId: container, stdin: false, tty: false }, control);
  harness.run(1500);
  assert.equal(heard.chunks, [], "nothing is sent to who takes nothing");
  control.backlog = 0;
  control.listener?.onDrain?.();
  const told = () =>
    (heard.chunks as Array<{ stream: string; data?: Uint8Array }>).map(({ stream, data }) =>
      data === undefined ? stream : `${stream} ${new TextDecoder().decode(data)}`,
    );
  assert.equal(told(), ["stdout a\nb\n"]);
  control.backlog = 1;
  harness.run(1000);
  assert.equal(told(), ["stdout a\nb\n", "stdout c\n", "exit"]);
});

test("attach follows the main process until it ends", () => {
  const harness = new RuncHarness();
  const { container } = harness.pod({ image: "busybox", command: ["sh", "-c", "sleep 1; echo late; exit 5"] });
  harness.call("startContainer", { containerId: container });
  const heard = harness.open("attach", { containerId: container, stdin: false, tty: false });
  harness.run(3_000);
  assert.match(text(heard.chunks.slice(0, -1)), "late\n");
  assert.equal(heard.chunks.at(-1), { stream: "exit", exitCode: 5 });
});

/** What came over a forwarded connection: bytes as text, everything else by its name. */
const forwarded = (chunks: unknown[]) =>
  (chunks as Array<{ stream: string; data?: Uint8Array }>).map(({ stream, data }) =>
    data === undefined ? stream : new TextDecoder().decode(data),
  );

test("a port of a pod is connected to, written to at its pace, read and closed", () => {
  const harness = new RuncHarness({ rules: [{ http: [{ path: "/hello", status: 200, body: "hi" }] }] });
  const { sandbox, container } = harness.pod();
  harness.call("startContainer", { containerId: container });
  const control: { backlog: number; listener?: StreamListener; consumed?: number } = { backlog: 0 };
  const heard = harness.open("portForward", { podSandboxId: sandbox, port: 80 }, control);
  assert.equal(forwarded(heard.chunks), ["accepted"]);
  const ask = (text: string) => control.listener?.onChunk?.({ data: new TextEncoder().encode(text) });
  ask("GET /hello HTTP/1.1\r\n");
  ask("Host: pod\r\n\r\n");
  assert.match(forwarded(heard.chunks)[1] ?? "", /^HTTP\/1\.1 200 .*\r\n\r\nhi$/s);
  assert.is(control.consumed, 2, "each chunk is credited when it has gone on its way");
  control.listener?.onDrain?.();
  control.listener?.onHalfClose?.();
  assert.equal([forwarded(heard.chunks).at(-1), heard.ended, heard.error], ["end", true, undefined]);
});

/** Connections of a runtime that the test speaks for: what they are told, and their reader. */
function spoken(harness: RuncHarness, sandbox: string) {
  const done: string[] = [];
  let reader: ConnectionReader | undefined;
  const connect = {
    value: (_target: unknown, given: ConnectionReader) => {
      reader = given;
      const note = (what: string) => () => done.push(what);
      return { write: note("write"), end: note("end"), taken: note("taken"), cancel: note("cancel") };
    },
  };
  harness.start(Object.create(harness.driver, { connect }) as SimulatedDriver);
  const control: { backlog: number; listener?: StreamListener } = { backlog: 0 };
  const dial = () => harness.open("portForward", { podSandboxId: sandbox, port: 80 }, control);
  return { done, control, dial, reader: () => reader };
}

test("a port on which nothing listens is refused, one of no sandbox too; a connection is given up and breaks", () => {
  const harness = new RuncHarness();
  const { sandbox } = harness.pod();
  const refused = harness.open("portForward", { podSandboxId: sandbox, port: 81 });
  assert.is(refused.error?.message, "dial tcp 127.20.1.2:81: connect: connection refused");
  assert.is(harness.open("portForward", { podSandboxId: "none", port: 80 }).error?.code, "rejected");
  const { done, control, dial, reader } = spoken(harness, sandbox);
  dial();
  control.listener?.onHalfClose?.();
  control.listener?.onClosed?.({ code: "cancelled", message: "" });
  assert.equal(done.splice(0), ["end", "cancel"], "input may end before the connection is there");
  const broken = dial();
  reader()?.onOpen();
  control.listener?.onHalfClose?.();
  reader()?.onClosed({ reason: "RuntimeUnavailable", message: "connection reset by peer" });
  assert.equal([done.splice(0), broken.error?.message], [["end"], "connection reset by peer"]);
  const over = dial();
  reader()?.onOpen();
  control.backlog = 1;
  reader()?.onData(Uint8Array.of(1));
  assert.equal(done, [], "a server waits while its reader is behind");
  reader()?.onClosed();
  assert.equal([over.ended, over.error], [true, undefined]);
  for (const when of ["open", "half closed"]) {
    dial();
    reader()?.onOpen();
    if (when === "half closed") control.listener?.onHalfClose?.();
    control.listener?.onClosed?.({ code: "cancelled", message: "" });
    assert.is(done.at(-1), "cancel", when);
  }
  const early = dial();
  reader()?.onClosed();
  assert.ok(early.ended, "a server may close before it is heard to be there");
  dial();
  reader()?.onOpen();
  control.listener?.onHalfClose?.();
  reader()?.onClosed();
  const lost = dial();
  reader()?.onOpen();
  reader()?.onClosed({ reason: "RuntimeUnavailable", message: "gone" });
  assert.is(lost.error?.message, "gone");
});

test("when a server has said all, its client has half a second to end too", () => {
  const harness = new RuncHarness();
  const { sandbox } = harness.pod();
  const { done, control, dial, reader } = spoken(harness, sandbox);
  const ended = () => {
    const heard = dial();
    reader()?.onOpen();
    reader()?.onEnd();
    assert.equal(forwarded(heard.chunks), ["accepted", "end"]);
    return heard;
  };
  const waiting = ended();
  harness.run(499);
  assert.equal([waiting.ended, done], [false, []]);
  harness.run(1);
  assert.equal([waiting.ended, waiting.error, done.splice(0)], [true, undefined, ["cancel"]]);
  for (const both of [false, true]) {
    for (const end of ["closed", "broken", "gone"]) {
      const heard = ended();
      if (both) {
        control.listener?.onHalfClose?.();
        assert.equal(done.splice(0), ["end"]);
        harness.run(1_000);
        assert.not(heard.ended, "who has ended in time waits for the connection to close");
      }
      if (end === "gone") {
        control.listener?.onClosed?.({ code: "cancelled", message: "" });
        assert.equal(done.splice(0), ["cancel"]);
      } else reader()?.onClosed(end === "closed" ? undefined : { reason: "RuntimeUnavailable", message: end });
      if (end !== "gone") assert.is(heard.error?.message, end === "closed" ? undefined : "broken");
    }
  }
  const heard = dial();
  reader()?.onOpen();
  control.listener?.onHalfClose?.();
  reader()?.onEnd();
  assert.equal([forwarded(heard.chunks), done.splice(0)], [["accepted", "end"], ["end"]]);
  reader()?.onClosed();
  assert.ok(heard.ended);
});

test("probes answer as the rules say", () => {
  const rules = [
    {
      http: [
        { path: "/healthz", status: 200 },
        { path: "/healthz", status: 500, fromMs: 1_000 },
      ],
    },
  ];
  const harness = new RuncHarness({ rules });
  const { sandbox, container } = harness.pod();
  const http = {
    podSandboxId: sandbox,
    timeoutMs: 1_000,
    kind: "http",
    scheme: "HTTP",
    host: "",
    port: 80,
    path: "/healthz",
    headers: [],
  };
  const tcp = { podSandboxId: sandbox, timeoutMs: 1_000, kind: "tcp", host: "", port: 80 };
  const refused = "dial tcp 127.20.1.2:80: connect: connection refused";
  assert.equal(harness.call("probe", tcp).ok, { success: false, message: refused });
  assert.is((harness.call("probe", http).ok as ProbeResult).message, `Get "http://127.20.1.2:80/healthz": ${refused}`);
  harness.call("startContainer", { containerId: container });
  assert.equal(harness.call("probe", tcp).ok, { success: true, message: "" });
  assert.equal(harness.call("probe", http).ok, { success: true, message: "" });
  harness.run(1_000);
  assert.equal(harness.call("probe", http).ok, { success: false, message: "HTTP probe failed with statuscode: 500" });
  assert.is(harness.call("probe", { ...tcp, podSandboxId: "none" }).error?.code, "rejected");
});

test.run();
