/** An autoscaler on real threads: a metrics API in the test's own process says what pods use, and kubectl shows what comes of it. */
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import * as assert from "uvu/assert";
import { encodeTextBase64 } from "../../src/api/base64.js";
import { issue } from "../../src/pki/certificate.js";
import { kubectlSuite } from "./kubectl-world.js";

const caSubject = { commonName: "metrics" };
const ca = issue(caSubject, { kind: "ca" }, 1);
const leaf = issue({ commonName: "metrics" }, { kind: "server", names: ["metrics.kube-system.svc"] }, 1, {
  ...ca,
  subject: caSubject,
});

const at = "/apis/metrics.k8s.io/v1beta1";
const resources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "metrics.k8s.io/v1beta1",
  resources: [{ name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] }],
};

/** Each of these pods uses 200 milli-CPUs, measured just now. */
function usage(pods: readonly string[]): object {
  const timestamp = new Date(Date.now() + 1_000).toISOString();
  const containers = [{ name: "web", usage: { cpu: "200m", memory: "1Mi" } }];
  const items = pods.map((name) => ({ metadata: { name, namespace: "default" }, timestamp, window: "0s", containers }));
  return { kind: "PodMetricsList", apiVersion: "metrics.k8s.io/v1beta1", metadata: {}, items };
}

const registration = (port: number): string => `
apiVersion: v1
kind: Service
metadata: { name: metrics, namespace: kube-system }
spec: { type: ExternalName, externalName: localhost }
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1beta1.metrics.k8s.io }
spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: ${encodeTextBase64(ca.certificate)}
  service: { namespace: kube-system, name: metrics, port: ${port} }
`;

const target = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: nginx, resources: { requests: { cpu: 100m } } }] }
`;

kubectlSuite("autoscaling by kubectl", { nodes: 1 }, (test, world) => {
  test("a Deployment whose pods use twice what they are to use has twice as many", async () => {
    const kubectl = world();
    const asked: string[] = [];
    let pods: readonly string[] = [];
    const server = createServer({ key: leaf.key, cert: leaf.certificate }, ({ url = "", headers }, response) => {
      const [path = ""] = url.split("?", 1);
      if (path === `${at}/namespaces/default/pods`) asked.push(`${headers["x-remote-user"]} ${decodeURIComponent(url)}`);
      const body = path === at ? resources : path === `${at}/namespaces/default/pods` ? usage(pods) : undefined;
      response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? {}));
    });
    const port = await new Promise<number>((resolve) =>
      // A test that fails leaves it behind, and ends all the same.
      server.unref().listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
    );
    await kubectl.okWith(registration(port), "apply -f -");
    await kubectl.okWith(target, "apply -f -");
    await kubectl.ok("wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=20s");
    await kubectl.ok("wait --for=condition=Available deployment/web --timeout=20s");
    pods = (await kubectl.ok("get pods -l app=web -o jsonpath={.items[*].metadata.name}")).split(" ");
    await kubectl.ok("autoscale deployment web --cpu-percent=100 --min=1 --max=5");
    await kubectl.ok("wait --for=jsonpath={.spec.replicas}=2 deployment/web --timeout=20s");
    await kubectl.ok("wait --for=jsonpath={.status.desiredReplicas}=2 hpa/web --timeout=20s");
    assert.match(await kubectl.ok("get hpa web"), /Deployment\/web +cpu: 200%\/100% +1 +5/);
    assert.match(await kubectl.ok("describe hpa web"), /SuccessfulRescale .* New size: 2; reason: cpu resource utilization/);
    const who = "system:serviceaccount:kube-system:horizontal-pod-autoscaler";
    assert.is(asked[0], `${who} ${at}/namespaces/default/pods?labelSelector=app=web`);
    server.close();
  });
});
