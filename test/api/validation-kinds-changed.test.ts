/** What is refused when objects of the most used kinds change. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { validateUpdate } from "../../src/api/validation/validation.js";
import { made, options, resourceOf, selector, template } from "./validation-kinds.js";

const updating = (apiVersion: string, kind: string, old: object, object: object, subresource?: string): string[] =>
  validateUpdate(
    resourceOf(apiVersion, kind),
    made(apiVersion, kind, object),
    made(apiVersion, kind, old),
    subresource,
    options,
  ).map(fieldErrorText);

const updates: Array<[title: string, apiVersion: string, kind: string, old: object, object: object, errors: string[]]> = [
  [
    "a Deployment's selector stays",
    "apps/v1",
    "Deployment",
    { spec: { selector, template } },
    {
      spec: {
        selector: { matchLabels: { app: "web", tier: "x" } },
        template: { ...template, metadata: { labels: { app: "web", tier: "x" } } },
      },
    },
    [
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web", "tier":"x"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable',
    ],
  ],
  [
    "what an event of events.k8s.io says may change, and must still say what it says",
    "events.k8s.io/v1",
    "Event",
    {
      regarding: { namespace: "shop" },
      eventTime: "t",
      reportingController: "a",
      reportingInstance: "b",
      action: "c",
      reason: "d",
    },
    {
      regarding: { namespace: "shop" },
      eventTime: "t",
      reportingController: "a",
      reportingInstance: "b",
      action: "c",
      note: "e",
    },
    ["reason: Required value"],
  ],
  [
    "replicas may change",
    "apps/v1",
    "Deployment",
    { spec: { selector, template } },
    { spec: { selector, template, replicas: 5 } },
    [],
  ],
  [
    "an immutable ConfigMap",
    "v1",
    "ConfigMap",
    { immutable: true, data: { a: "b" } },
    { data: { a: "c" } },
    [
      "immutable: Forbidden: field is immutable when `immutable` is set",
      "data: Forbidden: field is immutable when `immutable` is set",
    ],
  ],
  [
    "a Secret's type stays",
    "v1",
    "Secret",
    { type: "Opaque" },
    { type: "example.com/x" },
    ['type: Invalid value: "example.com/x": field is immutable'],
  ],
  [
    "a Service's address stays",
    "v1",
    "Service",
    { spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1"], ports: [{ port: 80 }] } },
    { spec: { clusterIP: "10.0.0.2", clusterIPs: ["10.0.0.2"], ports: [{ port: 80 }] } },
    ['spec.clusterIPs[0]: Invalid value: []string{"10.0.0.2"}: may not change once set'],
  ],
  [
    "an address type stays",
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPv4" },
    { addressType: "IPv6" },
    ['addressType: Invalid value: "IPv6": field is immutable'],
  ],
  [
    "a UID stays",
    "v1",
    "ConfigMap",
    { metadata: { name: "a", namespace: "shop", uid: "1" } },
    { metadata: { name: "a", namespace: "shop", uid: "2" } },
    ['metadata.uid: Invalid value: "2": field is immutable'],
  ],
  [
    "what is going gets no new finalizer",
    "v1",
    "ConfigMap",
    { metadata: { name: "a", namespace: "shop", deletionTimestamp: "t", finalizers: ["x.io/a"] } },
    { metadata: { name: "a", namespace: "shop", deletionTimestamp: "t", finalizers: ["x.io/a", "x.io/b"] } },
    [
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/b"}',
    ],
  ],
  [
    "a node's spec stays, its taints change",
    "v1",
    "Node",
    { spec: { podCIDR: "10.0.0.0/24" } },
    { spec: { podCIDR: "10.0.0.0/24", taints: [{ key: "a", effect: "NoSchedule" }], unschedulable: true } },
    [],
  ],
  [
    "a node's provider stays",
    "v1",
    "Node",
    { spec: { providerID: "a" } },
    { spec: { providerID: "b" } },
    ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
  ],
];

for (const [title, apiVersion, kind, old, object, errors] of updates) {
  test(`update ${kind}: ${title}`, () => assert.equal(updating(apiVersion, kind, old, object), errors));
}

test("a budget's status counts no less than nothing, and its conditions are whole", () => {
  const spec = { selector, minAvailable: 1 };
  const status = { currentHealthy: -1, conditions: [{ type: "A", status: "True", lastTransitionTime: "t" }] };
  assert.equal(updating("policy/v1", "PodDisruptionBudget", { spec }, { spec, status }, "status"), [
    "status.conditions[0].reason: Required value: must be set",
    "status.currentHealthy: Invalid value: -1: must be greater than or equal to 0",
  ]);
});

test("a status counts no more ready replicas than there are", () => {
  assert.equal(updating("apps/v1", "ReplicaSet", {}, { status: { replicas: 1, readyReplicas: 2 } }, "status"), [
    "status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
  ]);
});

test.run();
