import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtinResources } from "../../../src/api/kinds.js";
import { columnsOf, kindsWithColumns, rowOf, tableOf } from "../../../src/api/table/table.js";
import type { UntypedObject } from "../../../src/api/types.js";
import { ago, nowMs, resource } from "./shown.js";

test("every kind with columns is a kind of the API, and every column count fits its cells", () => {
  const kinds = builtinResources().resources.flatMap((each) => [each, ...each.subresources]);
  const known = new Set(kinds.map(({ group, kind }) => `${group}/${kind}`));
  for (const kind of kindsWithColumns()) assert.ok(known.has(kind), kind);
});

const c = { name: "c", image: "nginx" };
const ready = { type: "Ready", status: "True" };
const meta = (more: object = {}): object => ({ name: "web", creationTimestamp: ago(90), ...more });
const template = { spec: { containers: [c, { name: "d", image: "redis" }] } };
const selector = { matchLabels: { app: "web", a: "b" } };

const rows: Array<[apiVersion: string, kind: string, object: object, cells: unknown[]]> = [
  [
    "apps/v1",
    "Deployment",
    { spec: { replicas: 3, selector, template }, status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 } },
    ["web", "2/3", 3, 1, "90s", "c,d", "nginx,redis", "a=b,app=web"],
  ],
  [
    "apps/v1",
    "ReplicaSet",
    { spec: { replicas: 3, selector, template }, status: { replicas: 3, readyReplicas: 2 } },
    ["web", 3, 3, 2, "90s", "c,d", "nginx,redis", "a=b,app=web"],
  ],
  [
    "apps/v1",
    "DaemonSet",
    {
      spec: { selector, template },
      status: { desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 1, numberMisscheduled: 0 },
    },
    ["web", 2, 2, 1, 0, 0, "<none>", "90s", "c,d", "nginx,redis", "a=b,app=web"],
  ],
  ["apps/v1", "StatefulSet", { spec: { replicas: 1, selector, template } }, ["web", "0/1", "90s", "c,d", "nginx,redis"]],
  [
    "batch/v1",
    "Job",
    {
      spec: { completions: 1, selector, template },
      status: { succeeded: 1, startTime: ago(80), completionTime: ago(75), conditions: [{ type: "Complete", status: "True" }] },
    },
    ["web", "Complete", "1/1", "5s", "90s", "c,d", "nginx,redis", "a=b,app=web"],
  ],
  [
    "batch/v1",
    "CronJob",
    { spec: { schedule: "* * * * *", suspend: false, jobTemplate: { spec: { template } } } },
    ["web", "* * * * *", "<none>", "False", 0, "<none>", "90s", "c,d", "nginx,redis", "<none>"],
  ],
  [
    "v1",
    "Service",
    {
      spec: {
        type: "NodePort",
        clusterIPs: ["10.0.0.1"],
        ports: [
          { port: 80, nodePort: 30080, protocol: "TCP" },
          { port: 53, protocol: "UDP" },
        ],
        selector: { app: "web" },
      },
    },
    ["web", "NodePort", "10.0.0.1", "<none>", "80:30080/TCP,53/UDP", "90s", "app=web"],
  ],
  [
    "v1",
    "Service",
    { spec: { type: "LoadBalancer", clusterIP: "10.0.0.1" } },
    ["web", "LoadBalancer", "10.0.0.1", "<pending>", "<none>", "90s", "<none>"],
  ],
  [
    "v1",
    "Service",
    { spec: { type: "ExternalName", externalName: "example.com" } },
    ["web", "ExternalName", "<none>", "example.com", "<none>", "90s", "<none>"],
  ],
  [
    "v1",
    "Endpoints",
    { subsets: [{ addresses: ["1", "2", "3", "4"].map((n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 80 }] }] },
    ["web", "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...", "90s"],
  ],
  ["v1", "Endpoints", {}, ["web", "<none>", "90s"]],
  [
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPv4", ports: [{ port: 80 }], endpoints: [{ addresses: ["10.0.0.1"] }] },
    ["web", "IPv4", "80", "10.0.0.1", "90s"],
  ],
  ["discovery.k8s.io/v1", "EndpointSlice", { addressType: "IPv4", endpoints: [] }, ["web", "IPv4", "<unset>", "<unset>", "90s"]],
  [
    "v1",
    "Node",
    {
      metadata: meta({ labels: { "node-role.kubernetes.io/worker": "" } }),
      spec: { unschedulable: true },
      status: {
        conditions: [ready],
        addresses: [{ type: "InternalIP", address: "10.0.0.9" }],
        nodeInfo: { kubeletVersion: "v1.33.0", osImage: "X", kernelVersion: "6", containerRuntimeVersion: "r://1" },
      },
    },
    ["web", "Ready,SchedulingDisabled", "worker", "90s", "v1.33.0", "10.0.0.9", "<none>", "X", "6", "r://1"],
  ],
  ["v1", "Namespace", { status: { phase: "Active" } }, ["web", "Active", "90s"]],
  ["v1", "ConfigMap", { data: { a: "b" }, binaryData: { c: "" } }, ["web", 2, "90s"]],
  ["v1", "Secret", { type: "Opaque", data: { a: "" } }, ["web", "Opaque", 1, "90s"]],
  ["v1", "ServiceAccount", {}, ["web", 0, "90s"]],
  [
    "v1",
    "Event",
    {
      type: "Normal",
      reason: "Pulled",
      message: " done ",
      involvedObject: { kind: "Pod", name: "web-1", fieldPath: "spec.containers{c}" },
      source: { component: "kubelet", host: "n1" },
      firstTimestamp: ago(30),
      lastTimestamp: ago(10),
      count: 3,
    },
    ["10s", "Normal", "Pulled", "pod/web-1", "spec.containers{c}", "kubelet, n1", "done", "30s", 3, "web"],
  ],
  [
    "events.k8s.io/v1",
    "Event",
    {
      type: "Normal",
      reason: "Bound",
      note: "done",
      regarding: { kind: "Pod", name: "web-1" },
      eventTime: "2026-01-01T11:59:30.000000Z",
      reportingController: "scheduler",
      reportingInstance: "s-0",
    },
    ["30s", "Normal", "Bound", "pod/web-1", "", "scheduler, s-0", "done", "30s", 1, "web"],
  ],
  ["coordination.k8s.io/v1", "Lease", { spec: { holderIdentity: "n1" } }, ["web", "n1", "90s"]],
  [
    "v1",
    "PersistentVolumeClaim",
    {
      spec: { volumeName: "v", accessModes: ["ReadWriteOnce"], storageClassName: "s", volumeMode: "Filesystem" },
      status: { phase: "Bound", capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] },
    },
    ["web", "Bound", "v", "1Gi", "RWO", "s", "<unset>", "90s", "Filesystem"],
  ],
  [
    "storage.k8s.io/v1",
    "StorageClass",
    { provisioner: "p", reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
    ["web", "p", "Delete", "Immediate", false, "90s"],
  ],
  [
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    {
      spec: {
        minReplicas: 1,
        maxReplicas: 5,
        scaleTargetRef: { kind: "Deployment", name: "web" },
        metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }],
      },
    },
    ["web", "Deployment/web", "cpu: <unknown>/80%", "1", 5, 0, "90s"],
  ],
  [
    "networking.k8s.io/v1",
    "Ingress",
    { spec: { ingressClassName: "n", rules: [{ host: "a.b" }] } },
    ["web", "n", "a.b", "", "80", "90s"],
  ],
  [
    "rbac.authorization.k8s.io/v1",
    "RoleBinding",
    {
      roleRef: { kind: "Role", name: "r" },
      subjects: [
        { kind: "User", name: "u" },
        { kind: "ServiceAccount", namespace: "n", name: "s" },
      ],
    },
    ["web", "Role/r", "90s", "u", "", "n/s"],
  ],
  ["v1", "LimitRange", {}, ["web", ago(90)]],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", {}, ["web", ago(90)]],
  [
    "v1",
    "ComponentStatus",
    { conditions: [{ type: "Healthy", status: "False", message: "no answer", error: "refused" }] },
    ["web", "Unhealthy", "no answer", "refused"],
  ],
  ["v1", "ComponentStatus", { conditions: [{ type: "Healthy", status: "True", message: "ok" }] }, ["web", "Healthy", "ok", ""]],
  ["v1", "ComponentStatus", {}, ["web", "Unknown", "", ""]],
  [
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    {
      spec: {
        maxReplicas: 2,
        metrics: [
          { type: "External", external: { metric: { name: "q" }, target: { type: "AverageValue", averageValue: "30" } } },
          { type: "External", external: { metric: { name: "q" }, target: { type: "Value", value: "5" } } },
        ],
      },
      status: { currentReplicas: 1, currentMetrics: [{ type: "External", external: { current: { averageValue: "10" } } }] },
    },
    ["web", "/", "10/30 (avg), <unknown>/5", "<unset>", 2, 1, "90s"],
  ],
  [
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    {
      spec: {
        minReplicas: 1,
        maxReplicas: 2,
        metrics: [
          { type: "Pods", pods: { metric: { name: "q" }, target: { type: "AverageValue", averageValue: "30" } } },
          { type: "Object", object: { metric: { name: "q" }, target: { type: "Value", value: "5" } } },
          { type: "Resource", resource: { name: "cpu", target: { type: "AverageValue", averageValue: "1" } } },
        ],
      },
      status: {
        currentMetrics: [
          { type: "Pods", pods: { current: { averageValue: "7" } } },
          { type: "Object", object: { current: { value: "6" } } },
        ],
      },
    },
    ["web", "/", "7/30, 6/5 + 1 more...", "1", 2, 0, "90s"],
  ],
  [
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    {
      spec: {
        minReplicas: 1,
        maxReplicas: 2,
        metrics: [
          { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
          {
            type: "ContainerResource",
            containerResource: { name: "cpu", container: "c", target: { type: "Utilization", averageUtilization: 80 } },
          },
        ],
      },
      status: {
        currentMetrics: [
          { type: "Resource", resource: { name: "memory", current: { averageValue: "1Mi" } } },
          { type: "ContainerResource", containerResource: { name: "cpu", container: "c", current: { averageUtilization: 8 } } },
        ],
      },
    },
    ["web", "/", "memory: 1Mi/1Gi, cpu: 8%/80%", "1", 2, 0, "90s"],
  ],
  [
    "networking.k8s.io/v1",
    "Ingress",
    {
      spec: { rules: [{ host: "a" }, {}, { host: "b" }, { host: "c" }, {}], tls: [{}] },
      status: { loadBalancer: { ingress: [{ ip: "10.0.0.2" }, { hostname: "lb" }, { ip: "10.0.0.1" }, { ip: "10.0.0.2" }] } },
    },
    ["web", "<none>", "a,b,c + 2 more...", "10.0.0.1,10.0.0.2,lb", "80, 443", "90s"],
  ],
  [
    "storage.k8s.io/v1",
    "StorageClass",
    { metadata: meta({ annotations: { "storageclass.beta.kubernetes.io/is-default-class": "true" } }), provisioner: "p" },
    ["web (default)", "p", "Delete", "Immediate", false, "90s"],
  ],
  [
    "storage.k8s.io/v1beta1",
    "VolumeAttributesClass",
    {
      metadata: meta({ annotations: { "volumeattributesclass.alpha.kubernetes.io/is-default-class": "true" } }),
      driverName: "d",
    },
    ["web (default)", "d", "90s"],
  ],
  [
    "v1",
    "PersistentVolumeClaim",
    {
      metadata: meta({ annotations: { "volume.beta.kubernetes.io/storage-class": "old" } }),
      spec: { volumeName: "v", storageClassName: "new" },
      status: { phase: "Bound" },
    },
    ["web", "Bound", "v", "0", "", "old", "<unset>", "90s", "<unset>"],
  ],
  [
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding",
    { spec: { policyName: "p", paramRef: { name: "x" } } },
    ["web", "p", "*/x", "90s"],
  ],
  [
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding",
    {
      spec: {
        policyName: "p",
        paramRef: {
          selector: { matchLabels: { b: "2", a: "1" }, matchExpressions: [{ key: "k", operator: "In", values: ["x", "y"] }] },
        },
      },
    },
    [
      "web",
      "p",
      "&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[x y],},},}",
      "90s",
    ],
  ],
];
for (const [apiVersion, kind, object, cells] of rows) {
  test(`${kind} ${JSON.stringify(cells).slice(0, 60)}`, () => {
    const of = resource(apiVersion, kind);
    const row = rowOf(of, { metadata: meta(), ...object } as UntypedObject, { nowMs });
    assert.equal(row.cells, cells);
    assert.is(row.cells.length, columnsOf(of).length);
  });
}

test("columns beyond the plain ones are for wide output", () => {
  const names = columnsOf(resource("v1", "Pod")).map(({ name, priority }) => `${name}${priority === 0 ? "" : "*"}`);
  assert.equal(names, ["Name", "Ready", "Status", "Restarts", "Age", "IP*", "Node*", "Nominated Node*", "Readiness Gates*"]);
  assert.equal(
    columnsOf(resource("v1", "Event")).map(({ priority }) => priority),
    [0, 0, 0, 0, 1, 1, 0, 1, 1, 1],
  );
});

test("a table carries as much of each object as was asked for", () => {
  const configMap: UntypedObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" }, data: {} };
  const of = resource("v1", "ConfigMap");
  const object = (includeObject: "None" | "Metadata" | "Object"): unknown =>
    tableOf(of, [configMap], { resourceVersion: "5" }, { nowMs, includeObject }).rows[0]?.object;
  assert.is(object("None"), undefined);
  assert.equal(object("Metadata"), { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { name: "web" } });
  assert.is(object("Object"), configMap);
  const table = tableOf(of, [configMap], { resourceVersion: "5" }, { nowMs });
  assert.equal([table.kind, table.apiVersion, table.metadata], ["Table", "meta.k8s.io/v1", { resourceVersion: "5" }]);
});

test("flow schemas are listed in the order in which they are tried", () => {
  const schema = (name: string, matchingPrecedence: number) => ({ metadata: { name }, spec: { matchingPrecedence } });
  const of = resource("flowcontrol.apiserver.k8s.io/v1", "FlowSchema");
  const { rows } = tableOf(of, [schema("a", 9), schema("c", 1), schema("b", 1)], {}, { nowMs });
  assert.equal(
    rows.map(({ cells }) => cells[0]),
    ["b", "c", "a"],
  );
});

test("a Scale shows what is wanted and what there is", () => {
  const of = { group: "autoscaling", kind: "Scale", type: "Scale" };
  const scale = { metadata: { name: "web", creationTimestamp: ago(90) }, spec: { replicas: 3 }, status: { replicas: 2 } };
  assert.equal(rowOf(of, scale, { nowMs }).cells, ["web", 3, 2, "90s"]);
  assert.equal(
    columnsOf(of).map(({ name, type }) => `${name}:${type}`),
    ["Name:string", "Desired:integer", "Available:integer", "Age:string"],
  );
});

test("columns have the types that kube-apiserver gives them", () => {
  const types = (apiVersion: string, kind: string) =>
    columnsOf(resource(apiVersion, kind)).map(({ name, type, format }) => `${name}:${type}:${format}`);
  assert.equal(types("apps/v1", "Deployment").slice(2, 4), ["Up-to-date:string:", "Available:string:"]);
  assert.equal(types("storage.k8s.io/v1", "VolumeAttachment").slice(0, 3), [
    "Name:string:name",
    "Attacher:string:name",
    "PV:string:",
  ]);
  assert.equal(types("apps/v1", "ControllerRevision")[2], "Revision:string:");
  assert.equal(types("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ["Name:string:name", "Created At:date:"]);
});

test("a custom resource shows its name and age", () => {
  const row = rowOf(
    { group: "example.com", kind: "Widget", type: "" },
    { metadata: { name: "w", creationTimestamp: ago(90) } },
    { nowMs },
  );
  assert.equal(row.cells, ["w", "90s"]);
});

test.run();
