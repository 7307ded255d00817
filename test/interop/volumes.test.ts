/** Storage by kubectl: what pods keep, and how volumes look from inside a container. */
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";

const database = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: db
        image: busybox
        command: [sh, -c, "while true; do sleep 1; done"]
        volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
  - metadata: { name: data }
    spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`;

const looking = `
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: blue }
---
apiVersion: v1
kind: Pod
metadata: { name: looking }
spec:
  securityContext: { fsGroup: 2000 }
  containers:
  - name: c
    image: busybox
    command: [sh, -c, "while true; do sleep 1; done"]
    volumeMounts:
    - { name: settings, mountPath: /settings }
    - { name: settings, mountPath: /etc/colour, subPath: colour }
    - { name: scratch, mountPath: /scratch }
    - { name: scratch, mountPath: /deep, subPath: a/b }
  volumes:
  - { name: settings, configMap: { name: settings, defaultMode: 0400 } }
  - { name: scratch, emptyDir: { medium: Memory } }
`;

kubectlSuite("storage by kubectl", { nodes: 2 }, (test, world) => {
  test("a StatefulSet's data outlives its pod, and its volume goes with the claim", async () => {
    const kubectl = world();
    assert.is(
      rows(await kubectl.ok("get storageclass"))
        .at(0)
        ?.get("NAME"),
      "standard (default)",
    );
    await kubectl.okWith(database, "apply -f -");
    await kubectl.until("get pod db-0", (printed) => printed.includes("1/1"));
    await kubectl.ok("exec db-0 --", "sh", "-c", "echo kept > /data/note");
    const [claim] = rows(await kubectl.ok("get pvc data-db-0"));
    const shown = ["STATUS", "CAPACITY", "ACCESS MODES", "STORAGECLASS"].map((column) => claim?.get(column));
    assert.equal(shown, ["Bound", "1Gi", "RWO", "standard"]);
    const node = await kubectl.ok("get pod db-0 -o jsonpath={.spec.nodeName}");
    await kubectl.ok("delete pod db-0");
    await kubectl.until("get pod db-0", (printed) => printed.includes("1/1"));
    assert.is(await kubectl.ok("exec db-0 -- cat /data/note"), "kept\n");
    assert.is(await kubectl.ok("get pod db-0 -o jsonpath={.spec.nodeName}"), node);
    await kubectl.ok("delete statefulset db --wait");
    await kubectl.ok("delete pvc data-db-0 --timeout=60s");
    await kubectl.until("get pv", (printed) => !printed.includes("data-db-0"));
  });

  test("volumes inside a container: modes, what is only read, memory, and paths inside of volumes", async () => {
    const kubectl = world();
    await kubectl.okWith(looking, "apply -f -");
    await kubectl.ok("wait --for=condition=Ready pod/looking --timeout=60s");
    const inside = (script: string) => kubectl.run(["exec", "looking", "--", "sh", "-c", script]);
    assert.is((await inside("cat /settings/colour /etc/colour")).stdout, "blueblue");
    assert.match((await inside("ls -l /settings/..data/colour")).stdout, /^-r--r-----/);
    assert.match((await inside("echo no > /settings/colour")).stderr, /Read-only file system/);
    assert.is((await inside("echo yes > /deep/file; cat /scratch/a/b/file")).stdout, "yes\n");
    await kubectl.ok("delete pod looking --now");
  });
});
