/** `kubectl apply --server-side` and what goes with it. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
import * as assert from "uvu/assert";
import { kubectlSuite } from "./kubectl-world.js";
import { nginx } from "./manifests.js";

const map = (data: Record<string, string>): string =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "applied" }, data });

interface Managed {
  readonly metadata: { readonly managedFields?: ReadonlyArray<{ manager: string; operation: string; subresource?: string }> };
  readonly data?: Record<string, string>;
  readonly spec?: { readonly replicas?: number };
}

kubectlSuite("server-side apply by kubectl", { nodes: 1, runtime: "simulated" }, (test, world) => {
  const managers = async (of: string): Promise<string[]> => {
    const { metadata } = await world().json<Managed>(`get ${of} --show-managed-fields`);
    return (metadata.managedFields ?? []).map(({ manager, operation, subresource }) =>
      [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(" "),
    );
  };

  test("applies, conflicts with others, and is forced", async () => {
    const kubectl = world();
    assert.is(await kubectl.okWith(map({ a: "1" }), "apply --server-side -f -"), "configmap/applied serverside-applied\n");
    assert.equal(await managers("configmap/applied"), ["kubectl Apply"]);
    await kubectl.okWith(map({ b: "1" }), "apply --server-side --field-manager=other -f -");
    assert.equal((await kubectl.json<Managed>("get configmap/applied")).data, { a: "1", b: "1" });
    const refused = await kubectl.run(["apply", "--server-side", "-f", "-"], map({ a: "1", b: "2" }));
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /Apply failed with 1 conflict: conflict with "other": \.data\.b/);
    await kubectl.okWith(map({ a: "1", b: "2" }), "apply --server-side --force-conflicts -f -");
    assert.equal(await managers("configmap/applied"), ["kubectl Apply"]);
    await kubectl.okWith(map({ b: "2" }), "apply --server-side -f -");
    assert.equal((await kubectl.json<Managed>("get configmap/applied")).data, { b: "2" });
  });

  test("compares with the server before it applies", async () => {
    const kubectl = world();
    const { code, stdout } = await kubectl.run(["diff", "--server-side", "-f", "-"], map({ b: "3" }));
    assert.is(code, 1, "there are differences");
    assert.match(stdout, /^-\s+b: "2"$/m);
    assert.match(stdout, /^\+\s+b: "3"$/m);
    const same = await kubectl.run(["diff", "--server-side", "-f", "-"], map({ b: "2" }));
    assert.is(same.code, 0, same.stdout);
    const dry = await kubectl.okWith(map({ b: "3" }), "apply --server-side --dry-run=server -f -");
    assert.is(dry, "configmap/applied serverside-applied (server dry run)\n");
    assert.equal((await kubectl.json<Managed>("get configmap/applied")).data, { b: "2" });
  });

  test("takes over what was applied from the client", async () => {
    const kubectl = world();
    await kubectl.okWith(nginx(1), "apply -f -");
    assert.ok((await managers("deployment/nginx-deployment")).includes("kubectl-client-side-apply Update"));
    await kubectl.okWith(nginx(2), "apply --server-side -f -");
    const { spec } = await kubectl.json<Managed>("get deployment nginx-deployment");
    assert.is(spec?.replicas, 2);
    const owners = await managers("deployment/nginx-deployment");
    assert.ok(owners.includes("kubectl Apply"), owners.join(", "));
    assert.not.ok(owners.includes("kubectl-client-side-apply Update"), owners.join(", "));
  });

  test("replicas that an autoscaler owns are not taken back", async () => {
    const kubectl = world();
    await kubectl.ok("scale deployment nginx-deployment --replicas=3");
    assert.ok((await managers("deployment/nginx-deployment")).includes("kubectl Update scale"));
    const refused = await kubectl.run(["apply", "--server-side", "-f", "-"], nginx(2));
    assert.match(refused.stderr, /conflict with "kubectl" with subresource "scale" using apps\/v1: \.spec\.replicas/);
  });

  test("managed fields are hidden until somebody asks, and every component has its own", async () => {
    const kubectl = world();
    assert.is((await kubectl.json<Managed>("get configmap/applied")).metadata.managedFields, undefined);
    await kubectl.until("get deployment nginx-deployment -o jsonpath={.status.readyReplicas}", (ready) => ready === "3");
    assert.ok((await managers("deployment/nginx-deployment")).includes("kube-controller-manager Update status"));
    assert.ok((await managers("node/node-1")).includes("kubelet Update status"));
    await kubectl.okWith(map({ b: "4" }), "replace -f -");
    assert.ok((await managers("configmap/applied")).includes("kubectl-replace Update"));
  });
});
