import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { LimitRangeItem, ResourceQuotaSpec } from "../../src/api/types.js";
import { limitRangeErrors, resourceQuotaErrors, resourceQuotaUpdateErrors } from "../../src/api/validation/quotas.js";

const onlyExists =
  "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

const quotas: Array<[what: string, spec: ResourceQuotaSpec, errors: string[]]> = [
  [
    "known names",
    { hard: { pods: "1", "count/deployments.apps": "2", "requests.example.com/gpu": "1", "hugepages-2Mi": "1Gi" } },
    [],
  ],
  [
    "an unknown name",
    { hard: { things: "1" } },
    ['spec.hard[things]: Invalid value: "things": must be a standard resource for quota'],
  ],
  ["half a pod", { hard: { pods: "500m" } }, ['spec.hard[pods]: Invalid value: "500m": must be an integer']],
  [
    "less than nothing",
    { hard: { "requests.cpu": "-1" } },
    ['spec.hard[requests.cpu]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    "both of a pair",
    { hard: { pods: "1" }, scopes: ["Terminating", "NotTerminating"] },
    ['spec.scopes: Invalid value: []string{"Terminating", "NotTerminating"}: conflicting scopes'],
  ],
  [
    "a scope for what has none",
    { hard: { services: "1" }, scopes: ["Terminating"] },
    ['spec.scopes: Invalid value: []string{"Terminating"}: unsupported scope applied to resource'],
  ],
  ["an unknown scope", { scopes: ["Odd"] }, ['spec.scopes: Invalid value: []string{"Odd"}: unsupported scope']],
  [
    "a class without a name",
    { hard: { pods: "1" }, scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In" }] } },
    [
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ],
  [
    "best effort by name",
    { hard: { pods: "1" }, scopeSelector: { matchExpressions: [{ scopeName: "BestEffort", operator: "In", values: ["x"] }] } },
    [`spec.scopeSelector.matchExpressions.operator: Invalid value: "In": ${onlyExists}`],
  ],
];

for (const [what, spec, errors] of quotas) {
  test(`a quota: ${what}`, () => assert.equal(resourceQuotaErrors({ metadata: {}, spec }).map(fieldErrorText), errors));
}

test("the scopes of a quota stay", () => {
  const of = (...scopes: string[]) => ({ metadata: {}, spec: { scopes } });
  assert.equal(resourceQuotaUpdateErrors(of("BestEffort"), of("BestEffort")), []);
  assert.equal(resourceQuotaUpdateErrors(of("BestEffort"), of()).map(fieldErrorText), [
    'spec.scopes: Invalid value: []string{"BestEffort"}: field is immutable',
  ]);
});

const ranges: Array<[what: string, item: LimitRangeItem, errors: string[]]> = [
  [
    "all in order",
    { type: "Container", min: { cpu: "1" }, defaultRequest: { cpu: "2" }, default: { cpu: "3" }, max: { cpu: "4" } },
    [],
  ],
  [
    "more at least than at most",
    { type: "Container", min: { cpu: "2" }, max: { cpu: "1" } },
    ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  ],
  [
    "more by default than may be",
    { type: "Container", defaultRequest: { memory: "2Gi" }, default: { memory: "1Gi" } },
    [
      'spec.limits[0].defaultRequest[memory]: Invalid value: "2Gi": default request value 2Gi is greater than default limit value 1Gi',
    ],
  ],
  [
    "a ratio below one",
    { type: "Pod", maxLimitRequestRatio: { cpu: "500m" } },
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1'],
  ],
  [
    "a ratio that can never be",
    { type: "Pod", min: { cpu: "1" }, max: { cpu: "2" }, maxLimitRequestRatio: { cpu: "10" } },
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "10": ratio 10 is greater than max/min = 2.000000'],
  ],
  [
    "defaults of a pod",
    { type: "Pod", default: { cpu: "1" } },
    ["spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"],
  ],
  [
    "a claim without bounds",
    { type: "PersistentVolumeClaim" },
    ["spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided"],
  ],
  [
    "an odd type",
    { type: "Thing" },
    ['spec.limits[0].type: Invalid value: "Thing": must be a standard limit type or fully qualified'],
  ],
];

for (const [what, item, errors] of ranges) {
  test(`a range: ${what}`, () =>
    assert.equal(limitRangeErrors({ metadata: {}, spec: { limits: [item] } }).map(fieldErrorText), errors));
}

test("one item a type", () => {
  const limits = [{ type: "Pod" }, { type: "Pod" }];
  assert.equal(limitRangeErrors({ metadata: {}, spec: { limits } }).map(fieldErrorText), [
    'spec.limits[1].type: Duplicate value: "Pod"',
  ]);
});

test.run();
