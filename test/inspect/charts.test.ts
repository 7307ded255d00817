import { suite } from "uvu";
import * as assert from "uvu/assert";
import { and, not, setup } from "xstate";
import { allCharts } from "../../src/inspect/all-charts.js";
import { chartOf, mermaidOf } from "../../src/inspect/chart-export.js";

const door = setup({
  guards: { locked: () => false, frozen: () => false },
  actions: { ring: () => undefined, oil: () => undefined },
  delays: { patience: 1_000 },
}).createMachine({
  id: "door",
  initial: "closed",
  states: {
    closed: {
      entry: "oil",
      on: { knock: { actions: "ring" }, push: { guard: and([not("locked"), "frozen"]), target: "open" } },
    },
    open: {
      initial: "wide",
      states: { wide: { after: { patience: "#door.gone" } } },
      always: { guard: "frozen", target: "gone" },
    },
    gone: { type: "final" },
  },
});

const test = suite("charts drawn from machines");

test("states with their kind and what they do on entry", () => {
  const { states } = chartOf(door);
  assert.equal(
    states.map(({ id, type, initial, entry }) => [id, type, initial, entry]),
    [
      ["", "compound", "closed", []],
      ["closed", "atomic", undefined, ["oil"]],
      ["open", "compound", "open.wide", []],
      ["open.wide", "atomic", undefined, []],
      ["gone", "final", undefined, []],
    ],
  );
});

test("transitions with their event, guard, target and actions", () => {
  assert.equal(chartOf(door).transitions, [
    { from: "closed", event: "knock", actions: ["ring"] },
    { from: "closed", event: "push", guard: "not locked and frozen", to: "open", actions: [] },
    { from: "open", event: "always", guard: "frozen", to: "gone", actions: [] },
    { from: "open.wide", event: "after patience", to: "gone", actions: [] },
  ]);
});

test("Mermaid's text", () => {
  assert.is(
    mermaidOf(chartOf(door)),
    [
      "stateDiagram-v2",
      '  state "closed" as closed',
      '  state "open" as open {',
      '    state "wide" as open_wide',
      "    [*] --> open_wide",
      "  }",
      '  state "gone" as gone',
      "  gone --> [*]",
      "  [*] --> closed",
      "  closed --> closed : knock / ring",
      "  closed --> open : push [not locked and frozen]",
      "  open --> gone : always [frozen]",
      "  open_wide --> gone : after patience",
      "",
    ].join("\n"),
  );
});

test("every actor has a chart of its own first, and every chart of the system is found and drawn", async () => {
  const found = await allCharts();
  for (const actor of ["apiserver", "controller-manager", "etcd", "kube-proxy", "kubelet", "runc", "scheduler"]) {
    const own = found.filter((each) => each.actor === actor);
    assert.is(own[0]?.module, `actors/${actor}/machine`);
  }
  assert.ok(found.some(({ machine }) => machine.id === "supervisor"));
  for (const { machine, module } of found) {
    const { states, transitions } = chartOf(machine);
    assert.ok(states.length > 2 && transitions.length > 1, `${module} is a chart with states`);
    const unnamed = [
      ...transitions.flatMap(({ actions, guard }) => [...actions, guard ?? ""]),
      ...states.flatMap(({ entry, exit }) => [...entry, ...exit]),
    ];
    assert.not.ok(unnamed.includes("unnamed"), `${module} names its guards and actions`);
  }
});

test.run();
