import { test } from "uvu";
import * as assert from "uvu/assert";
import { withLabelKeys } from "../../src/api/strategy/label-keys.js";
import type { UntypedObject } from "../../src/api/types.js";

const near = (term: object): UntypedObject =>
  ({
    metadata: { name: "p", labels: { app: "web", version: "2" } },
    spec: {
      containers: [],
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", ...term }] } },
    },
  }) as unknown as UntypedObject;

const chosen = (term: object): unknown =>
  withLabelKeys(near(term))!.affinity!.podAffinity!.requiredDuringSchedulingIgnoredDuringExecution![0]!.labelSelector;

const cases: Array<[title: string, term: object, selector: unknown]> = [
  ["no selector", { matchLabelKeys: ["version"] }, undefined],
  ["no keys", { labelSelector: {} }, {}],
  [
    "keys that the pod has and has not",
    { labelSelector: { matchLabels: { app: "web" } }, matchLabelKeys: ["version", "tier"], mismatchLabelKeys: ["app"] },
    {
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "version", operator: "In", values: ["2"] },
        { key: "app", operator: "NotIn", values: ["web"] },
      ],
    },
  ],
];

for (const [title, term, selector] of cases)
  test(`a pod's own labels select: ${title}`, () => assert.equal(chosen(term), selector));

test("a pod that minds no others is left as it is", () => {
  const pod = { metadata: { name: "p" }, spec: { containers: [] } } as unknown as UntypedObject;
  assert.is(withLabelKeys(pod), pod.spec);
});

test.run();
