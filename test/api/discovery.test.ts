import { test } from "uvu";
import * as assert from "uvu/assert";
import { aggregatedVersionOf, discoveryDocument } from "../../src/api/discovery.js";
import { builtinResources } from "../../src/api/kinds.js";
import { textHash } from "../../src/api/text-hash.js";

const table = builtinResources();
const read = (path: string, accept = "application/json") => {
  const document = discoveryDocument(table, path, accept, "127.0.0.1:6443");
  return document === undefined ? undefined : JSON.parse(document.body);
};
const byName = (list: Array<{ name: string }>, name: string) => list.find((item) => item.name === name);

test("/api says which versions the core group has", () => {
  assert.equal(read("/api"), {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1:6443" }],
  });
});

test("/apis lists groups with their preferred versions", () => {
  const { kind, groups } = read("/apis");
  assert.is(kind, "APIGroupList");
  assert.is(byName(groups, ""), undefined);
  assert.equal(byName(groups, "autoscaling"), {
    name: "autoscaling",
    versions: [
      { groupVersion: "autoscaling/v2", version: "v2" },
      { groupVersion: "autoscaling/v1", version: "v1" },
    ],
    preferredVersion: { groupVersion: "autoscaling/v2", version: "v2" },
  });
  assert.equal(read("/apis/autoscaling"), { kind: "APIGroup", apiVersion: "v1", ...byName(groups, "autoscaling") });
});

test("/api/v1 and /apis/apps/v1 list resources and subresources", () => {
  const core = read("/api/v1");
  assert.equal([core.kind, core.apiVersion, core.groupVersion], ["APIResourceList", undefined, "v1"]);
  assert.equal(byName(core.resources, "pods"), {
    name: "pods",
    singularName: "pod",
    namespaced: true,
    kind: "Pod",
    verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    shortNames: ["po"],
    categories: ["all"],
    storageVersionHash: "xPOwRZ+Yhw8=",
  });
  assert.equal(byName(core.resources, "pods/eviction"), {
    name: "pods/eviction",
    singularName: "",
    namespaced: true,
    group: "policy",
    version: "v1",
    kind: "Eviction",
    verbs: ["create"],
  });
  const apps = read("/apis/apps/v1/");
  assert.equal([apps.apiVersion, apps.groupVersion], ["v1", "apps/v1"]);
  assert.equal(byName(apps.resources, "deployments/scale"), {
    name: "deployments/scale",
    singularName: "",
    namespaced: true,
    group: "autoscaling",
    version: "v1",
    kind: "Scale",
    verbs: ["get", "patch", "update"],
  });
});

test("paths that are none of discovery's have no document", () => {
  for (const path of [
    "/",
    "/api/v2",
    "/apis/nothing",
    "/apis/apps/v9",
    "/api/v1/pods",
    "/apis/apps/v1/deployments",
    "/version",
  ]) {
    assert.is(read(path), undefined, path);
  }
});

const accepts: Array<[string, string | undefined]> = [
  ["application/json", undefined],
  ["", undefined],
  ["*/*", undefined],
  ["application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json", "v2"],
  [
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json",
    "v2",
  ],
  ["application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "v2beta1"],
  ["application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,application/json", undefined],
  ["application/vnd.kubernetes.protobuf, application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io", "v2"],
];
for (const [accept, version] of accepts) test(`Accept: ${accept}`, () => assert.is(aggregatedVersionOf(accept), version));

test("aggregated discovery tells everything at once", () => {
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const document = discoveryDocument(table, "/apis", accept, "");
  assert.is(document?.contentType, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  const { kind, apiVersion, items } = read("/apis", accept);
  assert.equal([kind, apiVersion], ["APIGroupDiscoveryList", "apidiscovery.k8s.io/v2"]);
  const apps = items.find((item: { metadata: { name: string } }) => item.metadata.name === "apps");
  const [{ version, freshness, resources }] = apps.versions;
  assert.equal([version, freshness], ["v1", "Current"]);
  assert.equal(
    resources.find((resource: { resource: string }) => resource.resource === "replicasets"),
    {
      resource: "replicasets",
      responseKind: { group: "", version: "", kind: "ReplicaSet" },
      scope: "Namespaced",
      singularResource: "replicaset",
      verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
      shortNames: ["rs"],
      categories: ["all"],
      subresources: [
        {
          subresource: "scale",
          responseKind: { group: "autoscaling", version: "v1", kind: "Scale" },
          verbs: ["get", "patch", "update"],
        },
        {
          subresource: "status",
          responseKind: { group: "", version: "", kind: "ReplicaSet" },
          verbs: ["get", "patch", "update"],
        },
      ],
    },
  );
  const core = read("/api", accept);
  assert.equal(core.items[0].metadata, { creationTimestamp: null });
  assert.is(core.items.length, 1);
});

test("a document is made once for a table, and changes its ETag with its content", () => {
  const document = (of: typeof table) => discoveryDocument(of, "/apis", "", "")!;
  assert.is(document(table), document(table));
  assert.is.not(document(table.filter(({ group }) => group !== "apps")).etag, document(table).etag);
});

test("the hash is FNV-1a", () => {
  assert.is(textHash(""), "CBF29CE484222325");
  assert.is(textHash("a"), "AF63DC4C8601EC8C");
  assert.is(textHash("foobar"), "85944171F73967E8");
});

test.run();
