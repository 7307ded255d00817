import { test } from "uvu";
import * as assert from "uvu/assert";
import { correlatorLimits, EventCorrelator } from "../../src/actor/events/correlator.js";
import { type EventToRecord, recordEvent } from "../../src/actor/events.js";
import { badRequest } from "../../src/api/status.js";
import type { Event } from "../../src/api/types.js";
import { wireError } from "../../src/wire/errors.js";
import { chartWorld } from "../support/chart-world.js";

const about = (message: string, name = "web"): EventToRecord => ({
  involvedObject: { kind: "Pod", namespace: "default", name, uid: `uid-${name}` },
  type: "Warning",
  reason: "FailedScheduling",
  message,
  component: "default-scheduler",
});

test("a repeat is counted", () => {
  const correlator = new EventCorrelator();
  const first = correlator.correlate(about("full"), 1_000)!;
  correlator.written(first.key, "web.1");
  const second = correlator.correlate(about("full"), 5_000)!;
  assert.equal([second.name, second.count, second.firstAtMs, second.lastAtMs], ["web.1", 2, 1_000, 5_000]);
});

test("many that differ only in their message are combined", () => {
  const correlator = new EventCorrelator();
  const messages = Array.from({ length: 12 }, (_, index) => correlator.correlate(about(`try ${index}`), index)!.event.message);
  assert.is(messages[8], "try 8");
  assert.is(messages[9], "(combined from similar events): try 9");
  assert.is(messages[11], "(combined from similar events): try 11");
  const later = correlator.correlate(about("try 12"), correlatorLimits.similarWithinMs + 20)!;
  assert.is(later.event.message, "try 12", "after the interval they are apart again");
});

test("an object that causes too many is silenced, others are not", () => {
  const correlator = new EventCorrelator();
  const written = Array.from({ length: 30 }, () => correlator.correlate(about("full"), 0)).filter((each) => each !== undefined);
  assert.is(written.length, correlatorLimits.burst);
  assert.ok(correlator.correlate(about("full", "other"), 0), "another object may be reported about");
  assert.ok(correlator.correlate(about("full"), correlatorLimits.oneMorePerMs + 1), "one more is allowed after a while");
});

test("an event is created, and its repeat raises its count", () => {
  const { host, api, simulation, statesOf } = chartWorld("scheduler");
  recordEvent(host, about("full"));
  recordEvent(host, about("full"));
  simulation.run(100);
  const [event, ...more] = api.of("events") as unknown as Event[];
  assert.is(more.length, 0, "one object stands for both");
  assert.is(event!.count, 2);
  assert.is(event!.source?.component, "default-scheduler");
  assert.is(event!.metadata.namespace, "default");
  assert.match(event!.metadata.name!, /^web\.[0-9a-f]+$/);
  assert.equal(statesOf("events").slice(0, 4), ["idle", "pacing", "writing", "idle"]);
});

test("a counted event that has expired is created anew", () => {
  const { host, api, simulation, statesOf } = chartWorld("scheduler");
  recordEvent(host, about("full"));
  simulation.run(100);
  api.remove("events", `default/${api.of("events")[0]!.metadata.name}`);
  recordEvent(host, about("full"));
  simulation.run(100);
  assert.is((api.of("events")[0] as unknown as Event).count, 1);
  assert.is(statesOf("events").at(-1), "idle");
});

test("an event of an object without namespace goes to default", () => {
  const { host, api, simulation } = chartWorld("controller-manager");
  recordEvent(host, { ...about("gone"), involvedObject: { kind: "Node", name: "node-1" } });
  simulation.run(100);
  assert.is(api.of("events")[0]!.metadata.namespace, "default");
});

test("a refused event is given up, an unanswered one is tried again", () => {
  const { host, api, simulation, trace, statesOf } = chartWorld("scheduler");
  api.fault = () => wireError("rejected", "no", badRequest("no").status);
  recordEvent(host, about("full"));
  simulation.run(100);
  assert.ok(trace.some((record) => record.kind === "note" && record.text === "event FailedScheduling of web is lost: no"));
  api.fault = () => wireError("unavailable", "starting");
  recordEvent(host, about("still full"));
  simulation.run(100);
  assert.is(statesOf("events").at(-1), "retrying");
  api.fault = () => undefined;
  simulation.run(1_000);
  assert.equal(
    api.of("events").map((event) => event.message),
    ["still full"],
  );
});

test("tries are bounded", () => {
  const { host, api, simulation, statesOf } = chartWorld("scheduler");
  api.fault = () => wireError("unavailable", "starting");
  recordEvent(host, about("full"));
  simulation.run(20_000);
  assert.is(api.requests.length, 5);
  assert.is(statesOf("events").at(-1), "idle");
});

test("a storm is paced, and what cannot wait is lost by name", () => {
  const { host, api, simulation, trace, statesOf } = chartWorld("scheduler");
  for (let index = 0; index < 1_100; index++) recordEvent(host, about("full", `pod-${index}`));
  simulation.run(2_000);
  assert.ok(api.of("events").length <= 205, `paced: ${api.of("events").length} were written in two seconds`);
  assert.ok(statesOf("events").includes("throttled"));
  simulation.run(30_000);
  assert.ok(api.of("events").length >= 1_000);
  assert.ok(trace.some((record) => record.kind === "note" && record.text.startsWith("events are lost")));
});

test("it stops", () => {
  const { host, simulation, statesOf } = chartWorld("scheduler");
  recordEvent(host, about("full"));
  host.charts.get("events")!.send({ type: "stop" });
  simulation.run(10);
  assert.is(statesOf("events").at(-1), "stopped");
});

test.run();
