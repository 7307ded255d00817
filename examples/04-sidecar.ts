/** A pod with a sidecar: it reads the main container's data from a volume, and stores it in a database that is then queried. */
import { openStage, say, status } from "./stage.js";

const stage = await openStage({
  nodes: 1,
  images: new Map([
    ["example.com/writer:1", new URL("./images/writer.js", import.meta.url)],
    ["example.com/rows:1", new URL("./images/rows.js", import.meta.url)],
  ]),
  rules: [
    {
      image: "example.com/rows",
      ports: [8080],
      http: [{ port: 8080, status: 200, body: '{"stored":"simulated: nothing of the image runs"}' }],
    },
  ],
});
try {
  say(`A sidecar with a database, on ${stage.world}.`);
  await stage.apply(`
apiVersion: v1
kind: Pod
metadata: { name: meter, labels: { app: meter } }
spec:
  terminationGracePeriodSeconds: 2
  initContainers:
    - name: rows
      image: example.com/rows:1
      restartPolicy: Always
      ports: [{ containerPort: 8080 }]
      startupProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1, failureThreshold: 30 }
      volumeMounts: [{ name: shared, mountPath: /shared }]
  containers:
    - name: meter
      image: example.com/writer:1
      volumeMounts: [{ name: shared, mountPath: /shared }]
  volumes: [{ name: shared, emptyDir: {} }]
---
apiVersion: v1
kind: Service
metadata: { name: rows }
spec:
  selector: { app: meter }
  ports: [{ port: 8080 }]
`);
  await stage.until("both containers are ready", async () => {
    const pod = status<{
      containerStatuses: Array<{ ready: boolean }>;
      initContainerStatuses: Array<{ ready: boolean; started: boolean }>;
    }>(await stage.get("pod", "meter"));
    return [...(pod.containerStatuses ?? []), ...(pod.initContainerStatuses ?? [])].filter(({ ready }) => ready).length === 2;
  });
  say("  the sidecar started first, and the main container once the sidecar was up; both are ready");
  const ask = () => stage.request("rows", "/").catch(() => "");
  await stage.until("rows are stored", async () => /"stored":("simulated|[1-9])/.test(await ask()));
  say(`  what the database answers: ${(await ask()).trim()}`);
  if (stage.world === "threads") {
    const before = JSON.parse(await ask()) as { stored: number };
    await stage.until(
      "more rows are stored",
      async () => (JSON.parse(await ask()) as { stored: number }).stored > before.stored + 5,
    );
    say(`  and a little later: ${(await ask()).trim()}`);
  }
} finally {
  await stage.end();
}
