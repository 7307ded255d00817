import { test } from "uvu";
import * as assert from "uvu/assert";
import { builtinResources, compareVersions, parseApiVersion, type Resource } from "../../src/api/kinds.js";

const table = builtinResources();

test("the driven kinds are there with the names that kubectl knows", () => {
  const expected: Array<[string, string, string, boolean, string]> = [
    ["v1", "Namespace", "namespaces", false, "ns"],
    ["v1", "Node", "nodes", false, "no"],
    ["v1", "Pod", "pods", true, "po"],
    ["v1", "Service", "services", true, "svc"],
    ["discovery.k8s.io/v1", "EndpointSlice", "endpointslices", true, ""],
    ["apps/v1", "Deployment", "deployments", true, "deploy"],
    ["apps/v1", "ReplicaSet", "replicasets", true, "rs"],
    ["v1", "ConfigMap", "configmaps", true, "cm"],
    ["v1", "Secret", "secrets", true, ""],
    ["v1", "ServiceAccount", "serviceaccounts", true, "sa"],
    ["v1", "Event", "events", true, "ev"],
    ["coordination.k8s.io/v1", "Lease", "leases", true, ""],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false, "crd,crds"],
    ["apiregistration.k8s.io/v1", "APIService", "apiservices", false, ""],
  ];
  for (const [apiVersion, kind, plural, namespaced, shortNames] of expected) {
    const resource = table.byObject(apiVersion, kind);
    assert.ok(resource, `${apiVersion} ${kind} is built in`);
    assert.is(resource.plural, plural);
    assert.is(resource.namespaced, namespaced, `${kind} namespaced`);
    assert.is(resource.shortNames.join(), shortNames, `${kind} short names`);
    assert.is(resource.listKind, `${kind}List`);
    assert.is(table.byResource(resource.group, resource.version, plural), resource);
  }
});

test("what is stored can be watched; what is not only answers", () => {
  for (const resource of table.resources) {
    const name = `${resource.apiVersion} ${resource.plural}`;
    assert.is.not(resource.type, "", `${name} has a type`);
    if (resource.virtual) continue;
    for (const verb of ["create", "delete", "get", "list", "patch", "update", "watch"] as const) {
      assert.ok(resource.verbs.includes(verb), `${name} has ${verb}`);
    }
    assert.is.not(resource.listType, "", `${name} has a list type`);
    assert.is.not(resource.storageVersionHash, "", `${name} has a storage version hash`);
  }
  assert.equal(
    table.resources.filter((resource) => resource.virtual).map((resource) => resource.plural),
    [
      "bindings",
      "componentstatuses",
      "selfsubjectreviews",
      "tokenreviews",
      "localsubjectaccessreviews",
      "selfsubjectaccessreviews",
      "selfsubjectrulesreviews",
      "subjectaccessreviews",
    ],
  );
});

test("subresources say whose kind they take", () => {
  const expected: Array<[string, string, string, string, string]> = [
    ["v1", "Pod", "eviction", "policy/v1 Eviction", "create"],
    ["v1", "Pod", "binding", "/v1 Binding", "create"],
    ["v1", "Pod", "log", "/v1 Pod", "get"],
    ["v1", "Pod", "exec", "/v1 PodExecOptions", "create get"],
    ["v1", "Pod", "status", "/v1 Pod", "get patch update"],
    ["apps/v1", "Deployment", "scale", "autoscaling/v1 Scale", "get patch update"],
    ["v1", "ServiceAccount", "token", "authentication.k8s.io/v1 TokenRequest", "create"],
    ["v1", "Namespace", "finalize", "/v1 Namespace", "update"],
    [
      "certificates.k8s.io/v1",
      "CertificateSigningRequest",
      "approval",
      "certificates.k8s.io/v1 CertificateSigningRequest",
      "get patch update",
    ],
  ];
  for (const [apiVersion, kind, name, takes, verbs] of expected) {
    const sub = table.byObject(apiVersion, kind)!.subresources.find((found) => found.name === name);
    assert.ok(sub, `${kind}/${name}`);
    assert.is(`${sub.group}/${sub.version} ${sub.kind}`, takes);
    assert.is(sub.verbs.join(" "), verbs, `verbs of ${kind}/${name}`);
    assert.is(sub.type, name === "exec" ? "" : sub.kind, `type of ${kind}/${name}`);
  }
});

test("versions of one resource share the storage of the most preferred one", () => {
  const storage = (apiVersion: string, kind: string): string => {
    const { group, version } = table.byObject(apiVersion, kind)!.storage;
    return `${group}/${version}`;
  };
  assert.is(storage("autoscaling/v1", "HorizontalPodAutoscaler"), "autoscaling/v2");
  assert.is(storage("autoscaling/v2", "HorizontalPodAutoscaler"), "autoscaling/v2");
  assert.is(storage("events.k8s.io/v1", "Event"), "/v1");
  assert.is(storage("v1", "Event"), "/v1");
  assert.is(storage("networking.k8s.io/v1beta1", "ServiceCIDR"), "networking.k8s.io/v1");
  assert.is(table.preferred("autoscaling", "horizontalpodautoscalers")!.version, "v2");
  // As every Kubernetes cluster publishes it for v1 pods.
  assert.is(table.byObject("v1", "Pod")!.storageVersionHash, "xPOwRZ+Yhw8=");
});

test("groups come in upstream's order, versions by preference", () => {
  assert.equal(
    table.groups.slice(0, 4).map(({ name }) => name),
    ["", "apiregistration.k8s.io", "apps", "events.k8s.io"],
  );
  assert.equal(["v1alpha1", "v1", "v10", "v1beta2", "foo", "v2", "v1beta1", "bar"].sort(compareVersions), [
    "v10",
    "v2",
    "v1",
    "v1beta2",
    "v1beta1",
    "v1alpha1",
    "bar",
    "foo",
  ]);
  assert.equal(
    table
      .filter((resource) => resource.stability === "stable")
      .groups.map(({ name }) => name)
      .filter((name) => name.startsWith("internal") || name.startsWith("resource")),
    [],
    "groups without a stable version go with their resources",
  );
});

test("category all has what kubectl get all shows", () => {
  const members = table.resources.filter((resource) => resource.categories.includes("all") && resource.version === "v1");
  assert.equal(members.map((resource) => resource.plural).sort(), [
    "cronjobs",
    "daemonsets",
    "deployments",
    "horizontalpodautoscalers",
    "jobs",
    "pods",
    "replicasets",
    "replicationcontrollers",
    "services",
    "statefulsets",
  ]);
});

test("a table with custom resources leaves the built-in one alone", () => {
  const custom: Resource = {
    ...table.byObject("apps/v1", "Deployment")!,
    group: "x.io",
    apiVersion: "x.io/v1",
    kind: "Ship",
    plural: "ships",
  };
  const wider = table.with([custom]);
  assert.is(wider.byObject("x.io/v1", "Ship"), custom);
  assert.is(table.byObject("x.io/v1", "Ship"), undefined);
  assert.is(wider.groups.at(-1)!.name, "x.io");
});

test("apiVersion is group and version", () => {
  assert.equal(parseApiVersion("v1"), { group: "", version: "v1" });
  assert.equal(parseApiVersion("apps/v1"), { group: "apps", version: "v1" });
  assert.is(parseApiVersion("a/b/c"), undefined);
});

test.run();
