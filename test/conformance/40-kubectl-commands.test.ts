/**
 * Commands of kubectl that lean on more than one part of the API, with four versions of it.
 * https://kubernetes.io/docs/reference/kubectl/ and https://kubernetes.io/releases/version-skew-policy/
 */
import * as assert from "uvu/assert";
import { rows } from "../interop/kubectl-world.js";
import { everyKubectl, kubectlVersionsSuite } from "./world.js";

const deployment = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}" }] }
`;

kubectlVersionsSuite("kubectl commands", everyKubectl, { nodes: 2 }, (test, world) => {
  for (const version of everyKubectl) {
    test(`kubectl ${version}: apply, rollout and wait`, async () => {
      const kubectl = world(version);
      assert.is(await kubectl.okWith(deployment("nginx:1.26"), "apply -f -"), "deployment.apps/web created\n");
      assert.match(await kubectl.ok("rollout status deployment/web --timeout=60s"), /successfully rolled out/);
      assert.is(await kubectl.okWith(deployment("nginx:1.27"), "apply -f -"), "deployment.apps/web configured\n");
      assert.match(await kubectl.ok("rollout status deployment/web --timeout=60s"), /successfully rolled out/);
      assert.match(await kubectl.ok("rollout history deployment/web"), /REVISION\s+CHANGE-CAUSE\n1\s+<none>\n2\s+<none>/);
      assert.match(await kubectl.ok("rollout history deployment/web --revision=1"), /Image:\s+nginx:1\.26/);
      assert.match(await kubectl.ok("rollout undo deployment/web"), /rolled back/);
      await kubectl.ok("wait --for=condition=Available deployment/web --timeout=60s");
      await kubectl.ok("rollout status deployment/web --timeout=60s");
      const image = await kubectl.ok("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}");
      assert.is(image, "nginx:1.26");
      assert.match(await kubectl.ok("rollout restart deployment/web"), /restarted/);
      await kubectl.ok("rollout status deployment/web --timeout=60s");
      assert.match(await kubectl.ok("rollout pause deployment/web"), /paused/);
      assert.match(await kubectl.ok("rollout resume deployment/web"), /resumed/);
      await kubectl.ok("wait --for=jsonpath={.status.readyReplicas}=2 deployment/web --timeout=60s");
      const timedOut = await kubectl.fails("wait --for=condition=Progressing=Unknown deployment/web --timeout=1s");
      assert.match(timedOut, /timed out waiting for the condition on deployments\/web/);
      const waiting = kubectl.run(["wait", "--for=delete", "deployment/web", "--timeout=60s"]);
      await kubectl.ok("delete deployment web");
      assert.is((await waiting).code, 0);
      await kubectl.until("get pods -l app=web -o name", (names) => names === "");
    });

    test(`kubectl ${version}: events of one object`, async () => {
      const kubectl = world(version);
      const name = `events-${version.replace(".", "-")}`;
      await kubectl.ok(`run ${name} --image=nginx`);
      await kubectl.ok(`wait --for=condition=Ready pod/${name} --timeout=60s`);
      const reasons = (printed: string) => rows(printed).map((event) => event.get("REASON"));
      const wanted = ["Scheduled", "Pulled", "Created", "Started"];
      await kubectl.until(`events --for pod/${name}`, (printed) => wanted.every((reason) => reasons(printed).includes(reason)));
      await kubectl.ok(`delete pod ${name} --now`);
    });

    test(`kubectl ${version}: explain, api-resources, and dry runs that change nothing`, async () => {
      const kubectl = world(version);
      assert.match(await kubectl.ok("explain pod.spec.containers.livenessProbe.grpc"), /service/);
      assert.match(await kubectl.ok("api-resources --api-group=apps"), /deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/);
      const tried = await kubectl.okWith(deployment("nginx:1.26"), "apply --dry-run=server -f -");
      assert.is(tried, "deployment.apps/web created (server dry run)\n");
      assert.match(await kubectl.fails("get deployment web"), /deployments\.apps "web" not found/);
      const differs = await kubectl.run(["diff", "-f", "-"], deployment("nginx:1.26"));
      assert.is(differs.code, 1, "1 says that there would be changes");
      const unknown = deployment("nginx").replace("replicas:", "replicaz: 1\n  replicas:");
      assert.match(
        (await kubectl.run(["apply", "-f", "-", "--validate=strict"], unknown)).stderr,
        /strict decoding error: unknown field "spec\.replicaz"/,
      );
    });

    test(`kubectl ${version}: top without metrics says so`, async () => {
      const kubectl = world(version);
      assert.is(await kubectl.fails("top pods"), "error: Metrics API not available\n");
      assert.is(await kubectl.fails("top nodes"), "error: Metrics API not available\n");
    });

    test(`kubectl ${version}: server-side apply tells of conflicts and may force them`, async () => {
      const kubectl = world(version);
      const config = (value: string) =>
        `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"owned"},"data":{"a":"${value}"}}`;
      await kubectl.okWith(config("1"), "apply --server-side --field-manager=one -f -");
      const conflict = await kubectl.run(["apply", "--server-side", "--field-manager=two", "-f", "-"], config("2"));
      assert.is(conflict.code, 1);
      assert.match(conflict.stderr, /conflict with "one": \.data\.a/);
      await kubectl.okWith(config("2"), "apply --server-side --field-manager=two --force-conflicts -f -");
      assert.is(await kubectl.ok("get configmap owned -o jsonpath={.data.a}"), "2");
      await kubectl.ok("delete configmap owned");
    });
  }
});
