import { suite } from "uvu";
import * as assert from "uvu/assert";
import { completed } from "../../actors/apiserver/setup/access/complete.js";
import { type AccessObject, bootstrapPolicy } from "../../actors/apiserver/setup/access/policy.js";
import { bootstrapped, user } from "./world.js";

const bootstrap = suite("bootstrap roles");

/** `ClusterRole admin`, `Role kube-system/system::leader-locking-kube-scheduler` */
const nameOf = ({ kind, metadata }: AccessObject): string =>
  `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;

const expected = new Map([
  [
    "ClusterRole",
    `admin cluster-admin edit system:aggregate-to-admin system:aggregate-to-edit system:aggregate-to-view system:auth-delegator
    system:basic-user system:certificates.k8s.io:certificatesigningrequests:nodeclient
    system:certificates.k8s.io:certificatesigningrequests:selfnodeclient system:certificates.k8s.io:kube-apiserver-client-approver
    system:certificates.k8s.io:kube-apiserver-client-kubelet-approver system:certificates.k8s.io:kubelet-serving-approver
    system:certificates.k8s.io:legacy-unknown-approver system:discovery system:heapster system:kube-aggregator
    system:kube-controller-manager system:kube-dns system:kube-scheduler system:kubelet-api-admin system:monitoring system:node
    system:node-bootstrapper system:node-problem-detector system:node-proxier system:persistent-volume-provisioner
    system:public-info-viewer system:service-account-issuer-discovery system:volume-scheduler view`,
  ],
  [
    "ClusterRoleBinding",
    `cluster-admin system:basic-user system:discovery system:kube-controller-manager system:kube-dns system:kube-scheduler
    system:monitoring system:node system:node-proxier system:public-info-viewer system:service-account-issuer-discovery
    system:volume-scheduler`,
  ],
  [
    "Role",
    `kube-public/system:controller:bootstrap-signer kube-system/extension-apiserver-authentication-reader
    kube-system/system::leader-locking-kube-controller-manager kube-system/system::leader-locking-kube-scheduler
    kube-system/system:controller:bootstrap-signer kube-system/system:controller:cloud-provider
    kube-system/system:controller:token-cleaner`,
  ],
  [
    "RoleBinding",
    `kube-public/system:controller:bootstrap-signer kube-system/system::extension-apiserver-authentication-reader
    kube-system/system::leader-locking-kube-controller-manager kube-system/system::leader-locking-kube-scheduler
    kube-system/system:controller:bootstrap-signer kube-system/system:controller:cloud-provider
    kube-system/system:controller:token-cleaner`,
  ],
]);
const controllers = `attachdetach-controller certificate-controller clusterrole-aggregation-controller cronjob-controller
  daemon-set-controller deployment-controller disruption-controller endpoint-controller endpointslice-controller
  endpointslicemirroring-controller ephemeral-volume-controller expand-controller generic-garbage-collector
  horizontal-pod-autoscaler job-controller legacy-service-account-token-cleaner namespace-controller node-controller
  persistent-volume-binder pod-garbage-collector pv-protection-controller pvc-protection-controller replicaset-controller
  replication-controller resourcequota-controller root-ca-cert-publisher route-controller selinux-warning-controller
  service-account-controller service-cidrs-controller service-controller statefulset-controller ttl-after-finished-controller
  ttl-controller validatingadmissionpolicy-status-controller`;
const words = (text: string) => text.split(/\s+/);

bootstrap("are those of Kubernetes 1.33, none missing and none beside them", () => {
  const all = [...expected].flatMap(([kind, names]) => words(names).map((name) => `${kind} ${name}`));
  const ofControllers = words(controllers).flatMap((name) => [
    `ClusterRole system:controller:${name}`,
    `ClusterRoleBinding system:controller:${name}`,
  ]);
  assert.equal(bootstrapPolicy().map(nameOf).sort(), [...all, ...ofControllers].sort());
});

bootstrap("carry the label and the annotation by which they are known", () => {
  for (const object of bootstrapPolicy()) {
    assert.is(object.metadata.labels?.["kubernetes.io/bootstrapping"], "rbac-defaults", nameOf(object));
    assert.is(object.metadata.annotations?.["rbac.authorization.kubernetes.io/autoupdate"], "true", nameOf(object));
  }
});

const roles: Array<[string, string, boolean]> = [
  ["view", "list pods in team", true],
  ["view", "get deployments.apps/scale in team named web", true],
  ["view", "get secrets in team named s", false],
  ["view", "list roles.rbac.authorization.k8s.io in team", false],
  ["edit", "get secrets in team named s", true],
  ["edit", "list pods in team", true],
  ["edit", "create serviceaccounts/token in team named a", true],
  ["edit", "impersonate serviceaccounts in team named a", true],
  ["edit", "create rolebindings.rbac.authorization.k8s.io in team", false],
  ["edit", "create resourcequotas in team", false],
  ["admin", "create rolebindings.rbac.authorization.k8s.io in team", true],
  ["admin", "create localsubjectaccessreviews.authorization.k8s.io in team", true],
  ["admin", "list pods in team", true],
  ["admin", "delete resourcequotas in team named q", false],
  ["cluster-admin", "delete resourcequotas in team named q", true],
];
for (const [role, question, allowed] of roles) {
  bootstrap(`${role} ${allowed ? "may" : "may not"} ${question}`, () => {
    const world = bootstrapped({
      kind: "RoleBinding",
      apiVersion: "rbac.authorization.k8s.io/v1",
      metadata: { namespace: "team", name: "bound" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
      subjects: [{ kind: "User", name: "jane", apiGroup: "rbac.authorization.k8s.io" }],
    });
    assert.is(world.may(user("jane"), question).startsWith("yes"), allowed);
  });
}

const nobody = user("system:anonymous", "system:unauthenticated");
const somebody = user("jane", "system:authenticated");
const components: Array<[string, ReturnType<typeof user>, string, boolean]> = [
  ["nobody", nobody, "get /version", true],
  ["nobody", nobody, "get /readyz", true],
  ["nobody", nobody, "get /apis", false],
  ["nobody", nobody, "get /metrics", false],
  ["somebody", somebody, "get /apis/apps/v1", true],
  ["somebody", somebody, "get /openapi/v3", true],
  ["somebody", somebody, "create selfsubjectaccessreviews.authorization.k8s.io", true],
  ["somebody", somebody, "create selfsubjectreviews.authentication.k8s.io", true],
  ["somebody", somebody, "create subjectaccessreviews.authorization.k8s.io", false],
  ["somebody", somebody, "list namespaces", false],
  ["who monitors", user("prometheus", "system:monitoring"), "get /metrics", true],
  ["the scheduler", user("system:kube-scheduler"), "create pods/binding in a named web", true],
  ["the scheduler", user("system:kube-scheduler"), "update leases.coordination.k8s.io in kube-system named kube-scheduler", true],
  ["the scheduler", user("system:kube-scheduler"), "create pods in a", false],
  ["the controller manager", user("system:kube-controller-manager"), "watch deployments.apps", true],
  ["the controller manager", user("system:kube-controller-manager"), "delete deployments.apps in a named web", false],
  ["kube-proxy", user("system:kube-proxy"), "watch endpointslices.discovery.k8s.io", true],
  ["kube-proxy", user("system:kube-proxy"), "watch secrets", false],
  ["a controller", user("system:serviceaccount:kube-system:deployment-controller"), "create replicasets.apps in a", true],
  ["a controller", user("system:serviceaccount:kube-system:deployment-controller"), "create pods in a", false],
  ["a pod", user("system:serviceaccount:a:default", "system:serviceaccounts"), "get /openid/v1/jwks", true],
];
for (const [who, asker, question, allowed] of components) {
  bootstrap(`${who} ${allowed ? "may" : "may not"} ${question}`, () =>
    assert.is(bootstrapped().may(asker, question).startsWith("yes"), allowed),
  );
}

const named = (name: string): AccessObject => bootstrapPolicy().find((each) => nameOf(each) === name)!;

bootstrap("are completed: what was taken away comes back, what was added stays", () => {
  const wanted = named("ClusterRole system:kube-dns");
  assert.is(completed(wanted, wanted), undefined, "nothing is missing");
  const own = { apiGroups: ["x"], resources: ["y"], verbs: ["get"] };
  const changed = {
    ...wanted,
    metadata: { ...wanted.metadata, labels: { mine: "yes" } },
    rules: [own, { apiGroups: [""], resources: ["services"], verbs: ["list"] }],
  };
  const complete = completed(changed as AccessObject, wanted) as typeof changed;
  assert.equal(complete.metadata.labels, { "kubernetes.io/bootstrapping": "rbac-defaults", mine: "yes" });
  assert.equal(complete.rules, [
    ...changed.rules,
    { apiGroups: [""], resources: ["endpoints"], verbs: ["list", "watch"] },
    { apiGroups: [""], resources: ["services"], verbs: ["watch"] },
  ]);
});

bootstrap("are left alone when their users say so", () => {
  const wanted = named("ClusterRole system:kube-dns");
  const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
  assert.is(completed({ ...wanted, metadata: { ...wanted.metadata, annotations }, rules: [] }, wanted), undefined);
});

bootstrap("bind whom they bound, and whom their users added", () => {
  const wanted = named("ClusterRoleBinding system:basic-user") as Extract<AccessObject, { roleRef: object }>;
  const jane = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "jane" };
  const complete = completed({ ...wanted, subjects: [jane] }, wanted) as typeof wanted;
  assert.equal(complete.subjects, [jane, ...wanted.subjects!]);
});

bootstrap("gather again what they gathered, and leave the rules to who keeps them", () => {
  const wanted = named("ClusterRole view") as Extract<AccessObject, { aggregationRule?: object }>;
  const mine = { matchLabels: { mine: "yes" } };
  const changed = { ...wanted, rules: [], aggregationRule: { clusterRoleSelectors: [mine] } };
  const complete = completed(changed, wanted) as typeof wanted;
  assert.equal(complete.rules, []);
  assert.equal(complete.aggregationRule?.clusterRoleSelectors, [mine, ...wanted.aggregationRule!.clusterRoleSelectors!]);
});

bootstrap.run();
