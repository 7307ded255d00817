import { test } from "uvu";
import * as assert from "uvu/assert";
import { chooseNode } from "../../actors/scheduler/choose-node.js";
import { interPodAffinity } from "../../actors/scheduler/inter-pod.js";
import type { NodeInfo } from "../../actors/scheduler/node-info.js";
import { spreadScore } from "../../actors/scheduler/topology-spread.js";
import { seededRandom } from "../../src/actor/random.js";
import type { Affinity, Pod, PodAffinityTerm, TopologySpreadConstraint } from "../../src/api/types.js";
import { aPod, info, nodeWith } from "./fixtures.js";

const host = "kubernetes.io/hostname";
const zone = "topology.kubernetes.io/zone";
const labelled = (name: string, app: string, affinity?: Affinity, namespace = "default"): Pod =>
  aPod(name, affinity === undefined ? {} : { affinity }, { labels: { app }, namespace });
const on = (name: string, inZone: string, ...pods: Pod[]) =>
  nodeWith(name, { labels: { [host]: name, [zone]: inZone } }, ...pods);
const term = (app: string, topologyKey: string, more: Partial<PodAffinityTerm> = {}): PodAffinityTerm => ({
  topologyKey,
  labelSelector: { matchLabels: { app } },
  ...more,
});
const near = (...required: PodAffinityTerm[]): Affinity => ({
  podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required },
});
const apart = (...required: PodAffinityTerm[]): Affinity => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required },
});

const reason = (pod: Pod, ...nodes: NodeInfo[]): string => {
  const choice = chooseNode(info(pod), nodes, seededRandom("1"), { start: 0 });
  return choice.ok ? choice.node.name : choice.error.message.replace(/ preemption:.*/, "");
};
const none = (count: number, ...why: string[]) => `0/${count} nodes are available: ${why.join(", ")}.`;
const notNear = "node(s) didn't match pod affinity rules";
const notApart = "node(s) didn't match pod anti-affinity rules";
const keptAway = "node(s) didn't satisfy existing pods anti-affinity rules";
const skewed = "node(s) didn't match pod topology spread constraints";

const db = labelled("db-0", "db");
const web = labelled("web-0", "web");

const table: Array<[string, Pod, NodeInfo[], string]> = [
  ["near another pod", labelled("p", "web", near(term("db", host))), [on("a", "z"), on("b", "z", db)], "b"],
  [
    "near another pod, by zone",
    labelled("p", "web", near(term("db", zone))),
    [on("a", "x"), on("b", "y"), on("c", "y", db), on("d", "x", web)],
    "b or c",
  ],
  [
    "nobody to be near to",
    labelled("p", "web", near(term("db", host))),
    [on("a", "z"), on("b", "z", web)],
    none(2, `2 ${notNear}`),
  ],
  ["the first of a group", labelled("p", "db", near(term("db", host))), [on("a", "z")], "a"],
  [
    "near a pod of another namespace does not count",
    labelled("p", "web", near(term("db", host))),
    [on("a", "z", labelled("db-1", "db", undefined, "other"))],
    none(1, `1 ${notNear}`),
  ],
  [
    "near a pod of a namespace that is named",
    labelled("p", "web", near(term("db", host, { namespaces: ["other"] }))),
    [on("a", "z", labelled("db-1", "db", undefined, "other"))],
    "a",
  ],
  [
    "near a pod of any namespace",
    labelled("p", "web", near(term("db", host, { namespaceSelector: {} }))),
    [on("a", "z", labelled("db-1", "db", undefined, "other"))],
    "a",
  ],
  ["apart from its own kind", labelled("p", "web", apart(term("web", host))), [on("a", "z", web), on("b", "z")], "b"],
  ["apart with nowhere left", labelled("p", "web", apart(term("web", host))), [on("a", "z", web)], none(1, `1 ${notApart}`)],
  ["apart by zone", labelled("p", "web", apart(term("web", zone))), [on("a", "x", web), on("b", "x"), on("c", "y")], "c"],
  [
    "a node without the label is in no place",
    labelled("p", "web", near(term("web", "rack"))),
    [on("a", "z", web)],
    none(1, `1 ${notNear}`),
  ],
  [
    "kept away by a pod that wants to be apart",
    labelled("p", "web"),
    [on("a", "z", labelled("db-1", "db", apart(term("web", host)))), on("b", "z")],
    "b",
  ],
  [
    "kept away everywhere",
    labelled("p", "web"),
    [on("a", "z", labelled("db-1", "db", apart(term("web", host))))],
    none(1, `1 ${keptAway}`),
  ],
];
for (const [what, pod, nodes, expected] of table) {
  test(`${what}: ${expected}`, () => assert.ok(expected.split(" or ").includes(reason(pod, ...nodes)), reason(pod, ...nodes)));
}

const spreading = (
  topologyKey: string,
  maxSkew: number,
  whenUnsatisfiable = "DoNotSchedule",
  more: Partial<TopologySpreadConstraint> = {},
): Pod => {
  const topologySpreadConstraints = [
    { topologyKey, maxSkew, whenUnsatisfiable, labelSelector: { matchLabels: { app: "web" } }, ...more },
  ];
  return aPod("p", { topologySpreadConstraints }, { labels: { app: "web" } });
};
const webs = (count: number, from: string) => Array.from({ length: count }, (_, index) => labelled(`${from}-${index}`, "web"));
const full = { unschedulable: true };

const spreads: Array<[string, Pod, NodeInfo[], string]> = [
  ["the emptier zone", spreading(zone, 1), [on("a", "x", ...webs(2, "a")), on("b", "y", ...webs(1, "b"))], "b"],
  ["either within the skew", spreading(zone, 2), [on("a", "x", ...webs(1, "a")), on("b", "y", ...webs(1, "b"))], "a or b"],
  ["a node without the label", spreading(zone, 1), [nodeWith("a", {})], none(1, `1 ${skewed} (missing required label)`)],
  [
    "the emptier zone is closed",
    spreading(zone, 1),
    [on("a", "x", ...webs(1, "a")), nodeWith("b", { labels: { [zone]: "y" }, ...full })],
    none(2, `1 ${skewed}`, "1 node(s) were unschedulable"),
  ],
  [
    "too few zones",
    spreading(zone, 1, "DoNotSchedule", { minDomains: 2 }),
    [on("a", "x", ...webs(1, "a"))],
    none(1, `1 ${skewed}`),
  ],
  ["soft constraints reject nobody", spreading(zone, 1, "ScheduleAnyway"), [on("a", "x", ...webs(5, "a"))], "a"],
  [
    "soft constraints prefer the emptier",
    spreading(host, 1, "ScheduleAnyway"),
    [on("a", "x", ...webs(3, "a")), on("b", "x")],
    "b",
  ],
];
for (const [what, pod, nodes, expected] of spreads) {
  test(`spread: ${what}: ${expected}`, () =>
    assert.ok(expected.split(" or ").includes(reason(pod, ...nodes)), reason(pod, ...nodes)));
}

test("only pods with the same value of a matchLabelKey count", () => {
  const version = (name: string, hash: string) => aPod(name, {}, { labels: { app: "web", hash } });
  const pod = spreading(host, 1, "DoNotSchedule", { matchLabelKeys: ["hash"] });
  const mine = { ...pod, metadata: { ...pod.metadata, labels: { app: "web", hash: "new" } } };
  assert.is(
    reason(mine, on("a", "x", version("1", "old"), version("2", "old")), nodeWith("b", { labels: { [host]: "b" }, ...full })),
    "a",
  );
});

test("preferred terms give points", () => {
  const weighted = (weight: number, app: string) => ({ weight, podAffinityTerm: term(app, host) });
  const affinity: Affinity = {
    podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted(50, "db")] },
    podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [weighted(50, "web")] },
  };
  const nodes = [on("a", "z", db), on("b", "z"), on("c", "z", web)];
  assert.equal(interPodAffinity(info(labelled("p", "web", affinity)), nodes), [100, 50, 0]);
  assert.equal(interPodAffinity(info(labelled("p", "web")), nodes), [0, 0, 0]);
});

test("the fewer there are, the more points", () => {
  const nodes = [on("a", "x", ...webs(2, "a")), on("b", "x"), nodeWith("none", {})];
  const [two, zero, unlabelled] = spreadScore(info(spreading(host, 1, "ScheduleAnyway")), nodes);
  assert.ok(zero! > two! && two! > unlabelled!, `${zero} > ${two} > ${unlabelled}`);
});

test.run();
