/**
 * helm's life of a release, with a chart that is written here: hooks, tests, a CRD, waiting, upgrades and the way back.
 * https://helm.sh/docs/intro/using_helm/ and https://kubernetes.io/docs/reference/using-api/client-libraries/
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KubectlWorld } from "../interop/kubectl-world.js";
import { helm as findHelm, kubectlOf, leaveOut } from "../support/tools.js";

const chartFiles: Readonly<Record<string, string>> = {
  "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\nappVersion: '1.0'\n",
  "values.yaml": "replicas: 1\nimage: nginx\ngreeting: hello\nfail: false\n",
  "crds/orders.yaml": `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: orders.shop.example.com }
spec:
  group: shop.example.com
  scope: Namespaced
  names: { plural: orders, singular: order, kind: Order }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: { type: object, properties: { spec: { type: object, properties: { item: { type: string } } } } }
`,
  "templates/config.yaml": `
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-config, labels: { app.kubernetes.io/managed-by: {{ .Release.Service }} } }
data: { greeting: {{ .Values.greeting | quote }}, version: {{ .Capabilities.KubeVersion.Version | quote }} }
`,
  "templates/web.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }}-web }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec:
      containers:
        - { name: web, image: {{ .Values.image | quote }}, ports: [{ containerPort: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }}-web }
spec: { selector: { app: {{ .Release.Name }} }, ports: [{ port: 8080, targetPort: 80 }] }
`,
  "templates/order.yaml": `
{{- if .Capabilities.APIVersions.Has "shop.example.com/v1" }}
apiVersion: shop.example.com/v1
kind: Order
metadata: { name: {{ .Release.Name }}-first }
spec: { item: {{ .Values.greeting | quote }} }
{{- end }}
`,
  "templates/hook.yaml": `
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-before
  annotations: { helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation }
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: before, image: busybox, command: [sh, -c, "exit {{ ternary 1 0 .Values.fail }}"] }]
`,
  "templates/tests/web.yaml": `
apiVersion: v1
kind: Pod
metadata: { name: {{ .Release.Name }}-test, annotations: { helm.sh/hook: test } }
spec:
  restartPolicy: Never
  containers:
    - name: test
      image: busybox
      command: [sh, -c, "wget -qO- http://{{ .Release.Name }}-web:8080/ | grep Welcome"]
`,
};

const test = suite("helm");
const helm = findHelm();
const kubectl = kubectlOf("1.33");

if (helm === undefined || kubectl === undefined) {
  test("needs helm", () => leaveOut("helm is not to be had from npm"));
} else {
  let world: KubectlWorld;
  test.before(async () => {
    world = await KubectlWorld.start(kubectl, { nodes: 2 });
    for (const [name, text] of Object.entries(chartFiles)) {
      const path = join(world.directory, "shop", name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, text);
    }
  });
  test.after(() => world?.stop());

  const run = (...args: string[]) => world.runOther(helm, args);
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(...args);
    assert.is(code, 0, `helm ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  const greeting = () => world.ok("get configmap shop-config -o jsonpath={.data.greeting}");

  test("install makes the CRD, runs the hook, makes the objects and waits until they are ready", async () => {
    assert.match(await ok("install", "shop", "./shop", "--wait", "--timeout", "60s"), /STATUS: deployed/);
    assert.is(await greeting(), "hello");
    assert.match(await world.ok("get configmap shop-config -o jsonpath={.data.version}"), /^v1\.33\./);
    assert.is(await world.ok("get deployment shop-web -o jsonpath={.status.readyReplicas}"), "1");
    assert.is(await world.ok("get orders shop-first -o jsonpath={.spec.item}"), "hello");
    assert.is(await world.ok("get job shop-before -o jsonpath={.status.succeeded}"), "1");
  });

  test("list and status tell of the release; its test pod runs", async () => {
    const [release] = JSON.parse(await ok("list", "-o", "json")) as Array<Record<string, string>>;
    assert.equal([release?.name, release?.revision, release?.status], ["shop", "1", "deployed"]);
    const status = JSON.parse(await ok("status", "shop", "-o", "json")) as { info: { status: string } };
    assert.is(status.info.status, "deployed");
    assert.match(await ok("test", "shop", "--timeout", "60s"), /Phase:\s+Succeeded/);
  });

  test("upgrade changes what differs, rollback takes it back", async () => {
    await ok("upgrade", "shop", "./shop", "--set", "greeting=good day,replicas=2", "--wait", "--timeout", "60s");
    assert.equal(
      [await greeting(), await world.ok("get deployment shop-web -o jsonpath={.status.readyReplicas}")],
      ["good day", "2"],
    );
    assert.is(await world.ok("get orders shop-first -o jsonpath={.spec.item}"), "good day");
    await ok("rollback", "shop", "1", "--wait", "--timeout", "60s");
    assert.is(await greeting(), "hello");
    await world.until("get deployment shop-web -o jsonpath={.status.replicas}", (count) => count === "1");
  });

  test("an upgrade whose hook fails is a failed revision, and history tells so", async () => {
    const failed = await run("upgrade", "shop", "./shop", "--set", "fail=true,greeting=never", "--timeout", "60s");
    assert.is.not(failed.code, 0);
    assert.match(failed.stderr, /pre-upgrade hooks failed/);
    assert.is(await greeting(), "hello");
    const history = JSON.parse(await ok("history", "shop", "-o", "json")) as Array<{ revision: number; status: string }>;
    assert.equal(
      history.map(({ revision, status }) => `${revision} ${status}`),
      ["1 superseded", "2 superseded", "3 deployed", "4 failed"],
    );
  });

  test("uninstall takes everything away but the CRD", async () => {
    assert.match(await ok("uninstall", "shop", "--wait", "--timeout", "60s"), /release "shop" uninstalled/);
    assert.is(await world.ok("get deployment,service,configmap,order -l app.kubernetes.io/managed-by=Helm -o name"), "");
    await world.until("get pods -l app=shop -o name", (names) => names === "");
    assert.is(
      await world.ok("get crd orders.shop.example.com -o name"),
      "customresourcedefinition.apiextensions.k8s.io/orders.shop.example.com\n",
    );
    assert.equal(JSON.parse(await ok("list", "-o", "json")), []);
  });
}

test.run();
