import { test } from "uvu";
import * as assert from "uvu/assert";
import { chargeQuotas, mayCost } from "../../src/api/admission/resource-quota.js";
import type { PodSpec, ResourceQuota, ResourceQuotaSpec } from "../../src/api/types.js";
import { type Asked, podOf, requestOf } from "./world.js";

const nowMs = Date.UTC(2025, 0, 1);

const quotaOf = (
  hard: Record<string, string>,
  used: Record<string, string> = {},
  spec: ResourceQuotaSpec = {},
): ResourceQuota => ({
  metadata: { name: "q", namespace: "shop" },
  spec: { hard, ...spec },
  status: { hard, used: { ...Object.fromEntries(Object.keys(hard).map((name) => [name, "0"])), ...used } },
});

/** What is used afterwards, or the refusal. */
function charged(asked: Asked, quota: ResourceQuota): Record<string, string> | string {
  const result = chargeQuotas(requestOf(asked), [quota], nowMs);
  if (!result.ok) return result.error.status.message ?? "";
  return result.value[0]?.status?.used ?? {};
}

const container = (requests: Record<string, string> = {}, limits: Record<string, string> = {}) => ({
  name: "c",
  resources: { requests, limits },
});

const costs: Array<[what: string, asked: Asked, hard: Record<string, string>, used: Record<string, string>]> = [
  [
    "a pod counts as one, stored and running",
    { object: podOf() },
    { pods: "5", "count/pods": "5" },
    { pods: "1", "count/pods": "1" },
  ],
  [
    "what a pod asks for, under both names",
    { object: podOf({ containers: [container({ cpu: "100m", memory: "1Gi" }, { cpu: "1" })] }) },
    { cpu: "2", "requests.cpu": "2", "limits.cpu": "2", "requests.memory": "2Gi" },
    { cpu: "100m", "requests.cpu": "100m", "limits.cpu": "1", "requests.memory": "1Gi" },
  ],
  [
    "the larger of init containers and the others, with overhead",
    {
      object: podOf({
        containers: [container({ cpu: "1" }), container({ cpu: "1" })],
        initContainers: [container({ cpu: "3" })],
        overhead: { cpu: "500m" },
      }),
    },
    { "requests.cpu": "10" },
    { "requests.cpu": "3500m" },
  ],
  [
    "devices and huge pages",
    { object: podOf({ containers: [container({ "example.com/gpu": "2", "hugepages-2Mi": "4Mi" })] }) },
    { "requests.example.com/gpu": "4", "hugepages-2Mi": "8Mi", "requests.hugepages-2Mi": "8Mi" },
    { "requests.example.com/gpu": "2", "hugepages-2Mi": "4Mi", "requests.hugepages-2Mi": "4Mi" },
  ],
  [
    "a load balancer needs node ports",
    {
      resource: "services",
      object: { metadata: { name: "s", namespace: "shop" }, spec: { type: "LoadBalancer", ports: [{}, {}] } },
    },
    { services: "5", "services.nodeports": "5", "services.loadbalancers": "5" },
    { services: "1", "services.nodeports": "2", "services.loadbalancers": "1" },
  ],
  [
    "a claim, also under its class",
    {
      resource: "persistentvolumeclaims",
      object: {
        metadata: { name: "d", namespace: "shop" },
        spec: { storageClassName: "gold", resources: { requests: { storage: "2Gi" } } },
      },
    },
    { persistentvolumeclaims: "5", "requests.storage": "5Gi", "gold.storageclass.storage.k8s.io/requests.storage": "3Gi" },
    { persistentvolumeclaims: "1", "requests.storage": "2Gi", "gold.storageclass.storage.k8s.io/requests.storage": "2Gi" },
  ],
  [
    "any other object",
    { resource: "deployments.apps", object: { metadata: { name: "d", namespace: "shop" } } },
    { "count/deployments.apps": "2" },
    { "count/deployments.apps": "1" },
  ],
  [
    "kinds with two names",
    { resource: "configmaps", object: { metadata: { name: "d", namespace: "shop" } } },
    { "count/configmaps": "2", configmaps: "2" },
    { "count/configmaps": "1", configmaps: "1" },
  ],
];

for (const [what, asked, hard, used] of costs) {
  test(`what is charged: ${what}`, () => assert.equal(charged(asked, quotaOf(hard)), used));
}

test("more than is left is refused, in Kubernetes' words", () => {
  assert.is(
    charged({ object: podOf() }, quotaOf({ pods: "2" }, { pods: "2" })),
    'pods "web" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2',
  );
  assert.is(
    charged(
      { object: podOf({ containers: [container({ cpu: "2", memory: "1Gi" })] }) },
      quotaOf({ "requests.cpu": "1", "requests.memory": "1Gi", pods: "9" }, { "requests.memory": "512Mi" }),
    ),
    'pods "web" is forbidden: exceeded quota: q, requested: requests.cpu=2,requests.memory=1Gi, used: requests.cpu=0,requests.memory=512Mi, limited: requests.cpu=1,requests.memory=1Gi',
  );
});

test("what is limited must be said", () => {
  const quota = quotaOf({ "limits.cpu": "2", "requests.memory": "1Gi" });
  const spec: Partial<PodSpec> = { containers: [{ name: "b" }, { ...container({ memory: "1Gi" }), name: "a" }] };
  assert.is(
    charged({ object: podOf(spec) }, quota),
    'pods "web" is forbidden: failed quota: q: must specify limits.cpu for: a,b; requests.memory for: b',
  );
});

test("nothing is held against a quota that is not counted yet, or not for what is asked", () => {
  const fresh: ResourceQuota = { metadata: { name: "q", namespace: "shop" }, spec: { hard: { pods: "0" } } };
  assert.equal(charged({ object: podOf() }, fresh), {});
  const partly = { ...quotaOf({ pods: "1" }), status: { hard: { pods: "1" }, used: {} } };
  assert.is(charged({ object: podOf() }, partly), 'pods "web" is forbidden: status unknown for quota: q, resources: pods');
  assert.equal(charged({ object: podOf() }, quotaOf({ services: "0" })), {});
});

test("an update costs only what it adds, and gives back what it no longer needs", () => {
  const service = (type: string, ports: number) => ({
    metadata: { name: "s", namespace: "shop" },
    spec: { type, ports: Array.from({ length: ports }, () => ({})) },
  });
  const quota = quotaOf({ services: "1", "services.nodeports": "3" }, { services: "1", "services.nodeports": "2" });
  const update = (now: object, old: object): Asked => ({ resource: "services", operation: "UPDATE", object: now, old });
  assert.equal(charged(update(service("NodePort", 3), service("NodePort", 2)), quota), {
    services: "1",
    "services.nodeports": "3",
  });
  assert.equal(charged(update(service("ClusterIP", 2), service("NodePort", 2)), quota), {
    services: "1",
    "services.nodeports": "0",
  });
  assert.match(charged(update(service("NodePort", 4), service("NodePort", 2)), quota) as string, /exceeded quota: q/);
  assert.equal(charged(update(service("NodePort", 2), service("NodePort", 2)), quota), {});
});

const claimed = (...requests: object[]): Asked => ({
  resource: "resourceclaims.resource.k8s.io",
  object: { metadata: { name: "c", namespace: "shop" }, spec: { devices: { requests } } },
});
const gpus = "gpu.example.com.deviceclass.resource.k8s.io/devices";
const deviceClassName = "gpu.example.com";
const devices: Array<[what: string, asked: Asked, used: string]> = [
  ["as many as are asked for", claimed({ name: "r", deviceClassName, count: 3 }), "3"],
  [
    "in all requests together",
    claimed({ name: "r", exactly: { deviceClassName } }, { name: "s", deviceClassName, count: 2 }),
    "3",
  ],
  ["as many as a claim can hold, for all", claimed({ name: "r", exactly: { deviceClassName, allocationMode: "All" } }), "32"],
  [
    "the most of the alternatives",
    claimed({
      name: "r",
      firstAvailable: [{ deviceClassName, count: 4 }, { deviceClassName, count: 1 }, { deviceClassName: "x" }],
    }),
    "4",
  ],
];
for (const [what, asked, used] of devices)
  test(`devices of a class that are charged: ${what}`, () => {
    const count = "count/resourceclaims.resource.k8s.io";
    assert.equal(charged(asked, quotaOf({ [gpus]: "40", [count]: "1" })), { [gpus]: used, [count]: "1" });
  });

test("what is set aside for a claim beyond what was asked for costs, too", () => {
  const claim = (allocated: object) => ({
    metadata: { name: "c", namespace: "shop" },
    spec: { resources: { requests: { storage: "1Gi" } } },
    status: { allocatedResources: allocated },
  });
  const asked: Asked = {
    resource: "persistentvolumeclaims",
    operation: "UPDATE",
    subresource: "status",
    object: claim({ storage: "3Gi" }),
    old: claim({}),
  };
  assert.equal(charged(asked, quotaOf({ "requests.storage": "5Gi" }, { "requests.storage": "1Gi" })), {
    "requests.storage": "3Gi",
  });
});

const scopes: Array<[what: string, spec: ResourceQuotaSpec, pod: Partial<PodSpec>, takesIn: boolean]> = [
  ["a pod with a deadline is terminating", { scopes: ["Terminating"] }, { activeDeadlineSeconds: 0 }, true],
  ["one without is not", { scopes: ["Terminating"] }, {}, false],
  ["and belongs to the others", { scopes: ["NotTerminating"] }, {}, true],
  ["a pod that asks for nothing is best effort", { scopes: ["BestEffort"] }, {}, true],
  ["one that asks is not", { scopes: ["BestEffort"] }, { containers: [container({ cpu: "1" })] }, false],
  ["all scopes must take it in", { scopes: ["NotBestEffort", "Terminating"] }, { containers: [container({ cpu: "1" })] }, false],
  [
    "a class that is named",
    { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }] } },
    { priorityClassName: "high" },
    true,
  ],
  [
    "another class",
    { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "NotIn", values: ["high"] }] } },
    { priorityClassName: "high" },
    false,
  ],
  ["any class", { scopes: ["PriorityClass"] }, {}, false],
  ["no class", { scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "DoesNotExist" }] } }, {}, true],
  [
    "affinity to pods of other namespaces",
    { scopes: ["CrossNamespacePodAffinity"] },
    {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", namespaces: ["other"] }] },
      },
    },
    true,
  ],
];

for (const [what, spec, pod, takesIn] of scopes) {
  test(`a scope: ${what}`, () => {
    assert.equal(charged({ object: podOf(pod) }, quotaOf({ pods: "5" }, {}, spec)), takesIn ? { pods: "1" } : {});
  });
}

test("which requests may cost anything at all", () => {
  const cases: Array<[Asked, boolean]> = [
    [{ object: podOf() }, true],
    [{ operation: "UPDATE", object: podOf(), old: podOf() }, false],
    [{ operation: "UPDATE", subresource: "resize", object: podOf(), old: podOf() }, true],
    [{ operation: "DELETE", old: podOf() }, false],
    [{ resource: "events", object: {} }, false],
    [{ resource: "nodes", object: {} }, false],
    [{ resource: "services", operation: "UPDATE", object: {}, old: {} }, true],
    [{ subresource: "binding", object: {} }, false],
    [{ resource: "persistentvolumeclaims", subresource: "status", operation: "UPDATE", object: {}, old: {} }, true],
    [{ resource: "services", subresource: "status", operation: "UPDATE", object: {}, old: {} }, false],
  ];
  for (const [asked, costs] of cases) assert.is(mayCost(requestOf(asked)), costs, JSON.stringify(asked));
});

test.run();
