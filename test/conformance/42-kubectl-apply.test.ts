/**
 * Changing objects with kubectl, with four versions of it: what was last applied, editors, replacing, diffs, subresources, pruning.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/
 */
import * as assert from "uvu/assert";
import type { KubectlVersion } from "../support/tools.js";
import { everyKubectl, kubectlVersionsSuite } from "./world.js";

const map = (name: string, data: Record<string, string>, labels?: Record<string, string>): string =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data });

interface Shown {
  readonly metadata: { readonly uid: string; readonly labels?: Record<string, string> };
  readonly data?: Record<string, string>;
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly message?: string };
}

const deployment = (name: string): string =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    },
  });

const pod = (name: string): string =>
  JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers: [{ name: "web", image: "nginx" }] } });

/** An editor that replaces one text by another, as often as it is called. */
const editor = (from: string, to: string): Record<string, string> => ({ KUBE_EDITOR: `sed -i 's/${from}/${to}/'` });

const crates = JSON.stringify({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "crates.apply.example.com" },
  spec: {
    group: "apply.example.com",
    scope: "Namespaced",
    names: { plural: "crates", kind: "Crate" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
      },
    ],
  },
});
const crate = (name: string, fields: object): string =>
  JSON.stringify({ apiVersion: "apply.example.com/v1", kind: "Crate", metadata: { name }, ...fields });

/** From here on apply has subresources. */
const appliesSubresources = (version: KubectlVersion): boolean => Number(version.split(".")[1]) >= 32;

kubectlVersionsSuite("kubectl changes objects", everyKubectl, { nodes: 0 }, (test, world) => {
  for (const version of everyKubectl) {
    const of = (name: string): string => `${name}-${version.replace(".", "-")}`;

    test(`kubectl ${version}: a custom object is applied, changed and stripped of a field`, async () => {
      const kubectl = world(version);
      const name = of("crate");
      await kubectl.okWith(crates, "apply -f -");
      await kubectl.ok("wait --for=condition=Established crd/crates.apply.example.com --timeout=30s");
      const fields = () => kubectl.ok(`get crates.apply.example.com ${name} -o jsonpath={.load},{.mark}`);
      for (const [given, printed, shown] of [
        [{ load: "apples", mark: "a" }, "created", "apples,a"],
        [{ load: "pears", mark: "a" }, "configured", "pears,a"],
        [{ load: "pears" }, "configured", "pears,"],
        [{ load: "pears" }, "unchanged", "pears,"],
      ] as const) {
        assert.is(await kubectl.okWith(crate(name, given), "apply -f -"), `crate.apply.example.com/${name} ${printed}\n`);
        assert.is(await fields(), shown);
      }
    });

    test(`kubectl ${version}: what was last applied can be seen, set and edited`, async () => {
      const kubectl = world(version);
      const name = of("last");
      await kubectl.okWith(map(name, { a: "1" }), "create -f -");
      const warned = await kubectl.run(["apply", "-f", "-"], map(name, { a: "2" }));
      assert.is(warned.stdout, `configmap/${name} configured\n`);
      assert.match(warned.stderr, /is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation/);
      const last = async () => JSON.parse(await kubectl.ok(`apply view-last-applied configmap/${name} -o json`)) as Shown;
      assert.equal((await last()).data, { a: "2" });
      assert.is(
        await kubectl.okWith(map(name, { a: "2", b: "3" }), "apply set-last-applied -f -"),
        `configmap/${name} configured\n`,
      );
      assert.equal((await last()).data, { a: "2", b: "3" });
      const edited = await kubectl.run(["apply", "edit-last-applied", `configmap/${name}`], "", editor('"3"', '"4"'));
      assert.is(edited.code, 0, edited.stderr);
      assert.equal((await last()).data, { a: "2", b: "4" });
      assert.equal((await kubectl.json<Shown>(`get configmap ${name}`)).data, { a: "2" }, "none of it is in the object itself");
    });

    test(`kubectl ${version}: an object in an editor`, async () => {
      const kubectl = world(version);
      const name = of("edited");
      await kubectl.okWith(map(name, { a: "before" }), "create -f -");
      const edited = await kubectl.run(["edit", "configmap", name], "", editor("before", "after"));
      assert.is(edited.stdout, `configmap/${name} edited\n`);
      assert.equal((await kubectl.json<Shown>(`get configmap ${name}`)).data, { a: "after" });
      const untouched = await kubectl.run(["edit", "configmap", name], "", editor("before", "after"));
      assert.match(untouched.stderr, /Edit cancelled, no changes made\./);
      const wrong = await kubectl.run(["edit", "configmap", name], "", { ...editor("after", "[]"), TMPDIR: kubectl.directory });
      assert.is(wrong.code, 1);
      assert.match(wrong.stderr, new RegExp(`^error: configmaps "${name}" is invalid\n`));
      await kubectl.okWith(pod(name), "create -f -");
      const status = await kubectl.run(
        ["edit", "pod", name, "--subresource=status"],
        "",
        editor("phase: Pending", "phase: Failed"),
      );
      assert.is(status.stdout, `pod/${name} edited\n`, status.stderr);
      assert.is(await kubectl.ok(`get pod ${name} -o jsonpath={.status.phase}`), "Failed");
    });

    test(`kubectl ${version}: an object is replaced by another`, async () => {
      const kubectl = world(version);
      const name = of("replaced");
      await kubectl.okWith(map(name, { a: "1" }), "create -f -");
      const before = await kubectl.json<Shown>(`get configmap ${name}`);
      assert.is(await kubectl.okWith(map(name, { a: "2" }), "replace -f -"), `configmap/${name} replaced\n`);
      assert.is((await kubectl.json<Shown>(`get configmap ${name}`)).metadata.uid, before.metadata.uid);
      const forced = await kubectl.okWith(map(name, { a: "3" }), "replace --force -f -");
      assert.is(forced, `configmap "${name}" deleted\nconfigmap/${name} replaced\n`);
      const after = await kubectl.json<Shown>(`get configmap ${name}`);
      assert.is.not(after.metadata.uid, before.metadata.uid);
      assert.equal(after.data, { a: "3" });
    });

    test(`kubectl ${version}: differences`, async () => {
      const kubectl = world(version);
      const name = of("differs");
      await kubectl.okWith(map(name, { a: "1" }), "apply -f -");
      const differs = await kubectl.run(["diff", "-f", "-"], map(name, { a: "2" }));
      assert.is(differs.code, 1, differs.stderr);
      assert.match(differs.stdout, /^-\s+a: "1"$/m);
      assert.match(differs.stdout, /^\+\s+a: "2"$/m);
      assert.is((await kubectl.run(["diff", "-f", "-"], map(name, { a: "1" }))).code, 0);
    });

    test(`kubectl ${version}: subresources are patched`, async () => {
      const kubectl = world(version);
      const name = of("part");
      await kubectl.okWith(deployment(name), "create -f -");
      const scale = ["--subresource=scale", "--type=merge", "-p", '{"spec":{"replicas":2}}'];
      assert.is(await kubectl.ok(`patch deployment ${name}`, ...scale), `scale.autoscaling/${name} patched\n`);
      assert.is((await kubectl.json<Shown>(`get deployment ${name}`)).spec?.replicas, 2);
      await kubectl.okWith(pod(name), "create -f -");
      const status = ["--subresource=status", "-p", '{"status":{"message":"said"}}'];
      await kubectl.ok(`patch pod ${name}`, ...status);
      assert.is((await kubectl.json<Shown>(`get pod ${name}`)).status?.message, "said");
      if (appliesSubresources(version)) {
        const applied = { apiVersion: "v1", kind: "Pod", metadata: { name }, status: { reason: "Applied" } };
        await kubectl.okWith(JSON.stringify(applied), "apply --server-side --subresource=status -f -");
        assert.is(await kubectl.ok(`get pod ${name} -o jsonpath={.status.reason}`), "Applied");
      }
      await kubectl.ok(`delete deployment/${name}`);
      await kubectl.ok(`delete pod/${name} --now`);
    });

    test(`kubectl ${version}: patches of every type, and what does not apply`, async () => {
      const kubectl = world(version);
      const name = of("patched");
      await kubectl.okWith(map(name, { a: "1" }), "create -f -");
      const patch = (type: string, text: string) => kubectl.run(["patch", "configmap", name, `--type=${type}`, "-p", text]);
      const json = '[{"op":"test","path":"/data/a","value":"1"},{"op":"replace","path":"/data/b","value":"2"}]';
      assert.is((await patch("json", json)).stdout, `configmap/${name} patched\n`);
      assert.is((await patch("merge", '{"data":{"a":null}}')).stdout, `configmap/${name} patched\n`);
      assert.is((await patch("merge", '{"data":{"a":null}}')).stdout, `configmap/${name} patched (no change)\n`);
      assert.is((await patch("strategic", '{"data":{"$patch":"replace","c":"3"}}')).stdout, `configmap/${name} patched\n`);
      assert.equal((await kubectl.json<Shown>(`get configmap ${name}`)).data, { c: "3" });
      const fails = await patch("json", '[{"op":"remove","path":"/data/none"}]');
      assert.is(fails.code, 1);
      assert.match(fails.stderr, /^The request is invalid: .*Unable to remove nonexistent key: none: missing value/);
    });

    test(`kubectl ${version}: conflicts are told with what to do about them`, async () => {
      const kubectl = world(version);
      const name = of("owned");
      await kubectl.okWith(map(name, { a: "1", b: "1" }), "apply --server-side --field-manager=one -f -");
      const conflict = await kubectl.run(
        ["apply", "--server-side", "--field-manager=two", "-f", "-"],
        map(name, { a: "2", b: "2" }),
      );
      assert.is(conflict.code, 1);
      assert.ok(
        conflict.stderr.startsWith(
          'error: Apply failed with 2 conflicts: conflicts with "one":\n- .data.a\n- .data.b\nPlease review the fields above',
        ),
        conflict.stderr,
      );
    });

    test(`kubectl ${version}: what a set no longer has is pruned`, async () => {
      const kubectl = world(version);
      const [one, two, app] = [of("kept"), of("pruned"), of("app")];
      const list = (...names: string[]) => names.map((name) => map(name, { a: "1" }, { app })).join("\n");
      const legacy = `apply --prune -l app=${app} --prune-allowlist=core/v1/ConfigMap -f -`;
      await kubectl.okWith(list(one, two), legacy);
      const pruned = await kubectl.okWith(list(one), legacy);
      assert.match(pruned, new RegExp(`configmap/${two} pruned`));
      assert.match(await kubectl.fails(`get configmap ${two}`), /not found/);
      const set = of("set");
      const words = ["apply", "--prune", `--applyset=configmaps/${set}`, "--namespace=default", "-f", "-"];
      const apply = (text: string) => kubectl.run(words, text, { KUBECTL_APPLYSET: "true" });
      const [three, four] = [of("three"), of("four")];
      const first = await apply(list(three, four));
      assert.is(first.code, 0, first.stderr);
      const { metadata } = await kubectl.json<Shown>(`get configmap ${set}`);
      const id = metadata.labels?.["applyset.kubernetes.io/id"];
      const member = await kubectl.json<Shown>(`get configmap ${three}`);
      assert.is(member.metadata.labels?.["applyset.kubernetes.io/part-of"], id);
      const second = await apply(list(three));
      assert.match(second.stdout, new RegExp(`configmap/${four} pruned`), second.stderr);
      assert.match(await kubectl.fails(`get configmap ${four}`), /not found/);
    });
  }
});
