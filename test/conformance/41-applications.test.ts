/**
 * The applications that Kubernetes' documentation and tests are told by: the guestbook, and the update demo.
 * https://kubernetes.io/docs/tutorials/stateless-application/guestbook/
 */
import * as assert from "uvu/assert";
import { kubectlSuite } from "../interop/kubectl-world.js";

const part = (name: string, port: number, args: readonly string[]) => `
apiVersion: v1
kind: Service
metadata: { name: ${name}, labels: { app: guestbook } }
spec: { selector: { part: ${name} }, ports: [{ port: ${port} }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { app: guestbook } }
spec:
  replicas: ${name === "agnhost-replica" ? 2 : 1}
  selector: { matchLabels: { part: ${name} } }
  template:
    metadata: { labels: { part: ${name}, app: guestbook } }
    spec:
      containers:
        - name: ${name}
          image: registry.k8s.io/e2e-test-images/agnhost:2.53
          args: ${JSON.stringify(["guestbook", ...args])}
          ports: [{ containerPort: ${port} }]
`;

const guestbook = [
  part("frontend", 80, ["--backend-port", "6379"]),
  part("agnhost-primary", 6379, ["--http-port", "6379"]),
  part("agnhost-replica", 6379, ["--replicaof", "agnhost-primary", "--http-port", "6379"]),
].join("---");

const updateDemo = `
apiVersion: v1
kind: ReplicationController
metadata: { name: update-demo }
spec:
  replicas: 2
  selector: { name: update-demo }
  template:
    metadata: { labels: { name: update-demo } }
    spec:
      containers:
        - { name: update-demo, image: "registry.k8s.io/e2e-test-images/nautilus:1.7", ports: [{ containerPort: 80 }] }
`;

kubectlSuite("applications", { nodes: 2 }, (test, world) => {
  test("the guestbook keeps what is written in its primary, and its replicas tell it", async () => {
    const kubectl = world();
    const page = "get --raw /api/v1/namespaces/default/services/frontend/proxy/guestbook";
    await kubectl.okWith(guestbook, "apply -f -");
    await kubectl.until(`${page}?cmd=get&key=messages`, (answer) => answer === '{"data":""}');
    await kubectl.until("get pods -l part=agnhost-replica -o name", (names) => names.trim().split("\n").length === 2);
    await kubectl.ok("wait --for=condition=Available deployment/agnhost-replica --timeout=60s");
    for (const name of (await kubectl.ok("get pods -l part=agnhost-replica -o name")).trim().split("\n")) {
      await kubectl.until(`logs ${name}`, (log) => log.includes("Registered to node: agnhost-primary"));
    }
    assert.is(await kubectl.ok(`${page}?cmd=set&key=messages&value=Hello`), '{"message":"Updated"}');
    for (let time = 0; time < 4; time++) {
      assert.is(await kubectl.ok(`${page}?cmd=get&key=messages`), '{"data":"Hello"}', "either replica knows it");
    }
  });

  test("the update demo's pods serve the picture of their image, as many as the controller is scaled to", async () => {
    const kubectl = world();
    await kubectl.okWith(updateDemo, "create -f -");
    await kubectl.ok("wait --for=jsonpath={.status.readyReplicas}=2 rc/update-demo --timeout=60s");
    for (const name of (await kubectl.ok("get pods -l name=update-demo -o name")).trim().split("\n")) {
      const shown = `get --raw /api/v1/namespaces/default/pods/${name.replace("pod/", "")}/proxy/data.json`;
      await kubectl.until(shown, (answer) => answer.includes('"image": "nautilus.jpg"'));
    }
    await kubectl.ok("scale rc update-demo --replicas=1");
    await kubectl.until("get pods -l name=update-demo -o name", (names) => names.trim().split("\n").length === 1);
  });

  test("a generated log comes at the pace that was asked for", async () => {
    const kubectl = world();
    await kubectl.ok(
      "run logs --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --restart=Never -- logs-generator --log-lines-total 20 --run-duration 1s",
    );
    await kubectl.until("get pod logs -o jsonpath={.status.phase}", (phase) => phase === "Succeeded");
    const log = (await kubectl.ok("logs logs")).trimEnd().split("\n");
    assert.is(log.length, 20);
    for (const [id, line] of log.entries()) {
      assert.match(
        line,
        new RegExp(`^I\\d{4} [\\d:.]{15} {7}1 \\S+\\] ${id} (GET|POST|PUT) /api/v1/namespaces/\\S+/pods/\\S+ [2-7]\\d\\d$`),
      );
    }
  });
});
