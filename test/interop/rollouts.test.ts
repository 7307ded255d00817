/** Rolling updates by kubectl, and a node that is emptied for maintenance. */
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";
import { nginx } from "./manifests.js";

const name = "deployment/nginx-deployment";

kubectlSuite("rollouts and nodes", { runtime: "simulated" }, (test, world) => {
  test("set image rolls out, with history, change causes and undo", async () => {
    const kubectl = world();
    await kubectl.okWith(nginx(3), "apply -f -");
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    const generation = await kubectl.ok(`get ${name} -o jsonpath={.metadata.generation}`);
    assert.is(generation, "1", "noting its revision does not ask for anything else");
    assert.is(await kubectl.ok(`set image ${name} nginx=nginx:1.16.1`), "deployment.apps/nginx-deployment image updated\n");
    assert.match(
      await kubectl.ok(`rollout status ${name} --timeout=60s`),
      /^(Waiting for deployment "nginx-deployment" rollout to finish: .*\n)*deployment "nginx-deployment" successfully rolled out\n$/,
    );
    assert.is(
      await kubectl.ok(`rollout history ${name}`),
      "deployment.apps/nginx-deployment \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n",
    );
    await kubectl.ok(`annotate ${name}`, "kubernetes.io/change-cause=image updated to 1.16.1");
    await kubectl.until(`rollout history ${name}`, (printed) => /^2 +image updated to 1\.16\.1$/m.test(printed));
    const second = await kubectl.ok(`rollout history ${name} --revision=2`);
    assert.match(
      second,
      /^deployment\.apps\/nginx-deployment with revision #2\nPod Template:\n[\s\S]* {4}Image:\tnginx:1\.16\.1$/m,
    );
    const replicaSets = rows(await kubectl.ok("get replicasets -l app=nginx -o wide"));
    assert.equal(
      new Map(replicaSets.map((row) => [row.get("IMAGES"), row.get("DESIRED")])),
      new Map([
        ["nginx:1.14.2", "0"],
        ["nginx:1.16.1", "3"],
      ]),
    );
    assert.is(await kubectl.ok(`rollout undo ${name}`), "deployment.apps/nginx-deployment rolled back\n");
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    assert.is(await kubectl.ok(`get ${name} -o jsonpath={.spec.template.spec.containers[0].image}`), "nginx:1.14.2");
    assert.match(await kubectl.ok(`rollout history ${name}`), /^REVISION .*\n2 .*\n3 .*\n/m);
    await kubectl.ok(`rollout undo ${name} --to-revision=2`);
    assert.is(await kubectl.ok(`get ${name} -o jsonpath={.spec.template.spec.containers[0].image}`), "nginx:1.16.1");
    assert.is(
      await kubectl.fails(`rollout undo ${name} --to-revision=99`),
      "error: unable to find specified revision 99 in history\n",
    );
  });

  test("a paused rollout gathers changes, and one rollout has them all", async () => {
    const kubectl = world();
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    assert.is(await kubectl.ok(`rollout pause ${name}`), "deployment.apps/nginx-deployment paused\n");
    await kubectl.ok(`set image ${name} nginx=nginx:1.25`);
    await kubectl.ok(`set resources ${name} -c=nginx --limits=cpu=200m,memory=64Mi`);
    await kubectl.ok(`set env ${name} MODE=fast`);
    assert.match(await kubectl.ok(`describe ${name}`), /Progressing +Unknown +DeploymentPaused/);
    assert.is(
      await kubectl.fails(`rollout undo ${name}`),
      "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again\n",
    );
    assert.is(await kubectl.ok(`rollout resume ${name}`), "deployment.apps/nginx-deployment resumed\n");
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    const running = rows(await kubectl.ok("get replicasets -l app=nginx -o wide")).filter((row) => row.get("DESIRED") !== "0");
    assert.equal(
      running.map((row) => row.get("IMAGES")),
      ["nginx:1.25"],
    );
    assert.match(await kubectl.ok("get pods -l app=nginx -o jsonpath={.items[*].spec.containers[0].env[0].value}"), /fast/);
    assert.is(await kubectl.ok(`rollout restart ${name}`), "deployment.apps/nginx-deployment restarted\n");
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    // One that still ends may come first.
    assert.match(
      await kubectl.ok("get pods -l app=nginx -o", "jsonpath={.items[*].metadata.annotations}"),
      /kubectl\.kubernetes\.io\/restartedAt/,
    );
  });

  test("scale, with a condition on what there is, and by a selector", async () => {
    const kubectl = world();
    assert.is(await kubectl.ok(`scale ${name} --replicas=5`), "deployment.apps/nginx-deployment scaled\n");
    assert.is(
      await kubectl.fails(`scale ${name} --replicas=2 --current-replicas=3`),
      "error: Expected replicas to be 3, was 5\n",
    );
    assert.is(await kubectl.ok(`scale ${name} --replicas=2 --current-replicas=5`), "deployment.apps/nginx-deployment scaled\n");
    await kubectl.until("get pods -l app=nginx -o name", (printed) => printed.trim().split("\n").length === 2);
    assert.is(
      await kubectl.ok("autoscale deployment nginx-deployment --min=2 --max=5 --cpu-percent=80"),
      "horizontalpodautoscaler.autoscaling/nginx-deployment autoscaled\n",
    );
    const [autoscaler] = rows(await kubectl.ok("get hpa"));
    assert.equal(
      [autoscaler?.get("REFERENCE"), autoscaler?.get("MINPODS"), autoscaler?.get("MAXPODS")],
      ["Deployment/nginx-deployment", "2", "5"],
    );
    await kubectl.ok("delete hpa nginx-deployment");
  });

  test("cordon, drain and uncordon", async () => {
    const kubectl = world();
    await kubectl.ok(`scale ${name} --replicas=6`);
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    await kubectl.ok("run loose --image=registry.k8s.io/pause:3.10", '--overrides={"spec":{"nodeName":"node-1"}}');
    await kubectl.ok("wait --for=condition=Ready pod/loose --timeout=60s");
    assert.is(await kubectl.ok("cordon node-1"), "node/node-1 cordoned\n");
    assert.is(await kubectl.ok("cordon node-1"), "node/node-1 already cordoned\n");
    assert.is(
      rows(await kubectl.ok("get nodes"))
        .at(0)
        ?.get("STATUS"),
      "Ready,SchedulingDisabled",
    );
    assert.match(
      await kubectl.fails("drain node-1"),
      /cannot delete cannot delete Pods that declare no controller \(use --force to override\): default\/loose/,
    );
    const drained = await kubectl.run(["drain", "node-1", "--force", "--ignore-daemonsets", "--timeout=60s"]);
    assert.is(drained.code, 0, drained.stderr);
    assert.match(drained.stdout, /^node\/node-1 already cordoned\n[\s\S]*pod\/loose evicted\n[\s\S]*node\/node-1 drained\n$/);
    assert.match(drained.stderr, /Warning: deleting Pods that declare no controller: default\/loose/);
    assert.is(await kubectl.ok("get pods --field-selector=spec.nodeName=node-1 -o name"), "");
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    assert.is(await kubectl.ok("uncordon node-1"), "node/node-1 uncordoned\n");
    assert.is(
      rows(await kubectl.ok("get nodes"))
        .at(0)
        ?.get("STATUS"),
      "Ready",
    );
  });

  test("a drain waits for a disruption budget", async () => {
    const kubectl = world();
    await kubectl.ok(`scale ${name} --replicas=6`);
    await kubectl.ok(`rollout status ${name} --timeout=60s`);
    await kubectl.ok("create poddisruptionbudget all --selector=app=nginx --min-available=6");
    await kubectl.until("get poddisruptionbudget all -o jsonpath={.status.currentHealthy}", (healthy) => healthy === "6");
    const node = await kubectl.ok("get pods -l app=nginx -o jsonpath={.items[0].spec.nodeName}");
    const drained = await kubectl.run(["drain", node, "--ignore-daemonsets", "--timeout=3s"]);
    assert.is(drained.code, 1);
    assert.match(
      drained.stderr,
      /error when evicting pods\/"nginx-deployment-\S+" -n "default" \(will retry after 5s\): Cannot evict pod as it would violate the pod's disruption budget\./,
    );
    await kubectl.ok("delete poddisruptionbudget all");
    await kubectl.ok(`drain ${node} --ignore-daemonsets --timeout=60s`);
    await kubectl.ok(`uncordon ${node}`);
  });

  test("a taint keeps pods away, and a pod that fits nowhere says why", async () => {
    const kubectl = world();
    for (const node of ["node-1", "node-2", "node-3"]) await kubectl.ok(`taint nodes ${node} only=this:NoSchedule`);
    assert.match(await kubectl.ok("describe node node-1"), /^Taints: +only=this:NoSchedule$/m);
    await kubectl.ok("run homeless --image=registry.k8s.io/pause:3.10");
    const message = "0/3 nodes are available: 3 node(s) had untolerated taint {only: this}.";
    await kubectl.until("describe pod homeless", (printed) => printed.includes(message));
    assert.is(
      rows(await kubectl.ok("get pod homeless"))
        .at(0)
        ?.get("STATUS"),
      "Pending",
    );
    assert.is(await kubectl.ok("taint nodes node-2 only=this:NoSchedule-"), "node/node-2 untainted\n");
    await kubectl.ok("wait --for=condition=Ready pod/homeless --timeout=60s");
    assert.is(await kubectl.ok("get pod homeless -o jsonpath={.spec.nodeName}"), "node-2");
    for (const node of ["node-1", "node-3"]) await kubectl.ok(`taint nodes ${node} only-`);
    await kubectl.ok("delete pod homeless --now");
    await kubectl.ok(`delete ${name}`);
  });
});
