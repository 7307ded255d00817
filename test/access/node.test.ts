import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { UntypedObject } from "../../src/api/types.js";
import { AccessWorld, user } from "./world.js";

const node = suite("the node authorizer");

const kubelet = user("system:node:node-1", "system:nodes", "system:authenticated");

const pod = (name: string, nodeName: string, spec: object = {}, more: object = {}): UntypedObject => ({
  kind: "Pod",
  apiVersion: "v1",
  metadata: { name, namespace: "default", ...more },
  spec: { nodeName, serviceAccountName: `${name}-account`, containers: [], ...spec },
});
const claim = (name: string, volumeName: string): UntypedObject => ({
  kind: "PersistentVolumeClaim",
  apiVersion: "v1",
  metadata: { name, namespace: "default" },
  spec: { volumeName },
});
const volume = (name: string, claimName: string, source: object = {}): UntypedObject => ({
  kind: "PersistentVolume",
  apiVersion: "v1",
  metadata: { name },
  spec: { claimRef: { namespace: "default", name: claimName }, ...source },
});

const everyReference = {
  imagePullSecrets: [{ name: "pull" }],
  initContainers: [{ name: "i", envFrom: [{ secretRef: { name: "from-init" } }] }],
  containers: [
    {
      name: "c",
      env: [
        { name: "A", valueFrom: { secretKeyRef: { name: "from-env", key: "k" } } },
        { name: "B", valueFrom: { configMapKeyRef: { name: "map-env", key: "k" } } },
      ],
      envFrom: [{ configMapRef: { name: "map-from" } }],
    },
  ],
  volumes: [
    { name: "a", secret: { secretName: "volume" } },
    { name: "b", configMap: { name: "map-volume" } },
    { name: "c", projected: { sources: [{ secret: { name: "projected" } }, { configMap: { name: "map-projected" } }] } },
    { name: "d", persistentVolumeClaim: { claimName: "data" } },
    { name: "e", ephemeral: { volumeClaimTemplate: {} } },
    { name: "f", csi: { driver: "d", nodePublishSecretRef: { name: "csi" } } },
  ],
};

const world = () =>
  new AccessWorld([
    pod("web", "node-1", everyReference),
    pod("other", "node-2", { volumes: [{ name: "a", secret: { secretName: "others" } }] }),
    pod(
      "mirror",
      "node-1",
      { volumes: [{ name: "a", secret: { secretName: "mirrored" } }] },
      {
        annotations: { "kubernetes.io/config.mirror": "x" },
      },
    ),
    claim("data", "disk"),
    volume("disk", "data", {
      csi: { driver: "d", volumeHandle: "h", nodeStageSecretRef: { name: "stage", namespace: "storage" } },
    }),
    volume("free", "nobodys"),
    volume("early", "web-e", { azureFile: { shareName: "s", secretName: "share" } }),
    {
      kind: "VolumeAttachment",
      apiVersion: "storage.k8s.io/v1",
      metadata: { name: "mine" },
      spec: { attacher: "d", nodeName: "node-1", source: {} },
    } as UntypedObject,
    {
      kind: "VolumeAttachment",
      apiVersion: "storage.k8s.io/v1",
      metadata: { name: "theirs" },
      spec: { attacher: "d", nodeName: "node-2", source: {} },
    } as UntypedObject,
  ]);

const none = "no: no relationship found between node 'node-1' and this object";
const rows: Array<[string, string]> = [
  ...["pull", "from-init", "from-env", "volume", "projected", "csi"].map((name): [string, string] => [
    `get secrets in default named ${name}`,
    "yes",
  ]),
  ...["map-env", "map-from", "map-volume", "map-projected"].map((name): [string, string] => [
    `watch configmaps in default named ${name}`,
    "yes",
  ]),
  ["get secrets in default named others", none],
  ["get secrets in default named mirrored", none],
  ["get secrets in elsewhere named volume", none],
  ["get secrets in storage named stage", "yes"],
  // Its volume says whose it is before the claim does.
  ["get secrets in default named share", "yes"],
  ["list secrets in default", "no: No Object name found"],
  ["list secrets in default where metadata.name=volume", "yes"],
  ["list secrets", "no: can only read namespaced object of this type"],
  ["update secrets in default named volume", "no: can only read resources of this type"],
  ["get persistentvolumeclaims in default named data", "yes"],
  ["get persistentvolumeclaims in default named web-e", "yes"],
  ["get persistentvolumeclaims in default named nobodys", none],
  ["list persistentvolumeclaims in default", "no: can only get individual resources of this type"],
  ["patch persistentvolumeclaims/status in default named data", "yes"],
  ["get persistentvolumeclaims/status in default named data", "no: can only get/update/patch this type"],
  ["get persistentvolumes named disk", "yes"],
  ["get persistentvolumes named free", none],
  ["get persistentvolumes named unheard", none],
  ["get volumeattachments.storage.k8s.io named mine", "yes"],
  ["get volumeattachments.storage.k8s.io named theirs", none],
  ["create serviceaccounts/token in default named web-account", "yes"],
  ["create serviceaccounts/token in default named other-account", none],
  ["create serviceaccounts in default", "no: can only create tokens for individual service accounts"],
  ["create serviceaccounts/status in default named web-account", "no: can only create token subresource of serviceaccount"],
  ["create leases.coordination.k8s.io in kube-node-lease", "yes"],
  ["update leases.coordination.k8s.io in kube-node-lease named node-1", "yes"],
  [
    "update leases.coordination.k8s.io in kube-node-lease named node-2",
    "no: can only access node lease with the same name as the requesting node",
  ],
  [
    "get leases.coordination.k8s.io in kube-system named node-1",
    'no: can only access leases in the "kube-node-lease" system namespace',
  ],
  ["list leases.coordination.k8s.io in kube-node-lease", "no: can only get, create, update, patch, or delete a node lease"],
  ["patch csinodes.storage.k8s.io named node-1", "yes"],
  ["patch csinodes.storage.k8s.io named node-2", "no: can only access CSINode with the same name as the requesting node"],
  ["list csinodes.storage.k8s.io", "no: can only get, create, update, patch, or delete a CSINode"],
  ["get nodes named node-1", "yes"],
  ["watch nodes where metadata.name=node-1", "yes"],
  ["get nodes named node-2", "no: node 'node-1' cannot read 'node-2', only its own Node object"],
  ["list nodes", "no: node 'node-1' cannot read all nodes, only its own Node object"],
  ["create nodes", "yes"],
  ["patch nodes/status named node-1", "yes"],
  ["delete nodes named node-1", "no"],
  ["get pods in default named web", "yes"],
  ["get pods in default named other", none],
  ["watch pods where spec.nodeName=node-1", "yes"],
  ["watch pods where spec.nodeName=node-2", "no: can only list/watch pods with spec.nodeName field selector"],
  ["list pods", "no: can only list/watch pods with spec.nodeName field selector"],
  ["patch pods/status in default named web", "yes"],
  ["create pods/eviction in default named web", "yes"],
  ["create pods/exec in default named web", "no"],
  ["create resourceslices.resource.k8s.io", "yes"],
  ["list resourceslices.resource.k8s.io", "no: can only list/watch/deletecollection resourceslices with nodeName field selector"],
  ["list resourceslices.resource.k8s.io where spec.nodeName=node-1", "yes"],
  ["watch services", "yes"],
  ["create certificatesigningrequests.certificates.k8s.io", "yes"],
  ["list deployments.apps", "no"],
  ["get /healthz", "no"],
];
for (const [question, expected] of rows) {
  node(`to ${question} it says ${expected}`, () => assert.is(world().may(kubelet, question), expected));
}

node("follows pods that come to the node and go", () => {
  const of = world();
  const secret = "get secrets in default named new";
  assert.is(of.may(kubelet, secret), none);
  const late = pod("late", "node-1", { volumes: [{ name: "a", secret: { secretName: "new" } }] });
  of.put(pod("late", "", { volumes: [{ name: "a", secret: { secretName: "new" } }] }));
  assert.is(of.may(kubelet, secret), none, "a pod that is on no node yet");
  of.put(late);
  assert.is(of.may(kubelet, secret), "yes");
  of.put({ ...late, metadata: { ...late.metadata, labels: { changed: "true" } } });
  assert.is(of.may(kubelet, secret), "yes", "a pod that changed");
  const ephemeralContainers = [{ envFrom: [{ secretRef: { name: "debug" } }] }];
  of.put(pod("late", "node-1", { ...(late.spec as object), ephemeralContainers }));
  assert.is(of.may(kubelet, "get secrets in default named debug"), "yes", "a container that came later");
  of.remove(late);
  assert.is(of.may(kubelet, secret), none, "a pod that is gone");
  of.cache.replace([], 1_000n);
  assert.is(of.may(kubelet, "get pods in default named web"), none, "everything listed anew");
});

node("knows kubelets by name and group", () => {
  const of = world();
  assert.is(of.may(user("system:node:node-1"), "watch services"), "no", "without its group");
  assert.is(of.may(user("node-1", "system:nodes"), "watch services"), "no", "without its name");
  assert.is(of.may(user("system:node:", "system:nodes"), "watch services"), 'no: unknown node for user "system:node:"');
});

node.run();
