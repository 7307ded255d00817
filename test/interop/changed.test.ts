/** Objects by kubectl: labelled, patched, applied, compared, replaced, edited and deleted. */
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";
import { nginx, nginxService, pod } from "./manifests.js";

kubectlSuite("changed by kubectl", { nodes: 1, runtime: "simulated" }, (test, world) => {
  test("label and annotate change what they say and guard what is there", async () => {
    const kubectl = world();
    await kubectl.ok("create configmap labelled");
    assert.is(await kubectl.ok("label configmap labelled tier=a"), "configmap/labelled labeled\n");
    assert.is(
      await kubectl.fails("label configmap labelled tier=b"),
      "error: 'tier' already has a value (a), and --overwrite is false\n",
    );
    assert.is(await kubectl.ok("label configmap labelled tier=b --overwrite"), "configmap/labelled labeled\n");
    assert.is(await kubectl.ok("label configmap labelled tier=b --overwrite"), "configmap/labelled not labeled\n");
    assert.is(
      rows(await kubectl.ok("get configmaps -L tier -l tier"))
        .at(0)
        ?.get("TIER"),
      "b",
    );
    assert.is(await kubectl.ok("label configmap labelled tier-"), "configmap/labelled unlabeled\n");
    assert.is(await kubectl.ok("annotate configmap labelled", "note=in two words"), "configmap/labelled annotated\n");
    assert.is(await kubectl.ok("get configmap labelled -o jsonpath={.metadata.annotations.note}"), "in two words");
    await kubectl.ok("annotate configmap labelled note-");
    const { metadata } = await kubectl.json<{ metadata: object }>("get configmap labelled");
    assert.equal(Object.keys(metadata).sort(), ["creationTimestamp", "name", "namespace", "resourceVersion", "uid"]);
    assert.match(
      await kubectl.fails("label configmap labelled", "bad key=x"),
      /name part must consist of alphanumeric characters/,
    );
  });

  test("patch: strategic merge, merge and JSON, each with its own way with lists", async () => {
    const kubectl = world();
    await kubectl.okWith(nginx(1), "apply -f -");
    const containers = () => kubectl.ok("get deployment nginx-deployment -o jsonpath={.spec.template.spec.containers[*].name}");
    const sidecar = '[{"name":"sidecar","image":"busybox"}]';
    const patched = "deployment.apps/nginx-deployment patched\n";
    const list = `{"spec":{"template":{"spec":{"containers":${sidecar}}}}}`;
    assert.is(await kubectl.ok("patch deployment nginx-deployment -p", list), patched);
    assert.is(await containers(), "sidecar nginx");
    assert.is(await kubectl.ok("patch deployment nginx-deployment --type=merge -p", list), patched);
    assert.is(await containers(), "sidecar");
    const step = '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"busybox:1.36"}]';
    assert.is(await kubectl.ok("patch deployment nginx-deployment --type=json -p", step), patched);
    // Of an object that nobody else writes: a controller in between would be a change.
    await kubectl.ok("create configmap still --from-literal=a=b");
    const same = '[{"op":"replace","path":"/data/a","value":"b"}]';
    assert.is(await kubectl.ok("patch configmap still --type=json -p", same), "configmap/still patched (no change)\n");
    assert.match(
      await kubectl.fails("patch deployment nginx-deployment --type=json -p", '[{"op":"remove","path":"/spec/none"}]'),
      /^The request is invalid: /,
    );
    assert.match(
      await kubectl.fails("patch deployment nginx-deployment -p", '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}'),
      /spec\.selector: Invalid value: .*: field is immutable/,
    );
    assert.is(
      await kubectl.ok("patch deployment nginx-deployment --subresource=scale --type=merge -p", '{"spec":{"replicas":2}}'),
      "scale.autoscaling/nginx-deployment patched\n",
    );
    assert.is(await kubectl.ok("get deployment nginx-deployment -o jsonpath={.spec.replicas}"), "2");
  });

  test("apply, diff, replace and edit", async () => {
    const kubectl = world();
    const before = kubectl.file("before.yaml", `${nginx(2, "nginx:1.25")}---\n${nginxService}`);
    const after = kubectl.file("after.yaml", `${nginx(2, "nginx:1.26")}---\n${nginxService}`);
    await kubectl.ok("delete deployment nginx-deployment");
    await kubectl.ok(`apply -f ${before}`);
    assert.is(
      await kubectl.ok(`apply -f ${before}`),
      "deployment.apps/nginx-deployment unchanged\nservice/nginx-service unchanged\n",
    );
    assert.is(await kubectl.ok(`diff -f ${before}`), "");
    const difference = await kubectl.run(["diff", "-f", after]);
    assert.is(difference.code, 1, difference.stderr);
    assert.match(difference.stdout, /^-\s+- image: nginx:1\.25\n\+\s+- image: nginx:1\.26$/m);
    assert.is(
      await kubectl.ok(`apply -f ${after} --dry-run=server`),
      "deployment.apps/nginx-deployment configured (server dry run)\nservice/nginx-service unchanged (server dry run)\n",
    );
    const image = () => kubectl.ok("get deployment nginx-deployment -o jsonpath={.spec.template.spec.containers[0].image}");
    assert.is(await image(), "nginx:1.25");
    assert.is(
      await kubectl.ok(`apply -f ${after} --dry-run=client`),
      "deployment.apps/nginx-deployment configured (dry run)\nservice/nginx-service configured (dry run)\n",
    );
    assert.is(
      await kubectl.ok(`replace -f ${after}`),
      "deployment.apps/nginx-deployment replaced\nservice/nginx-service replaced\n",
    );
    assert.is(await image(), "nginx:1.26");
    const edited = await kubectl.run(["edit", "deployment", "nginx-deployment"], "", {
      EDITOR: "sed -i s/nginx:1.26/nginx:1.27/",
    });
    assert.is(edited.stdout, "deployment.apps/nginx-deployment edited\n", edited.stderr);
    assert.is(await image(), "nginx:1.27");
    const untouched = await kubectl.run(["edit", "deployment", "nginx-deployment"], "", { EDITOR: "true" });
    assert.match(untouched.stdout + untouched.stderr, /Edit cancelled, no changes made\./);
    assert.match(
      await kubectl.fails(`create -f ${after}`),
      /^Error from server \(AlreadyExists\): error when creating ".*": deployments\.apps "nginx-deployment" already exists$/m,
    );
    await kubectl.ok(`apply -f ${before}`);
    assert.match(await kubectl.ok("apply view-last-applied deployment/nginx-deployment"), /image: nginx:1\.25/);
  });

  test("replace with a stale resourceVersion is a conflict that tells what to do", async () => {
    const kubectl = world();
    await kubectl.ok("create configmap contested --from-literal=round=1");
    const stale = kubectl.file("stale.yaml", await kubectl.ok("get configmap contested -o yaml"));
    await kubectl.ok("label configmap contested changed=yes");
    assert.is(
      await kubectl.fails(`replace -f ${stale}`),
      `Error from server (Conflict): error when replacing "${stale}": Operation cannot be fulfilled on configmaps "contested": the object has been modified; please apply your changes to the latest version and try again\n`,
    );
    assert.match(await kubectl.ok(`replace --force -f ${stale}`), /configmap\/contested replaced/);
  });

  test("apply takes away what the manifest no longer has, and keeps what others set", async () => {
    const kubectl = world();
    const manifest = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shared\ndata:\n${data}`;
    await kubectl.okWith(manifest("  one: a\n  two: b\n"), "apply -f -");
    await kubectl.ok("patch configmap shared --type=merge -p", '{"data":{"three":"c"}}');
    await kubectl.okWith(manifest("  one: z\n"), "apply -f -");
    assert.equal((await kubectl.json<{ data: object }>("get configmap shared")).data, { one: "z", three: "c" });
  });

  test("delete: by name, by label, by file, what is not there, and what has a finalizer", async () => {
    const kubectl = world();
    for (const name of ["a", "b", "c"]) await kubectl.ok(`create configmap gone-${name}`);
    await kubectl.ok("label configmap gone-a gone-b batch=1");
    assert.is(await kubectl.ok("delete configmap -l batch=1"), 'configmap "gone-a" deleted\nconfigmap "gone-b" deleted\n');
    assert.is(await kubectl.ok("delete configmap/gone-c"), 'configmap "gone-c" deleted\n');
    assert.is(await kubectl.fails("delete configmap gone-c"), 'Error from server (NotFound): configmaps "gone-c" not found\n');
    assert.is(await kubectl.ok("delete configmap gone-c --ignore-not-found"), "");
    await kubectl.ok("create configmap held");
    await kubectl.ok("patch configmap held --type=merge -p", '{"metadata":{"finalizers":["example.com/hold"]}}');
    await kubectl.ok("delete configmap held --wait=false");
    assert.match(await kubectl.ok("get configmap held -o jsonpath={.metadata.deletionTimestamp}"), /^\d{4}-/);
    const waiting = kubectl.begin(["wait", "--for=delete", "configmap/held", "--timeout=60s"]);
    await kubectl.ok("patch configmap held --type=merge -p", '{"metadata":{"finalizers":null}}');
    assert.is((await waiting.ended).code, 0);
    assert.is(await kubectl.ok("get configmap held --ignore-not-found"), "");
    assert.is(
      await kubectl.fails("delete namespace default"),
      'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted\n',
    );
  });

  test("a namespace takes everything in it along", async () => {
    const kubectl = world();
    await kubectl.ok("create namespace doomed");
    await kubectl.ok("create deployment inside --image=nginx -n doomed");
    await kubectl.ok("create configmap inside -n doomed");
    await kubectl.ok("rollout status deployment/inside -n doomed --timeout=60s");
    assert.is(await kubectl.ok("delete namespace doomed --timeout=60s"), 'namespace "doomed" deleted\n');
    assert.is(await kubectl.ok("get all,configmaps -n doomed"), "");
    assert.is(
      await kubectl.fails("create configmap late -n doomed"),
      'error: failed to create configmap: namespaces "doomed" not found\n',
    );
  });

  test("what a manifest has wrong is named by its path, and nothing of it is written", async () => {
    const kubectl = world();
    const deny = async (manifest: string, expected: RegExp) => {
      const { code, stderr } = await kubectl.run(["apply", "-f", "-"], manifest);
      assert.is(code, 1);
      assert.match(stderr, expected);
    };
    await deny(pod("wrong").replace("image:", "imagee:"), /strict decoding error: unknown field "spec\.containers\[0\]\.imagee"/);
    await deny(
      pod("Wrong_Name"),
      /The Pod "Wrong_Name" is invalid: [\s\S]*metadata\.name: Invalid value: "Wrong_Name": a lowercase RFC 1123 subdomain/,
    );
    await deny(pod("wrong", '""'), /The Pod "wrong" is invalid: spec\.containers\[0\]\.image: Required value/);
    await deny(pod("wrong").replace("kind: Pod", "kind: Pood"), /no matches for kind "Pood" in version "v1"/);
    await deny(pod("wrong").replace("name: main", "name: [main"), /error converting YAML to JSON|did not find expected/);
    await deny(
      nginx(1).replace("replicas: 1", "replicas: many"),
      /strict decoding error|unable to decode|cannot unmarshal string into Go struct field|unrecognized type: int32/,
    );
    assert.is(await kubectl.ok("get pods --field-selector=metadata.name=wrong -o name"), "");
  });
});
