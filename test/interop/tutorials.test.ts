/** What the Kubernetes documentation has its readers do, with kubectl, unmodified. */
import * as assert from "uvu/assert";
import { fetchText, type KubectlWorld, kubectlSuite, rows } from "./kubectl-world.js";
import { guestbook, nginx, nginxService } from "./manifests.js";

/** By the Service's own address; where its port may not be bound, by the mapped port that kube-proxy tells in an event. */
async function callService(world: KubectlWorld, name: string, port: number): Promise<string> {
  const address = await world.ok(`get service ${name} -o jsonpath={.spec.clusterIP}`);
  const ownPort = fetchText(`http://${address}:${port}/`);
  return port >= 1024 ? ownPort : Promise.any([ownPort, fetchText(`http://${address}:${port + 10_000}/`)]);
}

kubectlSuite("tutorials", {}, (test, world) => {
  test("the nginx Deployment and its Service", async () => {
    const kubectl = world();
    const file = kubectl.file("nginx.yaml", `${nginx()}---\n${nginxService}`);
    assert.is(await kubectl.ok(`apply -f ${file}`), "deployment.apps/nginx-deployment created\nservice/nginx-service created\n");
    assert.match(
      await kubectl.ok("rollout status deployment/nginx-deployment --timeout=60s"),
      /deployment "nginx-deployment" successfully rolled out\n$/,
    );
    const [deployment] = rows(await kubectl.ok("get deployments"));
    assert.is(deployment?.get("READY"), "3/3");
    assert.is(deployment?.get("UP-TO-DATE"), "3");
    const pods = rows(await kubectl.ok("get pods --show-labels -l app=nginx"));
    assert.is(pods.length, 3);
    for (const pod of pods) {
      assert.match(pod.get("NAME") ?? "", /^nginx-deployment-[a-z0-9]+-[a-z0-9]{5}$/);
      assert.match(pod.get("LABELS") ?? "", /^app=nginx,pod-template-hash=[a-z0-9]+$/);
      assert.equal([pod.get("READY"), pod.get("STATUS"), pod.get("RESTARTS")], ["1/1", "Running", "0"]);
    }
    assert.match(await callService(kubectl, "nginx-service", 80), /Welcome to nginx!/);
    await kubectl.until(
      "get endpoints nginx-service -o jsonpath={.subsets[0].addresses[*].ip}",
      (ips) => ips.split(" ").length === 3,
    );
    assert.match(await kubectl.ok("logs -l app=nginx --tail=-1"), /"GET \/ HTTP\/1\.1" 200/);

    kubectl.file("nginx.yaml", `${nginx(4, "nginx:1.16.1")}---\n${nginxService}`);
    assert.is(
      await kubectl.ok(`apply -f ${file}`),
      "deployment.apps/nginx-deployment configured\nservice/nginx-service unchanged\n",
    );
    await kubectl.ok("rollout status deployment/nginx-deployment --timeout=60s");
    const images = await kubectl.ok("get deployment nginx-deployment -o jsonpath={.spec.template.spec.containers[*].image}");
    assert.is(images, "nginx:1.16.1");

    assert.is(
      await kubectl.ok(`delete -f ${file}`),
      'deployment.apps "nginx-deployment" deleted\nservice "nginx-service" deleted\n',
    );
    await kubectl.until("get replicasets,pods -l app=nginx", (printed) => printed === "");
  });

  test("hello-node: a Deployment from the command line, exposed to the outside", async () => {
    const kubectl = world();
    const image = "registry.k8s.io/e2e-test-images/agnhost:2.53";
    await kubectl.ok(`create deployment hello-node --image=${image} -- /agnhost netexec --http-port=8080`);
    await kubectl.ok("rollout status deployment/hello-node --timeout=60s");
    assert.is(await kubectl.ok("expose deployment hello-node --type=LoadBalancer --port=8080"), "service/hello-node exposed\n");
    const [service] = rows(await kubectl.ok("get services hello-node"));
    assert.equal([service?.get("TYPE"), service?.get("EXTERNAL-IP")], ["LoadBalancer", "<pending>"]);
    const nodePort = await kubectl.ok("get service hello-node -o jsonpath={.spec.ports[0].nodePort}");
    assert.match(service?.get("PORT(S)") ?? "", new RegExp(`^8080:${nodePort}/TCP$`));
    assert.match(await fetchText(`http://127.0.0.1:${nodePort}/`), /^NOW: \d{4}-/);
    assert.match(await callService(kubectl, "hello-node", 8080), /^NOW: /);
    assert.match(await kubectl.ok("logs deployment/hello-node"), /Started HTTP server on port 8080/);
    const events = await kubectl.ok("get events --field-selector involvedObject.kind=Pod");
    for (const reason of ["Scheduled", "Pulling", "Pulled", "Created", "Started"])
      assert.match(events, new RegExp(` ${reason} `));
    assert.is(await kubectl.ok("delete service hello-node"), 'service "hello-node" deleted\n');
    assert.is(await kubectl.ok("delete deployment hello-node"), 'deployment.apps "hello-node" deleted\n');
  });

  test("bootcamp: explore, expose, label, scale, update and undo", async () => {
    const kubectl = world();
    await kubectl.ok("create deployment kubernetes-bootcamp --image=gcr.io/google-samples/kubernetes-bootcamp:v1");
    await kubectl.ok("rollout status deployment/kubernetes-bootcamp --timeout=60s");
    const pod = (await kubectl.ok("get pods -l app=kubernetes-bootcamp -o name")).trim();
    assert.match(await kubectl.ok(`exec ${pod} -- env`), /^HOSTNAME=kubernetes-bootcamp-/m);
    await kubectl.ok("expose deployment/kubernetes-bootcamp --type=NodePort --port 8080");
    const nodePort = await kubectl.ok("get services/kubernetes-bootcamp -o", "go-template={{(index .spec.ports 0).nodePort}}");
    const call = () => fetchText(`http://127.0.0.1:${nodePort}/`);
    assert.match(await call(), /^Hello Kubernetes bootcamp! \| Running on: kubernetes-bootcamp-\S+ \| v=1/);

    assert.is(await kubectl.ok(`label ${pod} version=v1`), `${pod} labeled\n`);
    assert.is(rows(await kubectl.ok("get pods -l version=v1")).length, 1);

    assert.is(
      await kubectl.ok("scale deployments/kubernetes-bootcamp --replicas=4"),
      "deployment.apps/kubernetes-bootcamp scaled\n",
    );
    await kubectl.ok("rollout status deployment/kubernetes-bootcamp --timeout=60s");
    await kubectl.until(
      "get endpointslices -l kubernetes.io/service-name=kubernetes-bootcamp -o jsonpath={.items[0].endpoints[*].addresses[0]}",
      (ips) => ips.split(" ").length === 4,
    );
    const answered = new Set<string>();
    const deadline = performance.now() + 10_000;
    while (answered.size < 4 && performance.now() < deadline) answered.add((await call()).split("|")[1] ?? "");
    assert.is(answered.size, 4, "the Service should reach every one of the four pods");

    const v2 = "docker.io/jocatalin/kubernetes-bootcamp:v2";
    await kubectl.ok(`set image deployments/kubernetes-bootcamp kubernetes-bootcamp=${v2}`);
    await kubectl.ok("rollout status deployments/kubernetes-bootcamp --timeout=60s");
    assert.match(await call(), /v=2/);

    const v10 = "gcr.io/google-samples/kubernetes-bootcamp:v10";
    await kubectl.ok(`set image deployments/kubernetes-bootcamp kubernetes-bootcamp=${v10}`);
    await kubectl.until("get pods -l app=kubernetes-bootcamp", (printed) => /ErrImagePull|ImagePullBackOff/.test(printed));
    assert.match(await kubectl.ok("describe pods -l app=kubernetes-bootcamp"), /Failed to pull image "\S+:v10": .* not found/);
    assert.match(await call(), /v=2/, "the update stops before too many pods are away");
    assert.is(
      await kubectl.ok("rollout undo deployments/kubernetes-bootcamp"),
      "deployment.apps/kubernetes-bootcamp rolled back\n",
    );
    await kubectl.ok("rollout status deployments/kubernetes-bootcamp --timeout=60s");
    await kubectl.ok("rollout history deployments/kubernetes-bootcamp");
    assert.match(await call(), /v=2/);
    await kubectl.ok("rollout undo deployments/kubernetes-bootcamp --to-revision=1");
    await kubectl.ok("rollout status deployments/kubernetes-bootcamp --timeout=60s");
    assert.match(await call(), /v=1/);
    await kubectl.ok("delete deployments/kubernetes-bootcamp services/kubernetes-bootcamp");
  });

  test("guestbook: three Deployments and three Services, whose unknown images say that they are simulated", async () => {
    const kubectl = world();
    const created = await kubectl.okWith(guestbook, "apply -f -");
    assert.is(
      created,
      [
        "deployment.apps/redis-leader created",
        "service/redis-leader created",
        "deployment.apps/redis-follower created",
        "service/redis-follower created",
        "deployment.apps/frontend created",
        "service/frontend created\n",
      ].join("\n"),
    );
    for (const name of ["redis-leader", "redis-follower", "frontend"])
      await kubectl.ok(`rollout status deployment/${name} --timeout=60s`);
    assert.is(rows(await kubectl.ok("get pods -l app=guestbook,tier=frontend")).length, 3);
    assert.is(rows(await kubectl.ok("get pods -l app=redis,tier=backend")).length, 3);
    const events = await kubectl.ok("get events --field-selector reason=Simulated");
    assert.match(events, /No program is known for image "docker\.io\/redis:6\.0\.5"/);
    assert.match(
      await kubectl.ok("get pods -l role=leader -o jsonpath={.items[0].status.containerStatuses[0].imageID}"),
      /^simulated:\/\//,
    );
    await kubectl.ok("scale deployment frontend --replicas=5");
    await kubectl.ok("rollout status deployment/frontend --timeout=60s");
    assert.is(
      await kubectl.ok("delete deployment -l app=redis"),
      'deployment.apps "redis-follower" deleted\ndeployment.apps "redis-leader" deleted\n',
    );
    await kubectl.ok("delete service -l app=redis");
    await kubectl.ok("delete deployment,service -l app=guestbook");
    await kubectl.until("get pods -l app=guestbook", (printed) => printed === "");
  });
});
