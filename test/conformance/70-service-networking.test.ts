/**
 * What pods and Services promise on the network: UDP beside TCP on one port, affinity, names, and probes over gRPC.
 * https://kubernetes.io/docs/concepts/services-networking/service/
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-a-grpc-liveness-probe
 */
import * as assert from "uvu/assert";
import { kubectlSuite } from "../interop/kubectl-world.js";

const image = "registry.k8s.io/e2e-test-images/agnhost:2.53";
const objects = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: server }
spec:
  replicas: 2
  selector: { matchLabels: { app: server } }
  template:
    metadata: { labels: { app: server } }
    spec:
      containers:
        - name: server
          image: ${image}
          args: [netexec, --http-port=8080, --udp-port=8081]
          ports: [{ containerPort: 8080 }, { containerPort: 8081, protocol: UDP }]
---
apiVersion: v1
kind: Service
metadata: { name: server }
spec:
  selector: { app: server }
  ports:
    - { name: tcp, port: 5353, targetPort: 8080 }
    - { name: udp, port: 5353, protocol: UDP, targetPort: 8081 }
---
apiVersion: v1
kind: Service
metadata: { name: sticky }
spec:
  selector: { app: server }
  sessionAffinity: ClientIP
  ports: [{ name: udp, port: 5353, protocol: UDP, targetPort: 8081 }, { name: tcp, port: 80, targetPort: 8080 }]
---
apiVersion: v1
kind: Pod
metadata: { name: client }
spec:
  containers: [{ name: client, image: "${image}", args: [netexec] }]
  hostAliases: [{ ip: 127.0.0.99, hostnames: [elsewhere.example] }]
---
apiVersion: v1
kind: Pod
metadata: { name: healthy }
spec:
  containers:
    - name: healthy
      image: ${image}
      args: [grpc-health-checking, --port=5000, --http-port=8090]
      readinessProbe: { grpc: { port: 5000 }, periodSeconds: 1, failureThreshold: 1 }
---
apiVersion: v1
kind: Pod
metadata: { name: talker }
spec:
  restartPolicy: Never
  containers:
    - { name: said, image: busybox, command: [sh, -c, "echo -n done > /dev/termination-log"] }
    - { name: failed, image: busybox, command: [sh, -c, "echo why; exit 4"], terminationMessagePolicy: FallbackToLogsOnError }
`;

kubectlSuite("service networking", { nodes: 2 }, (test, world) => {
  /** What the client pod heard from so many questions. */
  const dial = async (protocol: string, host: string, port: number, tries: number): Promise<string[]> => {
    const url = `http://localhost:8080/dial?host=${host}&port=${port}&protocol=${protocol}&request=hostname&tries=${tries}`;
    const { responses = [] } = JSON.parse(await world().ok("exec client --", "wget", "-qO-", url)) as { responses?: string[] };
    return responses;
  };

  test("the pods are there", async () => {
    const kubectl = world();
    await kubectl.okWith(objects, "apply -f -");
    await kubectl.ok("rollout status deployment/server --timeout=60s");
    await kubectl.ok("wait --for=condition=Ready pod/client pod/healthy --timeout=60s");
    await kubectl.until(
      "get endpoints server -o jsonpath={.subsets[0].addresses[*].ip}",
      (addresses) => addresses.split(" ").length === 2,
    );
  });

  for (const protocol of ["udp", "http"]) {
    test(`${protocol} through a Service reaches each of its pods, and each pod by its address`, async () => {
      const kubectl = world();
      const names = (await kubectl.ok("get pods -l app=server -o jsonpath={.items[*].metadata.name}")).split(" ");
      const heard = new Set<string>();
      for (let tries = 0; tries < 10 && heard.size < 2; tries++)
        for (const name of await dial(protocol, "server.default.svc.cluster.local", 5353, 10)) heard.add(name);
      assert.equal([...heard].sort(), [...names].sort());
      const ips = (await kubectl.ok("get pods -l app=server -o jsonpath={.items[*].status.podIP}")).split(" ");
      for (const [index, ip] of ips.entries())
        assert.equal(await dial(protocol, ip, protocol === "udp" ? 8081 : 8080, 1), [names[index]]);
    });
  }

  test("a client stays with its endpoint where the Service says so", async () => {
    const heard = await dial("udp", "sticky", 5353, 20);
    assert.equal([heard.length, new Set(heard).size], [20, 1]);
  });

  test("a pod's own names come before the cluster's", async () => {
    assert.match(await world().ok("exec client -- cat /etc/hosts"), /127\.0\.0\.99\telsewhere\.example/);
    assert.match(await world().ok("exec client -- getent hosts elsewhere.example"), /127\.0\.0\.99/);
  });

  test("a grpc probe takes a pod out of service while it says so", async () => {
    const kubectl = world();
    const set = (path: string) => kubectl.ok("exec healthy --", "wget", "-qO-", `http://localhost:8090/${path}`);
    await set("make-not-serving");
    await kubectl.ok("wait --for=condition=Ready=false pod/healthy --timeout=30s");
    await kubectl.until("events --for pod/healthy", (printed) =>
      printed.includes('Readiness probe failed: service unhealthy (responded with "NOT_SERVING")'),
    );
    await set("make-serving");
    await kubectl.ok("wait --for=condition=Ready pod/healthy --timeout=30s");
  });

  test("containers' last words are in the pod's status", async () => {
    const kubectl = world();
    await kubectl.until("get pod talker -o jsonpath={.status.phase}", (phase) => phase === "Failed");
    const message = (name: string) =>
      kubectl.ok(`get pod talker -o jsonpath={.status.containerStatuses[?(@.name=="${name}")].state.terminated.message}`);
    assert.equal([await message("said"), await message("failed")], ["done", "why\n"]);
  });
});
