/** What admission says to users of kubectl, and pods that are looked into and resized while they run. */
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";

const manifest = (name: string, container: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { containers: [{ name: main, image: nginx, ${container} }] }
`;

kubectlSuite("admission, seen by kubectl", { nodes: 1 }, (test, world) => {
  test("a quota counts, and refuses what is too much", async () => {
    const kubectl = world();
    await kubectl.ok("create namespace counted");
    await kubectl.ok("create quota few --hard=configmaps=3,pods=1,requests.cpu=1 -n counted");
    await kubectl.until("get quota few -n counted -o jsonpath={.status.used.configmaps}", (used) => used === "1");
    await kubectl.ok("create configmap one -n counted");
    await kubectl.ok("create configmap two -n counted");
    assert.is(
      await kubectl.fails("create configmap three -n counted"),
      'error: failed to create configmap: configmaps "three" is forbidden: exceeded quota: few, requested: configmaps=1, used: configmaps=3, limited: configmaps=3\n',
    );
    assert.match(
      await kubectl.fails("run silent --image=nginx -n counted"),
      /pods "silent" is forbidden: failed quota: few: must specify requests\.cpu for: silent/,
    );
    await kubectl.ok("delete configmap one -n counted");
    await kubectl.until("get quota few -n counted -o jsonpath={.status.used.configmaps}", (used) => used === "2");
    await kubectl.ok("create configmap three -n counted");
  });

  test("a range of limits fills in what a container does not say", async () => {
    const kubectl = world();
    await kubectl.ok("create namespace limited");
    await kubectl.okWith(
      `
apiVersion: v1
kind: LimitRange
metadata: { name: usual }
spec: { limits: [{ type: Container, default: { memory: 64Mi }, max: { memory: 128Mi } }] }
`,
      "apply -n limited -f -",
    );
    await kubectl.ok("run plain --image=nginx -n limited");
    assert.is(await kubectl.ok("get pod plain -n limited -o jsonpath={.spec.containers[0].resources.limits.memory}"), "64Mi");
    const path = kubectl.file("large.yaml", manifest("large", "resources: { limits: { memory: 1Gi } }"));
    assert.match(
      await kubectl.fails(`create -n limited -f ${path}`),
      /pods "large" is forbidden: maximum memory usage per Container is 128Mi, but limit is 1Gi/,
    );
  });

  test("a namespace that becomes strict warns of its pods, and refuses others", async () => {
    const kubectl = world();
    await kubectl.ok("create namespace strict");
    await kubectl.ok("run plain --image=nginx -n strict");
    const label = ["label", "namespace", "strict", "pod-security.kubernetes.io/enforce=restricted"];
    const { stderr } = await kubectl.run(label);
    const violations = "allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile";
    assert.is(
      stderr,
      `Warning: existing pods in namespace "strict" violate the new PodSecurity enforce level "restricted:latest"\nWarning: plain: ${violations}\n`,
    );
    assert.match(
      await kubectl.fails("run other --image=nginx -n strict"),
      /pods "other" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "other" must set/,
    );
    const made = await kubectl.run(["create", "deployment", "web", "--image=nginx", "-n", "strict"]);
    assert.match(made.stderr, /Warning: would violate PodSecurity "restricted:latest"/);
    assert.is(made.code, 0);
  });

  test("debug adds an ephemeral container to a pod that runs", async () => {
    const kubectl = world();
    await kubectl.ok("run target --image=nginx");
    await kubectl.ok("wait --for=condition=Ready pod/target");
    await kubectl.ok("debug target --image=busybox -c looker -- sh -c", "echo seen; sleep 600");
    const running = "get pod target -o jsonpath={.status.ephemeralContainerStatuses[0].state}";
    await kubectl.until(running, (state) => state.includes("running"));
    await kubectl.until("logs target -c looker", (log) => log === "seen\n");
    assert.is(await kubectl.ok("exec target -c looker -- echo inside"), "inside\n");
    assert.match(await kubectl.ok("describe pod target"), /Ephemeral Containers:\n {2}looker:/);
  });

  test("a pod is resized while it runs, as far as its containers let it", async () => {
    const kubectl = world();
    const policy = "resizePolicy: [{ resourceName: memory, restartPolicy: RestartContainer }]";
    const resources = "resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 64Mi } }";
    await kubectl.okWith(manifest("sized", `${resources}, ${policy}`), "apply -f -");
    await kubectl.ok("wait --for=condition=Ready pod/sized");
    const patch = (of: object): string => JSON.stringify({ spec: { containers: [{ name: "main", resources: of }] } });
    await kubectl.ok("patch pod sized --subresource=resize -p", patch({ requests: { cpu: "200m" } }));
    await kubectl.until(
      "get pod sized -o jsonpath={.status.containerStatuses[0].resources.requests.cpu}",
      (cpu) => cpu === "200m",
    );
    assert.is(await kubectl.ok("get pod sized -o jsonpath={.status.containerStatuses[0].restartCount}"), "0");
    await kubectl.ok("patch pod sized --subresource=resize -p", patch({ limits: { memory: "96Mi" } }));
    await kubectl.until("get pod sized -o jsonpath={.status.containerStatuses[0].restartCount}", (count) => count === "1");
    await kubectl.until(
      "get pod sized -o jsonpath={.status.containerStatuses[0].resources.limits.memory}",
      (memory) => memory === "96Mi",
    );
  });

  test("addresses of Services are objects, and so is their range", async () => {
    const kubectl = world();
    const [first] = rows(await kubectl.ok("get ipaddresses"));
    assert.is(first?.get("PARENTREF"), "services/default/kubernetes");
    const [range] = rows(await kubectl.ok("get servicecidrs"));
    assert.is(range?.get("NAME"), "kubernetes");
  });
});
