/** The charts behind what extends the API: API services, and objects that a webhook converts. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ApiServices } from "../../actors/apiserver/aggregation/api-services.js";
import { apiServicesMachine } from "../../actors/apiserver/aggregation/machine.js";
import { conversionMachine } from "../../actors/apiserver/conversion/machine.js";
import type { ConvertedWork } from "../../actors/apiserver/conversion/work.js";
import { play, standIn } from "./chart-player.js";

/** API services for which there is something to do, one thing after another, and then nothing. */
function apiServices(tasks: string[], hasExtensions = false) {
  const log: string[] = [];
  const taskNow = () => ({ what: tasks[0] ?? "nothing" });
  let changed = (): void => undefined;
  let written = (_type: "written" | "failed"): void => undefined;
  let checked = (): void => undefined;
  const services = {
    // The chart asks what there is to do before its first action runs.
    task: taskNow(),
    hasExtensions,
    follow: (onChanged: () => void) => {
      changed = onChanged;
    },
    look: () => {
      services.task = taskNow();
    },
    write: (onEnded: typeof written) => {
      log.push(services.task.what);
      written = (type) => {
        if (type === "written") tasks.shift();
        onEnded(type);
      };
    },
    check: (onChecked: () => void) => {
      log.push("check");
      checked = () => {
        tasks.shift();
        onChecked();
      };
    },
    giveUp: () => log.push("give up"),
    tookTooLong: () => {
      tasks.shift();
      log.push("too long");
    },
  };
  const played = play(apiServicesMachine, { services: standIn<ApiServices>(services) });
  return {
    ...played,
    log,
    tasks,
    changed: () => changed(),
    written: (type: "written" | "failed") => written(type),
    checked: () => checked(),
  };
}

test("API services are written one by one, and looked at again when something changes", () => {
  const { log, state, written, changed, tasks } = apiServices(["create", "delete"]);
  assert.equal([log, state()], [["create"], "writing"]);
  written("written");
  assert.equal(log, ["create", "delete"]);
  written("written");
  assert.is(state(), "settled");
  tasks.push("tell");
  changed();
  assert.equal(log, ["create", "delete", "tell"]);
});

test("an API service that could not be written is looked at again after a while", () => {
  const { log, state, written, wait } = apiServices(["create"]);
  written("failed");
  assert.is(state(), "backingOff");
  wait(199);
  assert.equal(log, ["create"]);
  wait(1);
  assert.equal([log, state()], [["create", "create"], "writing"]);
});

test("an extension API server is checked, and then every second it is seen whether it is due again", () => {
  const { log, state, checked, changed, wait, tasks } = apiServices(["check"], true);
  checked();
  assert.equal([log, state()], [["check", "give up"], "watching"]);
  tasks.push("check");
  wait(1_000);
  assert.is(state(), "checking");
  checked();
  tasks.push("tell");
  changed();
  assert.equal([log.at(-1), state()], ["tell", "writing"], "a change is not waited for");
});

test("an extension API server that does not answer in time is given up, and noted as silent", () => {
  const { log, state, wait } = apiServices(["check"], true);
  wait(5_000);
  assert.equal([log, state()], [["check", "give up", "too long"], "watching"]);
});

/** Work that lacks conversions so many times. */
function conversion(lacking: number) {
  const log: string[] = [];
  let answered = (): void => undefined;
  const work = {
    asks: lacking > 0,
    leftMs: 1_000,
    ask: (onAnswered: () => void) => {
      log.push("ask");
      answered = onAnswered;
    },
    giveUp: () => log.push("give up"),
    attempt: () => {
      log.push("attempt");
      lacking -= 1;
      work.asks = lacking > 0;
    },
    tell: () => log.push("tell"),
    tellTimeout: () => log.push("timeout"),
  };
  return { log, answer: () => answered(), ...play(conversionMachine, { work: standIn<ConvertedWork>(work) }) };
}

test("work that lacks nothing is told at once", () => {
  const { log, over } = conversion(0);
  assert.equal([log, over()], [["tell"], true]);
});

test("work is attempted again with what the webhook converted, and may lack more", () => {
  const { log, answer, over } = conversion(2);
  answer();
  assert.equal(log, ["ask", "give up", "attempt", "ask"]);
  answer();
  assert.equal([log.slice(4), over()], [["give up", "attempt", "tell"], true]);
});

test("work whose conversion takes too long ends with a timeout; what nobody wants any more ends without a word", () => {
  const late = conversion(1);
  late.wait(1_000);
  assert.equal([late.log, late.state(), late.over()], [["ask", "give up", "timeout"], "timedOut", true]);
  const abandoned = conversion(1);
  abandoned.send({ type: "abandoned" });
  assert.equal([abandoned.log, abandoned.state(), abandoned.over()], [["ask", "give up"], "abandoned", true]);
});

test.run();
