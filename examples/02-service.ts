/** A Deployment behind a Service that is called over HTTP: connections are balanced over its pods. */
import { openStage, say, status } from "./stage.js";

const stage = await openStage({
  rules: [
    {
      image: "registry.k8s.io/e2e-test-images/agnhost",
      ports: [8080],
      http: [{ port: 8080, status: 200, body: "a simulated pod" }],
    },
  ],
});
try {
  say(`A Deployment behind a Service, on ${stage.world}.`);
  await stage.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: hello }
spec:
  replicas: 3
  selector: { matchLabels: { app: hello } }
  template:
    metadata: { labels: { app: hello } }
    spec:
      containers:
        - name: agnhost
          image: registry.k8s.io/e2e-test-images/agnhost:2.53
          args: [netexec, --http-port=8080]
          ports: [{ containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: hello }
spec:
  selector: { app: hello }
  ports: [{ port: 8080 }]
`);
  await stage.until("three replicas are available", async () => {
    return status<{ availableReplicas: number }>(await stage.get("deployment", "hello")).availableReplicas === 3;
  });
  for (const pod of await stage.list("pod", "app=hello")) {
    say(`  ${pod.metadata.name} runs on ${(pod.spec as { nodeName?: string }).nodeName}`);
  }
  const answers = new Map<string, number>();
  await stage.until("the Service answers", async () => (await stage.request("hello", "/hostname").catch(() => "")) !== "");
  for (let call = 0; call < 30; call++) {
    const answer = (await stage.request("hello", "/hostname")).trim();
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  say("  30 calls of the Service were answered by:");
  for (const [answer, count] of [...answers].sort()) say(`    ${answer}: ${count}`);
} finally {
  await stage.end();
}
