import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { PodSpec } from "../../src/api/types.js";
import { validateUpdate } from "../../src/api/validation/validation.js";
import { kind, options, pod } from "./validation-pods.js";

const gated = { schedulingGates: [{ name: "wait" }] };
const onNode = (...values: string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: values.map((value) => ({ key: value, operator: "Exists" })) }],
      },
    },
  },
});
const terms = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

const updates: Array<[title: string, old: Partial<PodSpec>, now: Partial<PodSpec>, errors: string[]]> = [
  ["opens its gate", gated, {}, []],
  [
    "puts up a gate",
    {},
    gated,
    ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'wait'"],
  ],
  ["waits and selects more", { ...gated, nodeSelector: { a: "b" } }, { ...gated, nodeSelector: { a: "b", c: "d" } }, []],
  [
    "waits and selects something else",
    { ...gated, nodeSelector: { a: "b" } },
    { ...gated, nodeSelector: { a: "c" } },
    ['spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
  ],
  ["waits and asks more of its node", { ...gated, ...onNode("a") }, { ...gated, ...onNode("a", "b") }, []],
  ["waits and asks something of its node", gated, { ...gated, ...onNode("a") }, []],
  [
    "waits and asks less of its node",
    { ...gated, ...onNode("a", "b") },
    { ...gated, ...onNode("b") },
    [
      `${terms}[0]: Invalid value: {"matchExpressions":[{"key":"b","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)`,
    ],
  ],
];

for (const [title, old, now, errors] of updates)
  test(`a pod that ${title}`, () =>
    assert.equal(validateUpdate(kind, pod(now), pod(old), undefined, options).map(fieldErrorText), errors));

test.run();
