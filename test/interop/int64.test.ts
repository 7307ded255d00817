/** Integers that JavaScript's numbers do not hold, through real clients and over a restart from the disk. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CustomObjectsApi, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import { kubectlSuite, rows } from "./kubectl-world.js";

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: counters.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: counters, singular: counter, kind: Counter }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - { name: Id, type: integer, jsonPath: .spec.id }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                id: { type: integer, format: int64, default: 9223372036854775807 }
                note: { type: string }
                set: { type: array, x-kubernetes-list-type: set, items: { type: integer, format: int64 } }
`;

const counter = (name: string, spec: string) =>
  `{ apiVersion: example.com/v1, kind: Counter, metadata: { name: ${name} }, spec: { ${spec} } }`;

kubectlSuite("integers beyond 2^53 by kubectl", { nodes: 0 }, (test, world) => {
  test("a definition has its default with all digits", async () => {
    await world().okWith(definition, "apply -f -");
    await world().ok("wait --for=condition=Established crd/counters.example.com --timeout=5s");
    const told = await world().ok("get crd counters.example.com -o yaml");
    assert.match(told, /default: 9223372036854775807\n/);
  });

  test("an object has them in every form that kubectl prints", async () => {
    const kubectl = world();
    await kubectl.okWith(counter("one", "id: 9007199254740993"), "create -f -");
    assert.match(await kubectl.ok("get counter one -o yaml"), /^ {2}id: 9007199254740993$/m);
    assert.match(await kubectl.ok("get counter one -o json"), /"id": 9007199254740993\b/);
    assert.is(await kubectl.ok("get counter one -o jsonpath={.spec.id}"), "9007199254740993");
    assert.is(rows(await kubectl.ok("get counters"))[0]?.get("ID"), "9007199254740993");
    assert.match(await kubectl.ok("get --raw /apis/example.com/v1/namespaces/default/counters"), /"id":9007199254740993[,}]/);
    await kubectl.okWith(counter("two", ""), "create -f -");
    assert.is(await kubectl.ok("get counter two -o jsonpath={.spec.id}"), "9223372036854775807");
  });

  test("it is changed by one, whichever way, and by nothing where nothing changes", async () => {
    const kubectl = world();
    const id = () => kubectl.ok("get counter one -o jsonpath={.spec.id}");
    // `kubectl apply` without --server-side reckons its patch with floats.
    await kubectl.okWith(counter("one", "id: 9007199254740995"), "replace -f -");
    assert.is(await id(), "9007199254740995");
    await kubectl.ok("patch counter one --type=merge -p", '{"spec":{"id":9007199254740997}}');
    assert.is(await id(), "9007199254740997");
    await kubectl.ok("patch counter one --type=json -p", '[{"op":"replace","path":"/spec/id","value":-9007199254740999}]');
    assert.is(await id(), "-9007199254740999");
    const same = await kubectl.ok("patch counter one --type=merge -p", '{"spec":{"id":-9007199254740999}}');
    assert.match(same, /no change/);
  });

  test("server-side apply owns items of a set by it", async () => {
    const kubectl = world();
    const apply = (item: string, manager: string) =>
      kubectl.okWith(counter("set", `set: [${item}]`), `apply --server-side --field-manager=${manager} -f -`);
    await apply("9007199254740993", "one");
    await apply("9007199254740994", "two");
    assert.is(await kubectl.ok("get counter set -o jsonpath={.spec.set}"), "[9007199254740993,9007199254740994]");
    const told = await kubectl.ok("get counter set --show-managed-fields -o json");
    assert.match(told, /"v:9007199254740993": \{\}/);
    assert.match(told, /"v:9007199254740994": \{\}/);
  });

  test("what no int64 holds is refused where the type is known", async () => {
    const pod = world().file("pod.json", '{"metadata":{"name":"a"},"spec":{"activeDeadlineSeconds":9223372036854775808}}');
    assert.match(
      await world().fails("create --raw /api/v1/namespaces/default/pods -f", pod),
      "json: cannot unmarshal number 9223372036854775808 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64",
    );
  });

  test("a client that would lose digits leaves them where it changes something else", async () => {
    const kubectl = world();
    await kubectl.okWith(counter("three", "id: 9007199254740993"), "create -f -");
    const config = new KubeConfig();
    config.loadFromString(kubectl.cluster.kubeconfig);
    const api = config.makeApiClient(CustomObjectsApi);
    const one = { group: "example.com", version: "v1", namespace: "default", plural: "counters", name: "three" };
    const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    await api.patchNamespacedCustomObject({ ...one, body: { spec: { note: "changed" } } }, merge);
    assert.is(await kubectl.ok("get counter three -o jsonpath={.spec.id}/{.spec.note}"), "9007199254740993/changed");
  });
});

const test = suite("integers beyond 2^53 on the disk");

test("all digits are in the audit log, and there after a restart, also in what the cluster's own client tells", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "chartroom-int64-"));
  const [log, policy] = [join(dataDir, "audit.log"), join(dataDir, "policy.yaml")];
  writeFileSync(
    policy,
    "{ apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{ level: RequestResponse, resources: [{ group: example.com }] }] }",
  );
  const started = () => Cluster.start({ nodes: 0, dataDir, auditLog: log, auditPolicy: policy });
  try {
    const first = await started();
    await first.apply(definition);
    await first.waitFor("crd/counters.example.com", "Established");
    await first.apply(counter("one", "id: 9007199254740993"));
    await first.stop();
    const told = readFileSync(log, "utf8");
    assert.match(told, /"requestObject":\{[^\n]*"id":9007199254740993\b/, "the audit log has what was sent");
    assert.match(told, /"responseObject":\{[^\n]*"id":9007199254740993\b/, "and what was answered");
    const second = await started();
    const object = await second.get("counter/one", { namespace: "default" });
    assert.equal(object?.spec, { id: 9007199254740993n });
    await second.apply(counter("one", "id: 9007199254740994"));
    assert.equal((await second.get("counter/one", { namespace: "default" }))?.spec, { id: 9007199254740994n });
    await second.stop();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test.run();
