/** Every built-in kind that is stored passes every verb, from the tables alone. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ResourcePath } from "../../actors/apiserver/messages.js";
import { builtinResources, type Resource } from "../../src/api/kinds.js";
import type { UntypedObject } from "../../src/api/types.js";
import { certificateRequest, signingRequest } from "../support/certificate-request.js";
import { ApiServerWorld, brief, podOf } from "./apiserver-world.js";

/** The least that validation asks of a kind beside a name. */
const least: Readonly<Record<string, object>> = {
  Pod: { spec: podOf("x").spec },
  Service: { spec: { ports: [{ port: 80 }] } },
  Event: {
    involvedObject: { namespace: "default" },
    regarding: { namespace: "default" },
    eventTime: "2026-01-01T00:00:00.000000Z",
    reportingComponent: "sampler",
    reportingController: "sampler",
    reportingInstance: "sampler-1",
    action: "Sample",
    reason: "Sampled",
    type: "Normal",
  },
  ReplicaSet: workload("ReplicaSet"),
  Deployment: workload("Deployment"),
  DaemonSet: workload("DaemonSet"),
  StatefulSet: { spec: { ...workload("StatefulSet").spec, serviceName: "x" } },
  ReplicationController: { spec: { selector: { app: "x" }, template: workload("").spec.template } },
  Job: { spec: { template: { spec: { ...podOf("x").spec, restartPolicy: "Never" } } } },
  EndpointSlice: { addressType: "IPv4", endpoints: [] },
  CustomResourceDefinition: {
    spec: {
      group: "example.com",
      names: { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
    },
  },
  PersistentVolumeClaim: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
  PersistentVolume: {
    spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path: "/data" } },
  },
  HorizontalPodAutoscaler: { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "x" } } },
  CronJob: {
    spec: {
      schedule: "* * * * *",
      jobTemplate: { spec: { template: { spec: { ...podOf("x").spec, restartPolicy: "Never" } } } },
    },
  },
  CertificateSigningRequest: { spec: signingRequest("x", certificateRequest({ commonName: "x" })).spec },
  IngressClass: { spec: { controller: "example.com/controller" } },
  Ingress: { spec: { defaultBackend: { service: { name: "x", port: { number: 80 } } } } },
  RuntimeClass: { handler: "runc" },
  RoleBinding: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "x" } },
  ClusterRoleBinding: { roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "x" } },
  StorageClass: { provisioner: "example.com/provisioner" },
  CSIDriver: { spec: {} },
  CSINode: { spec: { drivers: [] } },
  CSIStorageCapacity: { storageClassName: "fast" },
  VolumeAttachment: {
    spec: { attacher: "csi.example.com", nodeName: "node-1", source: { persistentVolumeName: "pv" } },
  },
  VolumeAttributesClass: { driverName: "csi.example.com", parameters: { iops: "100" } },
  ControllerRevision: { data: { spec: {} }, revision: 1 },
  LeaseCandidate: {
    spec: {
      leaseName: "x",
      binaryVersion: "1.33.0",
      emulationVersion: "1.33.0",
      strategy: "OldestEmulationVersion",
      pingTime: "2025-01-01T00:00:00.000000Z",
      renewTime: "2025-01-01T00:00:00.000000Z",
    },
  },
  StorageVersion: { spec: {}, status: {} },
  StorageVersionMigration: { spec: { resource: { resource: "pods", version: "v1" } } },
  ServiceCIDR: { spec: { cidrs: ["10.97.0.0/16"] } },
  FlowSchema: { spec: { priorityLevelConfiguration: { name: "x" } } },
  PriorityLevelConfiguration: { spec: { type: "Limited", limited: { limitResponse: { type: "Reject" } } } },
  ClusterTrustBundle: {
    spec: { trustBundle: "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n" },
  },
  PodTemplate: { template: workload("").spec.template },
  APIService: { spec: { group: "example.com", version: "v1", groupPriorityMinimum: 100, versionPriority: 10 } },
  ValidatingAdmissionPolicy: { spec: { matchConstraints: { resourceRules: rules() }, validations: [{ expression: "true" }] } },
  ValidatingAdmissionPolicyBinding: { spec: { policyName: "x", validationActions: ["Deny"] } },
  MutatingAdmissionPolicy: {
    spec: {
      matchConstraints: { resourceRules: rules() },
      reinvocationPolicy: "Never",
      mutations: [{ patchType: "JSONPatch", jsonPatch: { expression: '[JSONPatch{op: "test", path: "/a", value: 1}]' } }],
    },
  },
  MutatingAdmissionPolicyBinding: { spec: { policyName: "x" } },
  ResourceClaim: { spec: {} },
  ResourceClaimTemplate: { spec: { spec: {} } },
  DeviceClass: { spec: {} },
  DeviceTaintRule: { spec: { taint: { key: "example.com/broken", effect: "NoSchedule" } } },
  ResourceSlice: {
    spec: { driver: "gpu.example.com", nodeName: "node-1", pool: { name: "node-1", generation: 1, resourceSliceCount: 1 } },
  },
  IPAddress: { spec: { parentRef: { resource: "services", namespace: "default", name: "x" } } },
};

function rules() {
  return [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }];
}

function workload(_kind: string) {
  return {
    spec: { selector: { matchLabels: { app: "x" } }, template: { metadata: { labels: { app: "x" } }, spec: podOf("x").spec } },
  };
}

const names: Readonly<Record<string, string>> = {
  IPAddress: "10.96.77.7",
  CustomResourceDefinition: "things.example.com",
  APIService: "v1.example.com",
  StorageVersion: "example.com.things",
};

const stored = builtinResources().resources.filter((resource) => !resource.virtual && resource.verbs.includes("create"));

const pathOf = ({ group, version, plural, namespaced }: Resource): ResourcePath => ({
  group,
  version,
  resource: plural,
  ...(namespaced ? { namespace: "default" } : {}),
});

const world = new ApiServerWorld({ seed: "kinds" }).untilServing();
world.account();

for (const resource of stored) {
  test(`${resource.apiVersion} ${resource.kind}`, () => {
    const path = pathOf(resource);
    const name = names[resource.kind] ?? "sample";
    const watch = world.watch(path, { fieldSelector: `metadata.name=${name}` });
    world.run(5);
    const object = { kind: resource.kind, apiVersion: resource.apiVersion, metadata: { name }, ...least[resource.kind] };
    let created = world.create(path, object);
    assert.is(created.error, undefined, `create: ${created.error?.message}`);
    if (resource.kind === "CustomResourceDefinition" || resource.kind === "APIService") {
      // Its status is the API server's own to write.
      world.run(20);
      created = world.get(path, name);
    }
    assert.is(created.object.kind, resource.kind);
    assert.is(created.object.apiVersion, resource.apiVersion);
    assert.equal(world.get(path, name).object, created.object, "get gives what create gave");
    const listed = world.list(path, { fieldSelector: `metadata.name=${name}` });
    assert.equal(listed.items, [created.object], "list gives what create gave");
    const labels = { touched: "yes" };
    const updated = world.update(path, { ...created.object, metadata: { ...created.object.metadata, labels } });
    assert.is(updated.error, undefined, `update: ${updated.error?.message}`);
    assert.is(updated.object.metadata.labels?.touched, "yes");
    for (const [type, patch] of patches) {
      const patched = world.patch(path, name, patch, type);
      assert.is(patched.error, undefined, `${type}: ${patched.error?.message}`);
    }
    assert.equal(world.get(path, name).object.metadata.annotations, { json: "1", merge: "2", strategic: "3" });
    const removed = world.delete(path, name, { gracePeriodSeconds: 0 });
    assert.is(removed.error, undefined, `delete: ${removed.error?.message}`);
    letGo(path, name);
    assert.is(world.get(path, name).error?.code, 404);
    world.run(5);
    const told = brief(watch.events);
    assert.is(told[0], `ADDED ${name}`);
    assert.is(told.at(-1), `DELETED ${name}`);
    assert.ok(told.length >= 6, told.join(", "));
    watch.cancel();
  });
}

const patches = [
  ["application/json-patch+json", [{ op: "add", path: "/metadata/annotations", value: { json: "1" } }]],
  ["application/merge-patch+json", { metadata: { annotations: { merge: "2" } } }],
  ["application/strategic-merge-patch+json", { metadata: { annotations: { strategic: "3" } } }],
] as const;

/** Takes the finalizers away that some kinds are born with. */
function letGo(path: ResourcePath, name: string): void {
  const left = world.get(path, name);
  if (left.error !== undefined) return;
  if (path.resource === "namespaces") {
    const emptied = { ...left.object, spec: { finalizers: [] } } as unknown as UntypedObject;
    world.update(path, emptied, { subresource: "finalize" });
  } else world.patch(path, name, { metadata: { finalizers: null } });
}

test.run();
