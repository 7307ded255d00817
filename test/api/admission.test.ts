import { test } from "uvu";
import * as assert from "uvu/assert";
import { createRefusal, deleteRefusal } from "../../src/api/admission/namespace-lifecycle.js";
import { addDefaultTolerations } from "../../src/api/admission/pod-tolerations.js";
import { admitPriority } from "../../src/api/admission/priority.js";
import { protectStorage, taintNewNode } from "../../src/api/admission/protection.js";
import { admitServiceAccount, serviceAccountNameOf, tokenMountPath } from "../../src/api/admission/service-account.js";
import type { KubernetesObject, Pod, PodSpec } from "../../src/api/types.js";

const pod = (spec: Partial<PodSpec> = {}): Pod => ({
  metadata: { name: "web", namespace: "shop" },
  spec: { containers: [{ name: "c" }], ...spec },
});

test("a pod tolerates a lost node for five minutes, unless it says how long itself", () => {
  const added = addDefaultTolerations(
    pod({
      tolerations: [{ key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }],
    }),
  );
  assert.equal(added.spec?.tolerations, [
    { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 },
    { key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 },
  ]);
  const everything = pod({ tolerations: [{ operator: "Exists" }] });
  assert.is(addDefaultTolerations(everything), everything);
});

test("a pod gets its account, pull secrets and the token volume", () => {
  const admitted = admitServiceAccount(
    pod({ initContainers: [{ name: "i" }] }),
    { metadata: { name: "default" }, imagePullSecrets: [{ name: "pull" }] },
    "x2k9z",
  );
  assert.ok(admitted.ok);
  const spec = admitted.ok ? admitted.value.spec! : { containers: [] };
  assert.is(spec.serviceAccountName, "default");
  assert.equal(spec.imagePullSecrets, [{ name: "pull" }]);
  const mount = { name: "kube-api-access-x2k9z", readOnly: true, mountPath: tokenMountPath };
  assert.equal(spec.containers[0]?.volumeMounts, [mount]);
  assert.equal(spec.initContainers?.[0]?.volumeMounts, [mount]);
  assert.is(spec.volumes?.[0]?.projected?.sources?.length, 3);
});

test("no token where the pod, its account or a mount of its own says so", () => {
  const account = { metadata: { name: "default" }, automountServiceAccountToken: false };
  const without = admitServiceAccount(pod(), account, "x");
  assert.is(without.ok && without.value.spec?.volumes, undefined);
  const own = admitServiceAccount(
    pod({ containers: [{ name: "c", volumeMounts: [{ name: "v", mountPath: tokenMountPath }] }] }),
    { metadata: {} },
    "x",
  );
  assert.is(own.ok && own.value.spec?.volumes, undefined);
  const asked = admitServiceAccount(pod({ automountServiceAccountToken: true }), account, "x");
  assert.is(asked.ok && asked.value.spec?.volumes?.length, 1);
});

test("an account that is not there is refused", () => {
  const refused = admitServiceAccount(pod({ serviceAccountName: "robot" }), undefined, "x");
  assert.is(serviceAccountNameOf(pod({ serviceAccountName: "robot" })), "robot");
  assert.is(
    refused.ok ? "" : refused.error.status.message,
    'pods "web" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found',
  );
});

test("a pod's class becomes its priority", () => {
  const critical = admitPriority(pod({ priorityClassName: "system-node-critical" }), []);
  assert.is(critical.ok && critical.value.spec?.priority, 2000001000);
  const plain = admitPriority(pod(), []);
  assert.is(plain.ok && plain.value.spec?.priority, 0);
  assert.is(plain.ok && plain.value.spec?.preemptionPolicy, "PreemptLowerPriority");
  const usual = admitPriority(pod(), [{ metadata: { name: "usual" }, value: 7, globalDefault: true, preemptionPolicy: "Never" }]);
  assert.equal(
    usual.ok && [usual.value.spec?.priority, usual.value.spec?.priorityClassName, usual.value.spec?.preemptionPolicy],
    [7, "usual", "Never"],
  );
});

test("a class that is not there, or a number of one's own, is refused", () => {
  const missing = admitPriority(pod({ priorityClassName: "vip" }), []);
  assert.is(missing.ok ? "" : missing.error.status.message, 'pods "web" is forbidden: no PriorityClass with name vip was found');
  const own = admitPriority(pod({ priority: 5 }), []);
  assert.match(own.ok ? "" : (own.error.status.message ?? ""), /the integer value of priority \(5\) must not be provided/);
});

test("objects are born only in a namespace that is there and stays", () => {
  const pods = { group: "", resource: "pods" };
  assert.is(createRefusal(pods, "web", "shop", undefined)?.status.message, 'namespaces "shop" not found');
  assert.is(createRefusal(pods, "web", "shop", { metadata: {}, status: { phase: "Active" } }), undefined);
  const going = createRefusal(pods, "web", "shop", { metadata: { deletionTimestamp: "t" }, status: { phase: "Terminating" } });
  assert.is(going?.code, 403);
  assert.is(
    going?.status.message,
    'pods "web" is forbidden: unable to create new content in namespace shop because it is being terminated',
  );
});

test("the namespaces everything stands on stay", () => {
  assert.is(
    deleteRefusal("kube-system")?.status.message,
    'namespaces "kube-system" is forbidden: this namespace may not be deleted',
  );
  assert.is(deleteRefusal("shop"), undefined);
});

test("a new node is tainted until it is ready; storage in use is kept", () => {
  const node = taintNewNode({ metadata: { name: "n" } });
  assert.equal(node.spec?.taints, [{ key: "node.kubernetes.io/not-ready", effect: "NoSchedule" }]);
  assert.is(taintNewNode(node), node);
  assert.equal(protectStorage<KubernetesObject>("PersistentVolumeClaim", { metadata: { name: "c" } }).metadata.finalizers, [
    "kubernetes.io/pvc-protection",
  ]);
});

test.run();
