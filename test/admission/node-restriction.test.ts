import { test } from "uvu";
import * as assert from "uvu/assert";
import { nodeRestriction } from "../../src/api/admission/node-restriction.js";
import type { Requester } from "../../src/api/admission/plugin.js";
import { type Asked, admin, clusterOf, podOf, refusal } from "./world.js";

const kubelet: Requester = { name: "system:node:node-1", groups: ["system:nodes", "system:authenticated"] };
const node = (metadata: object = {}, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node-1", uid: "n1", ...metadata },
  spec,
});
const bound = (to: string, metadata: object = {}) => podOf({ nodeName: to }, { uid: "p1", ...metadata });
const owner = { apiVersion: "v1", kind: "Node", name: "node-1", uid: "n1", controller: true };
const mirror = (metadata: object = {}, spec: object = {}) =>
  podOf(
    { nodeName: "node-1", ...spec },
    { annotations: { "kubernetes.io/config.mirror": "x" }, ownerReferences: [owner], ...metadata },
  );
const token = (spec: object = {}) => ({
  metadata: { name: "default", namespace: "shop" },
  spec: { audiences: [], boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "web", uid: "p1" }, ...spec },
});
const lease = (name: string, namespace = "kube-node-lease") => ({ metadata: { name, namespace } });

const claim = (status: object, metadata: object = {}) => ({
  metadata: { name: "web", namespace: "shop", ...metadata },
  spec: {},
  status: { phase: "Pending", ...status },
});
const statusOfClaim = {
  operation: "UPDATE",
  resource: "persistentvolumeclaims",
  subresource: "status",
  old: claim({ capacity: { storage: "1Gi" } }),
} as const;

const cases: Array<[what: string, asked: Asked, why: string]> = [
  ["a mirror pod of its own", { object: mirror() }, ""],
  [
    "a pod that is no mirror",
    { object: podOf() },
    'pods "web" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "node-1" can only create mirror pods',
  ],
  [
    "a mirror on another node",
    { object: mirror({}, { nodeName: "node-2" }) },
    'pods "web" is forbidden: node "node-1" can only create pods with spec.nodeName set to itself',
  ],
  [
    "a mirror that nobody owns",
    { object: mirror({ ownerReferences: [] }) },
    'pods "web" is forbidden: node "node-1" can only create pods with an owner reference set to itself',
  ],
  [
    "a mirror with two owners",
    { object: mirror({ ownerReferences: [owner, owner] }) },
    'pods "web" is forbidden: node "node-1" can only create pods with a single owner reference set to itself',
  ],
  [
    "a mirror of a namesake",
    { object: mirror({ ownerReferences: [{ ...owner, uid: "n0" }] }) },
    'pods "web" is forbidden: node node-1 UID mismatch: expected n0 got n1',
  ],
  [
    "a mirror that reads secrets",
    { object: mirror({}, { volumes: [{ name: "v", secret: { secretName: "s" } }] }) },
    'pods "web" is forbidden: node "node-1" can not create pods that reference secrets',
  ],
  [
    "a mirror that reads config maps",
    { object: mirror({}, { containers: [{ name: "c", envFrom: [{ configMapRef: { name: "m" } }] }] }) },
    'pods "web" is forbidden: node "node-1" can not create pods that reference configmaps',
  ],
  [
    "a change of a pod",
    { operation: "UPDATE", object: bound("node-1"), old: bound("node-1") },
    'pods "web" is forbidden: unexpected operation "UPDATE", node "node-1" can only create and delete mirror pods',
  ],
  ["the end of its pod", { operation: "DELETE", old: bound("node-1") }, ""],
  [
    "the end of another's pod",
    { operation: "DELETE", old: bound("node-2") },
    'pods "web" is forbidden: node "node-1" can only delete pods with spec.nodeName set to itself',
  ],
  ["the status of its pod", { operation: "UPDATE", subresource: "status", object: bound("node-1"), old: bound("node-1") }, ""],
  [
    "the status of another's pod",
    { operation: "UPDATE", subresource: "status", object: bound("node-2"), old: bound("node-2") },
    'pods "web" is forbidden: node "node-1" can only update pod status for pods with spec.nodeName set to itself',
  ],
  [
    "labels by way of the status",
    { operation: "UPDATE", subresource: "status", object: bound("node-1", { labels: { a: "b" } }), old: bound("node-1") },
    'pods "web" is forbidden: node "node-1" cannot update labels through pod status',
  ],
  [
    "a binding",
    { subresource: "binding", object: { metadata: { name: "web" } } },
    `pods "web" is forbidden: unexpected pod subresource "binding", only 'status' and 'eviction' are allowed`,
  ],
  ["itself", { resource: "nodes", object: node({ labels: { "kubernetes.io/hostname": "node-1", own: "x" } }) }, ""],
  [
    "itself with a label for others to trust",
    { resource: "nodes", object: node({ labels: { "node-restriction.kubernetes.io/a": "", "kubernetes.io/role": "x" } }) },
    'nodes "node-1" is forbidden: node "node-1" is not allowed to set the following labels: kubernetes.io/role, node-restriction.kubernetes.io/a',
  ],
  [
    "another node",
    { operation: "UPDATE", resource: "nodes", object: node({ name: "node-2" }), old: node({ name: "node-2" }) },
    'nodes "node-2" is forbidden: node "node-1" is not allowed to modify node "node-2"',
  ],
  [
    "its taints",
    {
      operation: "UPDATE",
      resource: "nodes",
      object: node({}, { taints: [] }),
      old: node({}, { taints: [{ key: "k", effect: "NoSchedule" }] }),
    },
    'nodes "node-1" is forbidden: node "node-1" is not allowed to modify taints',
  ],
  [
    "its owners",
    { operation: "UPDATE", resource: "nodes", object: node({ ownerReferences: [owner] }), old: node() },
    'nodes "node-1" is forbidden: node "node-1" is not allowed to modify ownerReferences',
  ],
  [
    "a label that it may not give itself",
    { operation: "UPDATE", resource: "nodes", object: node({ labels: { "node-role.kubernetes.io/worker": "" } }), old: node() },
    'nodes "node-1" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/worker',
  ],
  [
    "its lease",
    { operation: "UPDATE", resource: "leases.coordination.k8s.io", object: lease("node-1"), old: lease("node-1") },
    "",
  ],
  [
    "another's lease",
    { resource: "leases.coordination.k8s.io", object: lease("node-2") },
    'leases.coordination.k8s.io "node-2" is forbidden: can only access node lease with the same name as the requesting node',
  ],
  [
    "a lease somewhere else",
    { resource: "leases.coordination.k8s.io", object: lease("node-1", "shop") },
    'leases.coordination.k8s.io "node-1" is forbidden: can only access leases in the "kube-node-lease" system namespace',
  ],
  [
    "another's CSINode",
    { resource: "csinodes.storage.k8s.io", object: { metadata: { name: "node-2" } } },
    'csinodes.storage.k8s.io "node-2" is forbidden: can only access CSINode with the same name as the requesting node',
  ],
  ["a token for its pod", { resource: "serviceaccounts", subresource: "token", object: token() }, ""],
  [
    "a token for nobody",
    { resource: "serviceaccounts", subresource: "token", object: token({ boundObjectRef: undefined }) },
    'serviceaccounts "default" is forbidden: node requested token not bound to a pod',
  ],
  [
    "a token for a pod that came before",
    {
      resource: "serviceaccounts",
      subresource: "token",
      object: token({ boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "web", uid: "p0" } }),
    },
    'serviceaccounts "default" is forbidden: the UID in the bound object reference (p0) does not match the UID in record. The object might have been deleted and then recreated',
  ],
  [
    "a token for an audience that the pod does not name",
    { resource: "serviceaccounts", subresource: "token", object: token({ audiences: ["vault"] }) },
    'serviceaccounts "default" is forbidden: audience "vault" not found in pod spec volume, system:node:node-1 is not authorized to request this audience',
  ],
  [
    "the claim of a pod",
    { operation: "UPDATE", resource: "persistentvolumeclaims", object: podOf(), old: podOf() },
    'persistentvolumeclaims "web" is forbidden: may only update PVC status',
  ],
  [
    "an expanded claim",
    {
      ...statusOfClaim,
      object: claim({ capacity: { storage: "2Gi" }, conditions: [{ type: "FileSystemResizePending", status: "True" }] }),
    },
    "",
  ],
  [
    "a claim that is bound",
    { ...statusOfClaim, object: claim({ phase: "Bound" }) },
    'persistentvolumeclaims "web" is forbidden: node "node-1" is not allowed to update fields other than status.capacity and status.conditions: status',
  ],
  [
    "a claim with labels",
    { ...statusOfClaim, object: claim({}, { labels: { tier: "gold" } }) },
    'persistentvolumeclaims "web" is forbidden: node "node-1" is not allowed to update fields other than status.capacity and status.conditions: metadata',
  ],
  ["an eviction of its pod", { subresource: "eviction", object: { metadata: { name: "web", namespace: "shop" } } }, ""],
];

const pod = podOf(
  { nodeName: "node-1", volumes: [{ name: "t", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }] },
  { uid: "p1" },
);
const cluster = clusterOf(node(), pod);

for (const [what, asked, why] of cases) {
  test(`a kubelet asks for ${what}`, () => assert.is(refusal(nodeRestriction, { ...asked, user: kubelet }, cluster), why));
}

test("everybody else may do what they are authorised to do", () => {
  for (const [, asked] of cases) assert.is(refusal(nodeRestriction, { ...asked, user: admin }, cluster), "");
  const nobody = { name: "system:node:", groups: ["system:nodes"] };
  assert.is(
    refusal(nodeRestriction, { object: mirror(), user: nobody }, cluster),
    'pods "web" is forbidden: could not determine node from user "system:node:"',
  );
});

test.run();
