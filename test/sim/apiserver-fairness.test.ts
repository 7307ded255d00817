/** Priority and fairness in an API server: what is there from the start, who waits, who is sent away, and what is counted. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { resourceAttributes } from "../../actors/apiserver/access/attributes.js";
import type { Turn } from "../../actors/apiserver/fairness/turn.js";
import type { ApiUser } from "../../actors/apiserver/request.js";
import type { UntypedObject } from "../../src/api/types.js";
import { ApiServerWorld, configMaps } from "./apiserver-world.js";

const test = suite("priority and fairness");

const group = { group: "flowcontrol.apiserver.k8s.io", version: "v1" };
const levelsPath = { ...group, resource: "prioritylevelconfigurations" };
const schemasPath = { ...group, resource: "flowschemas" };
const jane: ApiUser = { name: "jane", groups: ["system:authenticated"] };
const john: ApiUser = { name: "john", groups: ["system:authenticated"] };

/** A level of few seats, for everybody named jane or john. */
function narrow(world: ApiServerWorld, response: object): void {
  const level = {
    kind: "PriorityLevelConfiguration",
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    metadata: { name: "narrow" },
    spec: {
      type: "Limited",
      limited: { nominalConcurrencyShares: 1, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: response },
    },
  };
  assert.is(world.create(levelsPath, level).error, undefined);
  const schema = {
    kind: "FlowSchema",
    apiVersion: "flowcontrol.apiserver.k8s.io/v1",
    metadata: { name: "narrow" },
    spec: {
      priorityLevelConfiguration: { name: "narrow" },
      matchingPrecedence: 5_000,
      distinguisherMethod: { type: "ByUser" },
      rules: [
        {
          subjects: [
            { kind: "User", user: { name: "jane" } },
            { kind: "User", user: { name: "john" } },
          ],
          resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"], clusterScope: true }],
        },
      ],
    },
  };
  assert.is(world.create(schemasPath, schema).error, undefined);
}

const queued = { type: "Queue", queuing: { queues: 2, handSize: 1, queueLengthLimit: 2 } };

interface Entered {
  readonly turn: Turn;
  readonly came: string[];
}

function enter(world: ApiServerWorld, user: ApiUser, seats = 1): Entered {
  const came: string[] = [];
  const asked = resourceAttributes("list", configMaps);
  const told = { execute: () => came.push("executes"), reject: () => came.push("rejected") };
  return { turn: world.server().flowControl.enter(user, asked, seats, told), came };
}

const metric = (world: ApiServerWorld, start: string): string | undefined =>
  world
    .server()
    .metrics.registry.text()
    .split("\n")
    .find((line) => line.startsWith(start));

/** As many as the level has seats. */
function fill(world: ApiServerWorld, user: ApiUser): Entered[] {
  const seats = Number(metric(world, 'apiserver_flowcontrol_nominal_limit_seats{priority_level="narrow"}')?.split(" ")[1] ?? 3);
  return Array.from({ length: seats }, () => enter(world, user));
}

function narrowWorld(response: object = queued): { world: ApiServerWorld; executing: Entered[] } {
  const world = new ApiServerWorld().untilServing();
  narrow(world, response);
  enter(world, jane).turn.done();
  return { world, executing: fill(world, jane) };
}

test("the suggested and mandatory objects are there from the start, and go on as they should be after a change", () => {
  const world = new ApiServerWorld().untilServing();
  assert.is(world.list(schemasPath).items.length, 13);
  assert.equal(
    world.list(levelsPath).items.map(({ metadata }) => metadata.name),
    ["catch-all", "exempt", "global-default", "leader-election", "node-high", "system", "workload-high", "workload-low"],
  );
  const { object } = world.get(schemasPath, "probes");
  assert.is(object.metadata.generation, 1);
  assert.is(object.metadata.annotations?.["apf.kubernetes.io/autoupdate-spec"], "true");
  const [condition] = (object as UntypedObject & { status: { conditions: Array<Record<string, string>> } }).status.conditions;
  assert.is(condition?.message, 'This FlowSchema references the PriorityLevelConfiguration object named "exempt" and it exists');
});

test("an answer names its flow schema and priority level", () => {
  const world = new ApiServerWorld().untilServing();
  const { turn, came } = enter(world, jane);
  assert.equal(came, ["executes"]);
  assert.equal(turn.headers, {
    "X-Kubernetes-PF-FlowSchema-UID": world.get(schemasPath, "global-default").object.metadata.uid,
    "X-Kubernetes-PF-PriorityLevel-UID": world.get(levelsPath, "global-default").object.metadata.uid,
  });
});

test("who finds no seat waits in a queue and is called when there is one", () => {
  const { world, executing } = narrowWorld();
  const waiting = enter(world, john);
  assert.equal(waiting.came, []);
  assert.is(metric(world, 'apiserver_flowcontrol_current_inqueue_requests{priority_level="narrow"')?.split(" ")[1], "1");
  world.run(1_000);
  executing[0]?.turn.done();
  assert.equal(waiting.came, ["executes"]);
  executing[0]?.turn.done();
  assert.is(
    metric(world, 'apiserver_flowcontrol_current_executing_requests{priority_level="narrow"')?.split(" ")[1],
    String(executing.length),
    "a turn that is over gives its seats back once",
  );
});

test("who waits too long is sent away, and out of the queue", () => {
  const { world, executing } = narrowWorld();
  const waiting = enter(world, john);
  world.run(15_100);
  assert.equal(waiting.came, ["rejected"]);
  executing[0]?.turn.done();
  assert.equal(waiting.came, ["rejected"]);
  assert.match(
    metric(world, "apiserver_flowcontrol_rejected_requests_total") ?? "",
    /flow_schema="narrow",reason="time-out"\} 1$/,
  );
});

test("who goes away while waiting is not served", () => {
  const { world, executing } = narrowWorld();
  const gone = enter(world, john);
  const next = enter(world, john);
  gone.turn.done();
  executing[0]?.turn.done();
  assert.equal([gone.came, next.came], [[], ["executes"]]);
});

const changes: ReadonlyArray<readonly [what: string, change: (world: ApiServerWorld) => unknown]> = [
  ["is deleted", (world) => world.delete(levelsPath, "narrow")],
  ["has no schema any more", (world) => world.delete(schemasPath, "narrow")],
  [
    "has fewer queues",
    (world) =>
      world.patch(levelsPath, "narrow", { spec: { limited: { limitResponse: { queuing: { queues: 1, handSize: 1 } } } } }),
  ],
  [
    "has no queues",
    (world) => world.patch(levelsPath, "narrow", { spec: { limited: { limitResponse: { type: "Reject", queuing: null } } } }),
  ],
];
for (const [what, change] of changes) {
  test(`who waits in a level that ${what} is served all the same, or sent away in time`, () => {
    const { world, executing } = narrowWorld();
    const waiting = [enter(world, john), enter(world, jane)];
    change(world);
    enter(world, { name: "somebody", groups: [] }).turn.done();
    assert.equal(
      waiting.map(({ came }) => came),
      [[], []],
    );
    executing[0]?.turn.done();
    assert.equal(waiting.flatMap(({ came }) => came).join(), "executes");
    world.run(15_100);
    assert.equal(waiting.flatMap(({ came }) => came).sort(), ["executes", "rejected"]);
  });
}

test("where the queue is full, or there is none, a request is sent away at once", () => {
  const { world } = narrowWorld();
  const came = [enter(world, john), enter(world, john), enter(world, john)].map((each) => each.came);
  assert.equal(came, [[], [], ["rejected"]]);
  const { world: other } = narrowWorld({ type: "Reject" });
  assert.equal(enter(other, john).came, ["rejected"]);
  assert.match(metric(other, "apiserver_flowcontrol_rejected_requests_total") ?? "", /reason="concurrency-limit"\} 1$/);
});

test("the administrator never waits", () => {
  const { world } = narrowWorld();
  const admin = { name: "kubernetes-admin", groups: ["system:masters"] };
  for (let count = 0; count < 700; count += 1) assert.equal(enter(world, admin).came, ["executes"]);
});

test("a level that is idle lends its seats to one that is busy", () => {
  const world = new ApiServerWorld().untilServing();
  const limit = () =>
    Number(metric(world, 'apiserver_flowcontrol_current_limit_seats{priority_level="global-default"}')?.split(" ")[1]);
  const turns = Array.from({ length: 90 }, () => enter(world, jane));
  const before = limit();
  const executing = () => turns.filter(({ came }) => came.length > 0).length;
  assert.is(executing(), before);
  world.run(10_100);
  assert.ok(limit() >= 90, `the level has ${limit()} seats after it wanted 90`);
  assert.is(executing(), 90);
});

test("a wide list takes more than one seat", () => {
  const world = new ApiServerWorld().untilServing();
  const { flowControl, catalog } = world.server();
  const roles = catalog.resources.byResource("rbac.authorization.k8s.io", "v1", "clusterroles")!;
  assert.is(flowControl.seatsOfList(roles, 0), 1);
  for (let count = 0; count < 250; count += 1) world.createUnheard(configMaps, { metadata: { name: `map-${count}` } });
  world.run(2_000);
  const maps = catalog.resources.byResource("", "v1", "configmaps")!;
  assert.is(flowControl.seatsOfList(maps, 0), 3);
  assert.is(flowControl.seatsOfList(maps, 50), 1);
});

test("what is mandatory stays as it should be, whatever is written", () => {
  const world = new ApiServerWorld().untilServing();
  world.delete(schemasPath, "catch-all");
  world.delete(schemasPath, "global-default");
  world.delete(levelsPath, "catch-all");
  assert.equal(enter(world, jane).came, ["executes"]);
  world.run(10_100);
  assert.is(world.list(schemasPath).items.length, 13, "deleted objects come back");
  assert.is(world.get(levelsPath, "catch-all").error, undefined);
  const fixed = /spec: Invalid value: .*: spec of 'catch-all' must equal the fixed value$/;
  const limited = { limited: { nominalConcurrencyShares: 9 } };
  assert.match(world.patch(levelsPath, "catch-all", { spec: limited }).error?.message ?? "", fixed);
  assert.match(world.patch(schemasPath, "catch-all", { spec: { matchingPrecedence: 9_999 } }).error?.message ?? "", fixed);
  const lent = { exempt: { nominalConcurrencyShares: 5 } };
  assert.is(world.patch(levelsPath, "exempt", { spec: lent }).error, undefined, "what is lent may change");
});

test("conditions of a schema have types, each another", () => {
  const { world } = narrowWorld();
  const conditions = [{ type: "a" }, { type: "a" }, { status: "True" }];
  const message = world.patch(schemasPath, "narrow", { status: { conditions } }, "application/merge-patch+json", "status").error
    ?.message;
  const told = '[status.conditions[1].type: Duplicate value: "a", status.conditions[2].type: Required value: must not be empty]';
  assert.is(message, `FlowSchema.flowcontrol.apiserver.k8s.io "narrow" is invalid: ${told}`);
});

test("a schema says whether its priority level is there", () => {
  const { world } = narrowWorld();
  const said = () => {
    const { object } = world.get(schemasPath, "narrow");
    return (object as UntypedObject & { status: { conditions?: Array<Record<string, string>> } }).status.conditions?.[0]?.message;
  };
  const references = 'This FlowSchema references the PriorityLevelConfiguration object named "narrow"';
  world.run(10_100);
  assert.is(said(), `${references} and it exists`);
  world.delete(levelsPath, "narrow");
  world.run(10_100);
  assert.is(said(), `${references} but there is no such object`);
});

test("an object that does not say whether it is kept says so, by whether anybody has changed it", () => {
  const world = new ApiServerWorld().untilServing();
  const annotation = "apf.kubernetes.io/autoupdate-spec";
  const said = () => world.get(levelsPath, "system").object.metadata.annotations?.[annotation];
  const remove = { metadata: { annotations: { [annotation]: null } } };
  world.patch(levelsPath, "system", remove);
  world.run(10_100);
  assert.is(said(), "true");
  world.patch(levelsPath, "system", { ...remove, spec: { limited: { nominalConcurrencyShares: 7 } } });
  world.run(10_100);
  assert.is(said(), "false");
  world.patch(levelsPath, "exempt", remove);
  world.run(10_100);
  assert.is(
    world.get(levelsPath, "exempt").object.metadata.annotations?.[annotation],
    "true",
    "what is mandatory is always kept",
  );
});

const lines = (text: string): string[] => text.split("\n").map((line) => line.replace(/ +/g, " "));

test("who looks for what is the matter is told of levels, queues and requests", () => {
  const { world, executing } = narrowWorld();
  enter(world, john);
  const timedOut = enter(world, john);
  world.run(15_100);
  assert.equal(timedOut.came, ["rejected"]);
  enter(world, john);
  enter(world, jane).turn.done();
  const { flowControl } = world.server();
  const count = executing.length;
  const levels = flowControl.dump("priority_levels", false);
  assert.match(levels, /^PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests,/);
  assert.ok(lines(levels).includes(`narrow, 1, false, false, 1, ${count}, ${count + 1}, 0, 2, 1`), levels);
  const rows = levels.trimEnd().split("\n");
  assert.is(new Set(rows.map((row) => row.indexOf(",", 20) > 0)).size, 1);
  const queues = lines(flowControl.dump("queues", false));
  assert.is(queues.filter((line) => line.startsWith("narrow, ")).length, 2);
  assert.is(
    queues.filter((line) => /^narrow, \d, 1, 0, 0, \d\.\d{8}ss, 1, 1, 1\.00000000ss$/.test(line)).length,
    1,
    queues.join("\n"),
  );
  const requests = lines(flowControl.dump("requests", true)).filter((line) => line.startsWith("narrow, "));
  assert.is(requests.length, count + 1);
  assert.match(requests[0] ?? "", /^narrow, narrow, \d, 0, john, \S+Z, 1, 0, 0s, , john, list, , default, , , configmaps, $/);
  assert.match(requests[1] ?? "", /^narrow, narrow, -1, -1, jane, \S+Z, 1, 0, 0s, \S+Z, jane, list,/);
  assert.not.match(flowControl.dump("requests", false), "UserName");
});

test("what a user changed of the suggested objects is undone, unless he says that it is his", () => {
  const world = new ApiServerWorld().untilServing();
  const shares = () =>
    (world.get(levelsPath, "system").object as UntypedObject & { spec: { limited: { nominalConcurrencyShares: number } } }).spec
      .limited.nominalConcurrencyShares;
  const change = (annotation: string) =>
    world.patch(levelsPath, "system", {
      metadata: { annotations: { "apf.kubernetes.io/autoupdate-spec": annotation } },
      spec: { limited: { nominalConcurrencyShares: 7 } },
    });
  assert.is(change("true").error, undefined);
  world.run(10_100);
  assert.is(shares(), 30);
  assert.is(change("false").error, undefined);
  world.run(10_100);
  assert.is(shares(), 7);
});

test.run();
