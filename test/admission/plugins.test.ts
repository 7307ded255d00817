import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaultTolerationSeconds } from "../../src/api/admission/default-toleration-seconds.js";
import { namespaceLifecycle } from "../../src/api/admission/namespace-lifecycle.js";
import { pluginNames } from "../../src/api/admission/pipeline.js";
import { priority } from "../../src/api/admission/priority.js";
import { privilegeEscalation } from "../../src/api/admission/privilege-escalation.js";
import { serviceAccount, tokenMountPath } from "../../src/api/admission/service-account.js";
import { storageObjectInUseProtection } from "../../src/api/admission/storage-object-in-use-protection.js";
import { taintNodesByCondition } from "../../src/api/admission/taint-nodes-by-condition.js";
import type { Node, Pod, PodSpec } from "../../src/api/types.js";
import { chainOf, clusterOf, mutated, podOf, refusal, requestOf } from "./world.js";

const specOf = (object: unknown): PodSpec => (object as Pod).spec ?? { containers: [] };

test("a pod tolerates a lost node for five minutes, unless it says how long itself", () => {
  const own = { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 };
  const added = mutated(defaultTolerationSeconds, { object: podOf({ tolerations: [own] }) });
  assert.equal(specOf(added).tolerations, [
    own,
    { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
  ]);
  const everything = podOf({ tolerations: [{ operator: "Exists" }] });
  assert.is(mutated(defaultTolerationSeconds, { object: everything }), everything);
});

const account = (more: object = {}) => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name: "default", namespace: "shop" },
  ...more,
});

test("a pod gets its account, pull secrets and the token volume", () => {
  const pull = account({ imagePullSecrets: [{ name: "pull" }] });
  const spec = specOf(mutated(serviceAccount, { object: podOf({ initContainers: [{ name: "i" }] }) }, clusterOf(pull)));
  assert.is(spec.serviceAccountName, "default");
  assert.equal(spec.imagePullSecrets, [{ name: "pull" }]);
  const mount = { name: "kube-api-access-x2k9z", readOnly: true, mountPath: tokenMountPath };
  assert.equal(spec.containers[0]?.volumeMounts, [mount]);
  assert.equal(spec.initContainers?.[0]?.volumeMounts, [mount]);
  assert.is(spec.volumes?.[0]?.projected?.sources?.length, 3);
});

test("no token where the pod, its account or a mount of its own says so", () => {
  const cluster = clusterOf(account({ automountServiceAccountToken: false }));
  assert.is(specOf(mutated(serviceAccount, { object: podOf() }, cluster)).volumes, undefined);
  const mounts = podOf({ containers: [{ name: "c", volumeMounts: [{ name: "v", mountPath: tokenMountPath }] }] });
  assert.is(specOf(mutated(serviceAccount, { object: mounts }, clusterOf(account()))).volumes, undefined);
  const asked = podOf({ automountServiceAccountToken: true });
  assert.is(specOf(mutated(serviceAccount, { object: asked }, cluster)).volumes?.length, 1);
});

test("an account that is not there is refused, by the prefix of a name that is not made yet", () => {
  const why = 'error looking up service account shop/robot: serviceaccount "robot" not found';
  const robot = podOf({ serviceAccountName: "robot" });
  assert.is(refusal(serviceAccount, { object: robot }), `pods "web" is forbidden: ${why}`);
  const unnamed = { ...robot, metadata: { generateName: "web-", namespace: "shop" } };
  assert.is(refusal(serviceAccount, { object: unnamed }), `pods "web-" is forbidden: ${why}`);
});

const strict = account({
  metadata: {
    name: "default",
    namespace: "shop",
    annotations: { "kubernetes.io/enforce-mountable-secrets": "true" },
  },
  secrets: [{ name: "known" }],
});
const secretKey = (name: string) => ({ name: "TOKEN", valueFrom: { secretKeyRef: { name, key: "k" } } });
const notReferenced = "is not allowed because service account default does not reference that secret";

const secretCases: Array<[what: string, spec: Partial<PodSpec>, why: string]> = [
  ["a secret that the account refers to", { volumes: [{ name: "v", secret: { secretName: "known" } }] }, ""],
  [
    "a volume of another",
    { volumes: [{ name: "v", secret: { secretName: "other" } }] },
    `volume with secret.secretName="other" ${notReferenced}`,
  ],
  [
    "a variable from another",
    { containers: [{ name: "c", env: [secretKey("other")] }] },
    `container c with envVar TOKEN referencing secret.secretName="other" ${notReferenced}`,
  ],
  [
    "all variables from another, in an init container",
    { initContainers: [{ name: "i", envFrom: [{ secretRef: { name: "other" } }] }] },
    `init container i with envFrom referencing secret.secretName="other" ${notReferenced}`,
  ],
  [
    "an unknown pull secret",
    { imagePullSecrets: [{ name: "known" }] },
    'imagePullSecrets[0].name="known" is not allowed because service account default does not reference that imagePullSecret',
  ],
];

for (const [what, spec, why] of secretCases) {
  test(`an account that enforces its secrets: ${what}`, () => {
    const expected = why === "" ? "" : `pods "web" is forbidden: ${why}`;
    assert.is(refusal(serviceAccount, { object: podOf(spec) }, clusterOf(strict)), expected);
  });
}

test("an ephemeral container does not bring in a secret that the account would not have let in", () => {
  const debugging = podOf({
    serviceAccountName: "default",
    ephemeralContainers: [{ name: "debug", env: [secretKey("other")] }],
  });
  assert.is(
    refusal(
      serviceAccount,
      { operation: "UPDATE", subresource: "ephemeralcontainers", object: debugging, old: podOf() },
      clusterOf(strict),
    ),
    `pods "web" is forbidden: ephemeral container debug with envVar TOKEN referencing secret.secretName="other" ${notReferenced}`,
  );
});

const mirror = { annotations: { "kubernetes.io/config.mirror": "abc" } };
const mirrorCases: Array<[spec: Partial<PodSpec>, why: string]> = [
  [{}, ""],
  [{ serviceAccountName: "default" }, "a mirror pod may not reference service accounts"],
  [{ volumes: [{ name: "v", secret: { secretName: "known" } }] }, "a mirror pod may not reference secrets"],
  [
    { volumes: [{ name: "v", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }] },
    "a mirror pod may not use ServiceAccountToken volume projections",
  ],
];

test("a kubelet's mirror pod refers to nothing that the API keeps", () => {
  for (const [spec, why] of mirrorCases) {
    const said = refusal(serviceAccount, { object: podOf(spec, mirror) }, clusterOf(account()));
    assert.is(said, why === "" ? "" : `pods "web" is forbidden: ${why}`);
  }
});

const priorityClass = (name: string, value: number, more: object = {}) => ({
  apiVersion: "scheduling.k8s.io/v1",
  kind: "PriorityClass",
  metadata: { name },
  value,
  ...more,
});

test("a pod's class becomes its priority", () => {
  const critical = specOf(mutated(priority, { object: podOf({ priorityClassName: "system-node-critical" }) }));
  assert.is(critical.priority, 2000001000);
  const plain = specOf(mutated(priority, { object: podOf() }));
  assert.equal([plain.priority, plain.preemptionPolicy], [0, "PreemptLowerPriority"]);
  const cluster = clusterOf(priorityClass("usual", 7, { globalDefault: true, preemptionPolicy: "Never" }));
  const usual = specOf(mutated(priority, { object: podOf() }, cluster));
  assert.equal([usual.priority, usual.priorityClassName, usual.preemptionPolicy], [7, "usual", "Never"]);
});

test("a class that is not there, or a number of one's own, is refused", () => {
  assert.is(
    refusal(priority, { object: podOf({ priorityClassName: "vip" }) }),
    'pods "web" is forbidden: no PriorityClass with name vip was found',
  );
  assert.match(refusal(priority, { object: podOf({ priority: 5 }) }), /the integer value of priority \(5\) must not be provided/);
  assert.match(
    refusal(priority, { object: podOf({ preemptionPolicy: "Never" }) }),
    /the string value of PreemptionPolicy \(Never\) must not be provided/,
  );
});

test("an update that leaves the priority out keeps it", () => {
  const old = podOf({ priority: 7, preemptionPolicy: "Never" });
  const updated = specOf(mutated(priority, { operation: "UPDATE", object: podOf(), old }));
  assert.equal([updated.priority, updated.preemptionPolicy], [7, "Never"]);
});

test("there is one default priority class", () => {
  const cluster = clusterOf(priorityClass("usual", 7, { globalDefault: true }));
  const second = { resource: "priorityclasses.scheduling.k8s.io", object: priorityClass("other", 8, { globalDefault: true }) };
  assert.is(
    refusal(priority, second, cluster),
    'priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist',
  );
  assert.is(refusal(priority, { ...second, object: priorityClass("usual", 9, { globalDefault: true }) }, cluster), "");
});

const namespace = (phase: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", ...more },
  status: { phase },
});

test("objects are written only in a namespace that is there, and born only in one that stays", () => {
  assert.is(refusal(namespaceLifecycle, { object: podOf() }), 'namespaces "shop" not found');
  assert.is(refusal(namespaceLifecycle, { object: podOf() }, clusterOf(namespace("Active"))), "");
  const going = clusterOf(namespace("Terminating", { deletionTimestamp: "t" }));
  assert.is(
    refusal(namespaceLifecycle, { object: podOf() }, going),
    'pods "web" is forbidden: unable to create new content in namespace shop because it is being terminated',
  );
  assert.is(refusal(namespaceLifecycle, { operation: "UPDATE", object: podOf(), old: podOf() }, going), "");
  assert.is(refusal(namespaceLifecycle, { operation: "DELETE", old: podOf() }), "");
});

test("the namespaces everything stands on stay", () => {
  const old = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } };
  assert.is(
    refusal(namespaceLifecycle, { operation: "DELETE", resource: "namespaces", old }),
    'namespaces "kube-system" is forbidden: this namespace may not be deleted',
  );
  assert.is(refusal(namespaceLifecycle, { operation: "DELETE", resource: "namespaces", old: namespace("Active") }), "");
});

test("a new node is tainted until it is ready", () => {
  const bare = { apiVersion: "v1", kind: "Node", metadata: { name: "n" } };
  const node = mutated(taintNodesByCondition, { resource: "nodes", object: bare }) as unknown as Node;
  assert.equal(node.spec?.taints, [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }]);
  assert.is(mutated(taintNodesByCondition, { resource: "nodes", object: node }), node);
});

test("storage in use is kept", () => {
  for (const [resource, finalizer] of [
    ["persistentvolumeclaims", "kubernetes.io/pvc-protection"],
    ["persistentvolumes", "kubernetes.io/pv-protection"],
  ] as const) {
    const kept = mutated(storageObjectInUseProtection, { resource, object: { metadata: { name: "c" } } });
    assert.equal(typeof kept === "string" ? kept : kept.metadata.finalizers, [finalizer]);
  }
});

test("every plugin that is on by default in Kubernetes 1.33, and NodeRestriction, is there in Kubernetes' order", () => {
  assert.equal(
    pluginNames.filter((name) => name !== privilegeEscalation.name),
    [
      "NamespaceLifecycle",
      "LimitRanger",
      "ServiceAccount",
      "NodeRestriction",
      "TaintNodesByCondition",
      "PodSecurity",
      "Priority",
      "DefaultTolerationSeconds",
      "DefaultStorageClass",
      "StorageObjectInUseProtection",
      "PersistentVolumeClaimResize",
      "RuntimeClass",
      "CertificateApproval",
      "CertificateSigning",
      "ClusterTrustBundleAttest",
      "CertificateSubjectRestriction",
      "DefaultIngressClass",
    ],
  );
});

test("plugins run in order, each on what the one before has left", () => {
  const asked = { object: podOf() };
  const cluster = clusterOf(namespace("Active"), account());
  const admitted = chainOf(asked).mutate(requestOf(asked), cluster);
  assert.ok(admitted.ok);
  const spec = specOf(admitted.ok ? admitted.value : undefined);
  assert.equal([spec.serviceAccountName, spec.priority, spec.tolerations?.length], ["default", 0, 2]);
});

test.run();
