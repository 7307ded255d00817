import { test } from "uvu";
import * as assert from "uvu/assert";
import { resourcesOf } from "../../src/api/custom/version.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import {
  compileLabelMap,
  compileLabelSelector,
  compileSelector,
  labelSelectorErrors,
  labelSelectorText,
} from "../../src/api/selectors.js";
import type { UntypedObject } from "../../src/api/types.js";
import { establishedWidgets } from "../custom/definitions.js";

const web: UntypedObject = {
  metadata: { name: "web-1", namespace: "shop", labels: { app: "web", tier: "front", rank: "7", in: "yes" } },
  spec: { nodeName: "node-1" },
  status: { phase: "Running", podIPs: [{ ip: "10.0.0.1" }] },
};

const labelCases: Array<[selector: string, matches: boolean]> = [
  ["app=web", true],
  ["app==web", true],
  ["app!=web", false],
  ["other!=web", true],
  ["app in (web, db)", true],
  ["app notin (web)", false],
  ["other notin (web)", true],
  ["app", true],
  ["!app", false],
  ["!other", true],
  ["app=web,tier=back", false],
  ["rank>5", true],
  ["rank<5", false],
  ["x=", false],
  ["!canary, tier in (front,back)", true],
  ["in=yes", true],
  ["in in (yes)", true],
  ["app in ()", false],
  ["constructor", false],
];
for (const [selector, matches] of labelCases) {
  test(`${selector} ${matches ? "selects" : "passes over"} the pod`, () => {
    const compiled = compileSelector({ labelSelector: selector }, "", "Pod");
    assert.ok(compiled.ok, compiled.ok ? "" : compiled.error.status.message);
    assert.is(compiled.ok && compiled.value?.(web), matches);
  });
}

const fieldCases: Array<[selector: string, matches: boolean]> = [
  ["metadata.name=web-1", true],
  ["metadata.namespace!=shop", false],
  ["spec.nodeName=node-1,status.phase=Running", true],
  ["spec.host=node-1", true],
  ["status.phase==Failed", false],
  ["spec.hostNetwork=false", true],
  ["status.podIP=10.0.0.1", true],
  ["status.nominatedNodeName=", true],
];
for (const [selector, matches] of fieldCases) {
  test(`field selector ${selector} ${matches ? "selects" : "passes over"} the pod`, () => {
    const compiled = compileSelector({ fieldSelector: selector }, "", "Pod");
    assert.ok(compiled.ok, compiled.ok ? "" : compiled.error.status.message);
    assert.is(compiled.ok && compiled.value?.(web), matches);
  });
}

const refused: Array<[query: { labelSelector?: string; fieldSelector?: string }, kind: string, message: string]> = [
  [{ labelSelector: "a b" }, "Pod", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  [{ labelSelector: "a=b c" }, "Pod", "found 'c', expected: ',' or 'end of string'"],
  [{ labelSelector: "a=b," }, "Pod", "found '', expected: identifier after ','"],
  [{ labelSelector: "=b" }, "Pod", "found '=', expected: !, identifier, or 'end of string'"],
  [{ labelSelector: "a in (b" }, "Pod", "unable to parse requirement: found '', expected: ',' or ')'"],
  [{ labelSelector: "a in b" }, "Pod", "unable to parse requirement: found 'b' expected: '('"],
  [
    { labelSelector: "a/b/c=d" },
    "Pod",
    "unable to parse requirement: <nil>: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
  ],
  [
    { labelSelector: "a>x" },
    "Pod",
    "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
  [{ fieldSelector: "spec.containers=x" }, "Pod", "field label not supported: spec.containers"],
  [
    { fieldSelector: "spec.replicas=1" },
    "ConfigMap",
    '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  [{ fieldSelector: "metadata.namespace=x" }, "Node", "field label not supported: metadata.namespace"],
  [{ fieldSelector: "metadata.namespace=x" }, "Namespace", "field label not supported: metadata.namespace"],
  [{ fieldSelector: "bogus" }, "Pod", "invalid selector: 'bogus'; can't understand 'bogus'"],
];
for (const [query, kind, message] of refused) {
  test(`${JSON.stringify(query)} is refused`, () => {
    const compiled = compileSelector(query, "", kind);
    assert.is(compiled.ok, false);
    if (compiled.ok) return;
    assert.is(compiled.error.code, 400);
    assert.is(compiled.error.status.message, message);
  });
}

test("no selector compiles to nothing, so that a list need not look", () => {
  assert.equal(compileSelector({}, "", "Pod"), { ok: true, value: undefined });
});

test("selector objects: none matches nothing, empty matches all, expressions all hold", () => {
  assert.is(compileLabelSelector(undefined)({ a: "b" }), false);
  assert.is(compileLabelSelector({})({ a: "b" }), true);
  const both = compileLabelSelector({
    matchLabels: { app: "web" },
    matchExpressions: [{ key: "tier", operator: "NotIn", values: ["back"] }],
  });
  assert.is(both({ app: "web", tier: "front" }), true);
  assert.is(both({ app: "web", tier: "back" }), false);
  assert.is(both(undefined), false);
  assert.is(compileLabelMap({})({ a: "b" }), false);
});

test("a selector object as text is sorted by key", () => {
  assert.is(
    labelSelectorText({
      matchLabels: { b: "2", a: "1" },
      matchExpressions: [
        { key: "c", operator: "In", values: ["y", "x"] },
        { key: "d", operator: "DoesNotExist" },
      ],
    }),
    "a=1,b=2,c in (x,y),!d",
  );
});

test("a selector object's faults name their fields", () => {
  const errors = labelSelectorErrors(
    {
      matchExpressions: [
        { key: "a", operator: "In" },
        { key: "a", operator: "Exists", values: ["x"] },
        { key: "a", operator: "Near" },
      ],
    },
    "spec.selector",
  );
  assert.equal(errors.map(fieldErrorText), [
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    'spec.selector.matchExpressions[2].operator: Invalid value: "Near": not a valid selector operator',
  ]);
});

test("events are selected by what they are about", () => {
  const event: UntypedObject = {
    metadata: { name: "e" },
    involvedObject: { name: "web-1", kind: "Pod" },
    reason: "Pulled",
    source: { component: "kubelet" },
  };
  for (const selector of ["involvedObject.name=web-1", "involvedObject.kind=Pod,reason=Pulled", "source=kubelet"]) {
    const compiled = compileSelector({ fieldSelector: selector }, "", "Event");
    assert.is(compiled.ok && compiled.value?.(event), true, selector);
  }
});

test("events of events.k8s.io are selected by the names that their fields have there", () => {
  const event: UntypedObject = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name: "e" },
    regarding: { kind: "Pod", name: "web-1" },
    reportingController: "kubelet",
    reason: "Pulled",
  };
  const select = (fieldSelector: string) => compileSelector({ fieldSelector }, "events.k8s.io", "Event");
  for (const selector of ["regarding.name=web-1,regarding.kind=Pod", "reportingController=kubelet", "reason=Pulled"]) {
    const compiled = select(selector);
    assert.is(compiled.ok && compiled.value?.(event), true, selector);
  }
  for (const name of ["involvedObject.name", "reportingComponent", "source"]) {
    const compiled = select(`${name}=x`);
    assert.is(!compiled.ok && compiled.error.status.message, `field label not supported: ${name}`);
  }
});

test("Jobs and ResourceSlices are selected by fields of their own", () => {
  const job = compileSelector({ fieldSelector: "spec.suspend=true" }, "batch", "Job");
  assert.is(!job.ok && job.error.status.message, 'field label "spec.suspend" not supported for batchv1.Job');
  const slice: UntypedObject = { metadata: { name: "s" }, spec: { nodeName: "n", driver: "d" } };
  const select = (fieldSelector: string) => compileSelector({ fieldSelector }, "resource.k8s.io", "ResourceSlice");
  const compiled = select("spec.nodeName=n,spec.driver=d");
  assert.is(compiled.ok && compiled.value?.(slice), true);
  assert.is(select("metadata.namespace=x").ok, false);
});

test("custom resources that are of the whole cluster are not selected by namespace", () => {
  const select = (scope: string) => {
    const custom = resourcesOf({ ...establishedWidgets, spec: { ...establishedWidgets.spec, scope } } as never).served[0]!.custom;
    const compiled = compileSelector({ fieldSelector: "metadata.namespace=a" }, "example.com", "Widget", custom);
    return compiled.ok ? "selects" : compiled.error.status.message;
  };
  assert.equal(["Namespaced", "Cluster"].map(select), ["selects", "field label not supported: metadata.namespace"]);
});

test.run();
