import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ApiOutcome } from "../../actors/apiserver/request.js";
import { ApiServerWorld, namespacesPath, podOf, podsPath } from "./apiserver-world.js";

const user = { name: "kubernetes-admin", groups: ["system:masters"] };
const deploymentsPath = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };

const deployment = {
  kind: "Deployment",
  apiVersion: "apps/v1",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { hostPID: true, containers: [{ name: "c", image: "nginx" }] } },
  },
};

test("a namespace that enforces a level refuses pods, and warns of what will come of a Deployment", () => {
  const world = new ApiServerWorld().untilServing();
  world.account();
  const labels = { "pod-security.kubernetes.io/enforce": "baseline" };
  world.patch(namespacesPath, "default", { metadata: { labels } });
  assert.is(world.create(podsPath, podOf("plain")).error, undefined);
  const { error } = world.create(podsPath, podOf("host", { hostPID: true }));
  assert.is(error?.code, 403);
  assert.is(error?.message, 'pods "host" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)');
  let outcome: ApiOutcome | undefined;
  const request = { verb: "create" as const, path: deploymentsPath, user, body: structuredClone(deployment), options: {} };
  world.server().request(request, (told) => {
    outcome = told;
  });
  world.run(1_000);
  assert.equal(outcome?.warnings, ['would violate PodSecurity "baseline:latest": host namespaces (hostPID=true)']);
});

test.run();
