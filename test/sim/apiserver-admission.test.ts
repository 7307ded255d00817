/** Plugins that are built in, through the API server: what each is given of the request and of the cluster. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import type { PersistentVolumeClaim, Pod } from "../../src/api/types.js";
import { ApiServerWorld, podOf, podsPath } from "./apiserver-world.js";

const nodesPath = { group: "", version: "v1", resource: "nodes" };
const claimsPath = { group: "", version: "v1", resource: "persistentvolumeclaims", namespace: "default" };
const classesPath = { group: "storage.k8s.io", version: "v1", resource: "storageclasses" };
const runtimesPath = { group: "node.k8s.io", version: "v1", resource: "runtimeclasses" };

const claim = {
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};

test("a claim gets the newest default class, and cannot grow before it is bound", () => {
  const world = new ApiServerWorld().untilServing();
  // The cluster's own default class is older then.
  world.simulation.run(2_000);
  const annotations = { "storageclass.kubernetes.io/is-default-class": "true" };
  world.create(classesPath, { metadata: { name: "usual", annotations }, provisioner: "example.com/disks" });
  const made = world.create(claimsPath, claim).object as unknown as PersistentVolumeClaim;
  assert.is(made.spec?.storageClassName, "usual");
  const { error } = world.patch(claimsPath, "data", { spec: { resources: { requests: { storage: "2Gi" } } } });
  const told = /spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims/;
  assert.match(error?.message ?? "", told);
});

test("a pod takes over what its runtime class costs", () => {
  const world = new ApiServerWorld().untilServing();
  world.account();
  world.create(runtimesPath, { metadata: { name: "sandboxed" }, handler: "sandbox", overhead: { podFixed: { cpu: "250m" } } });
  const { object, error } = world.create(podsPath, podOf("web", { runtimeClassName: "sandboxed" }));
  assert.is(error, undefined);
  assert.equal((object as unknown as Pod).spec?.overhead, { cpu: "250m" });
  assert.is(
    world.create(podsPath, podOf("other", { runtimeClassName: "unknown" })).error?.message,
    'pods "other" is forbidden: pod rejected: RuntimeClass "unknown" not found',
  );
});

test("a kubelet changes its own node, and of that not the taints", () => {
  const world = new ApiServerWorld().untilServing();
  for (const name of ["node-1", "node-2"]) world.create(nodesPath, { metadata: { name } });
  const user = { name: "system:node:node-1", groups: ["system:nodes", "system:authenticated"] };
  const patched = (name: string, patch: object): string => {
    let outcome: ApiOutcome | undefined;
    const path = { ...nodesPath, name };
    const patchType = "application/merge-patch+json" as const;
    world.server().request({ verb: "patch", path, user, patchType, patch, options: {} }, (told) => {
      outcome = told;
    });
    world.run(1_000);
    return outcome?.ok === false ? (outcome.error.status.message ?? "") : "";
  };
  assert.is(patched("node-1", { metadata: { labels: { own: "x" } } }), "");
  assert.is(
    patched("node-2", { metadata: { labels: { own: "x" } } }),
    'nodes "node-2" is forbidden: node "node-1" is not allowed to modify node "node-2"',
  );
  assert.is(
    patched("node-1", { spec: { taints: null } }),
    'nodes "node-1" is forbidden: node "node-1" is not allowed to modify taints',
  );
});

test.run();
