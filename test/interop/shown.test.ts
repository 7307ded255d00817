/** Objects by kubectl: made, shown, described, watched and waited for; and what the server tells of itself. */
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";
import { pod } from "./manifests.js";

kubectlSuite("shown by kubectl", { nodes: 1, runtime: "simulated" }, (test, world) => {
  test("create makes each kind that it has a command for, and an existing one is refused", async () => {
    const kubectl = world();
    const table: ReadonlyArray<readonly [string, string]> = [
      ["namespace staging", "namespace/staging created"],
      ["configmap settings --from-literal=colour=blue", "configmap/settings created"],
      ["secret generic passwords --from-literal=root=1234", "secret/passwords created"],
      ["serviceaccount robot", "serviceaccount/robot created"],
      ["deployment web --image=nginx --replicas=2 --port=80", "deployment.apps/web created"],
      ["service clusterip cache --tcp=6379:6379", "service/cache created"],
      ["service nodeport door --tcp=80:8080", "service/door created"],
      ["service externalname elsewhere --external-name=example.com", "service/elsewhere created"],
      ["job once --image=busybox -- date", "job.batch/once created"],
      ["cronjob nightly --image=busybox --schedule=@daily -- date", "cronjob.batch/nightly created"],
      ["ingress gate --rule=example.com/*=door:80", "ingress.networking.k8s.io/gate created"],
      ["role reader --verb=get,list --resource=pods", "role.rbac.authorization.k8s.io/reader created"],
      ["rolebinding readers --role=reader --user=eve", "rolebinding.rbac.authorization.k8s.io/readers created"],
      ["clusterrole viewer --verb=get --resource=nodes", "clusterrole.rbac.authorization.k8s.io/viewer created"],
      [
        "clusterrolebinding viewers --clusterrole=viewer --user=eve",
        "clusterrolebinding.rbac.authorization.k8s.io/viewers created",
      ],
      ["poddisruptionbudget guard --selector=app=none --min-available=1", "poddisruptionbudget.policy/guard created"],
      ["priorityclass high --value=1000", "priorityclass.scheduling.k8s.io/high created"],
      ["quota small --hard=pods=100", "resourcequota/small created"],
    ];
    for (const [command, printed] of table) assert.is(await kubectl.ok(`create ${command}`), `${printed}\n`);
    assert.is(
      await kubectl.fails("create configmap settings --from-literal=colour=red"),
      'error: failed to create configmap: configmaps "settings" already exists\n',
    );
    assert.is(
      await kubectl.fails("create deployment Web --image=nginx").then((text) => text.split(":").slice(0, 3).join(":")),
      'error: failed to create deployment: Deployment.apps "Web" is invalid',
    );
    assert.match(await kubectl.ok("create token robot"), /^[\w-]+\.[\w-]+\.[\w-]+/);
    assert.is(await kubectl.ok("get secret passwords -o jsonpath={.data.root}"), Buffer.from("1234").toString("base64"));
    await kubectl.ok("delete quota/small pdb/guard ingress/gate job/once cronjob/nightly");
  });

  test("get shows an object in every form that users ask for", async () => {
    const kubectl = world();
    await kubectl.okWith(pod("shown"), "apply -f -");
    await kubectl.ok("wait --for=condition=Ready pod/shown --timeout=60s");
    const [plain] = rows(await kubectl.ok("get pod shown"));
    assert.equal([...(plain?.keys() ?? [])], ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
    assert.equal([plain?.get("READY"), plain?.get("STATUS"), plain?.get("RESTARTS")], ["1/1", "Running", "0"]);
    const [wide] = rows(await kubectl.ok("get pod shown -o wide"));
    assert.equal(
      [...(wide?.keys() ?? [])],
      ["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "NOMINATED NODE", "READINESS GATES"],
    );
    assert.is(wide?.get("NODE"), "node-1");
    assert.is(await kubectl.ok("get pod shown -o name"), "pod/shown\n");
    assert.is(await kubectl.ok("get pod shown -o jsonpath={.status.podIP}"), wide?.get("IP"));
    assert.is(
      await kubectl.ok("get pods -l app=shown -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image"),
      "NAME    IMAGE\nshown   registry.k8s.io/pause:3.10\n",
    );
    assert.is(await kubectl.ok("get pod shown -o go-template={{.spec.nodeName}}"), "node-1");
    const object = await kubectl.json<{ apiVersion: string; kind: string; metadata: { uid: string } }>("get pod shown");
    assert.equal([object.apiVersion, object.kind], ["v1", "Pod"]);
    assert.match(
      await kubectl.ok("get pod shown -o yaml"),
      new RegExp(`^apiVersion: v1\\nkind: Pod\\n[\\s\\S]* {2}uid: ${object.metadata.uid}\\n`),
    );
    assert.is(await kubectl.ok("get pod shown --no-headers").then((text) => text.split(/ +/)[0]), "shown");
    assert.is(
      rows(await kubectl.ok("get pods -A --field-selector=metadata.name=shown"))
        .at(0)
        ?.get("NAMESPACE"),
      "default",
    );
    assert.is(
      await kubectl.ok("get pods --sort-by=.metadata.name -o jsonpath={.items[-1:].metadata.name}"),
      "web-".concat(await lastOf(kubectl)),
    );
    assert.is(await kubectl.ok("get pods -n staging"), "");
    assert.is(await kubectl.fails("get pod absent"), 'Error from server (NotFound): pods "absent" not found\n');
    assert.is(await kubectl.fails("get things"), 'error: the server doesn\'t have a resource type "things"\n');
    assert.match(
      await kubectl.ok("get po,svc,cm"),
      /^NAME +READY[\s\S]*^pod\/shown [\s\S]*^service\/door [\s\S]*^configmap\/settings /m,
    );
    assert.match(
      await kubectl.ok("get all"),
      /pod\/shown[\s\S]*service\/kubernetes[\s\S]*deployment.apps\/web[\s\S]*replicaset.apps\/web-/,
    );
  });

  test("describe tells of a pod, a deployment, a service and a node, with their events", async () => {
    const kubectl = world();
    await kubectl.ok("rollout status deployment/web --timeout=60s");
    const described = await kubectl.ok("describe pod shown");
    for (const expected of [
      /^Name: +shown$/m,
      /^Node: +node-1\/\S+$/m,
      /^Status: +Running$/m,
      /^ {4}Image: +registry\.k8s\.io\/pause:3\.10$/m,
      /^ {4}State: +Running$/m,
      /^ {2}Ready +True *$/m,
      /^QoS Class: +BestEffort$/m,
      /^ {2}Normal +Scheduled +\S+ +default-scheduler +Successfully assigned default\/shown to node-1$/m,
      /^ {2}Normal +Started +\S+ +kubelet +Started container main$/m,
    ])
      assert.match(described, expected);
    const deployment = await kubectl.ok("describe deployment web");
    for (const expected of [
      /^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable$/m,
      /^StrategyType: +RollingUpdate$/m,
      /^RollingUpdateStrategy: +25% max unavailable, 25% max surge$/m,
      /^ {2}Available +True +MinimumReplicasAvailable$/m,
      /^NewReplicaSet: +web-\w+ \(2\/2 replicas created\)$/m,
      / deployment-controller +Scaled up replica set web-\w+ from 0 to 2$/m,
    ])
      assert.match(deployment, expected);
    assert.is(await kubectl.ok("expose deployment web --name=web"), "service/web exposed\n");
    await kubectl.until(
      "get endpointslices -l kubernetes.io/service-name=web -o jsonpath={.items[*].endpoints[*].conditions.ready}",
      (ready) => ready === "true true",
    );
    const service = await kubectl.ok("describe service web");
    for (const expected of [/^Type: +ClusterIP$/m, /^Port: +<unset> +80\/TCP$/m, /^Endpoints: +[\d.]+:80,[\d.]+:80$/m])
      assert.match(service, expected);
    const node = await kubectl.ok("describe node node-1");
    for (const expected of [
      /^Unschedulable: +false$/m,
      /^ {2}Ready +True .*KubeletReady +kubelet is posting ready status$/m,
      /^ {2}pods: +110$/m,
      /^Non-terminated Pods: +\(\d+ in total\)$/m,
      /^ {2}default +shown /m,
    ])
      assert.match(node, expected);
  });

  test("wait: for a condition, a field and a deletion, and not for ever", async () => {
    const kubectl = world();
    assert.is(
      await kubectl.ok("wait --for=condition=Available deployment/web --timeout=60s"),
      "deployment.apps/web condition met\n",
    );
    assert.is(
      await kubectl.ok("wait --for=jsonpath={.status.phase}=Running pod/shown --timeout=60s"),
      "pod/shown condition met\n",
    );
    assert.is(
      await kubectl.fails("wait --for=condition=Complete=True pod/shown --timeout=1s"),
      "error: timed out waiting for the condition on pods/shown\n",
    );
    assert.is(
      await kubectl.fails("wait --for=condition=Ready pod/absent --timeout=1s"),
      'Error from server (NotFound): pods "absent" not found\n',
    );
  });

  test("kinds that are better not used any more are shown with a warning", async () => {
    const kubectl = world();
    const warned = await kubectl.run(["get", "endpoints", "kubernetes"]);
    assert.match(warned.stdout, /^kubernetes +127\.\S+:\d+ /m);
    assert.is(warned.stderr, "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n");
    assert.is((await kubectl.run(["get", "endpointslices"])).stderr, "");
  });

  test("get --watch prints each change as it comes", async () => {
    const kubectl = world();
    const watching = kubectl.begin(["get", "configmaps", "--watch", "--output-watch-events", "-l", "watched=yes"]);
    const made = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: seen\n  labels:\n    watched: "yes"\n`;
    await kubectl.okWith(made, "create -f -");
    await kubectl.ok("patch configmap seen -p", '{"data":{"a":"b"}}');
    await kubectl.ok("delete configmap seen");
    const printed = await watching.until((text) => text.includes("DELETED"));
    await watching.interrupt();
    assert.equal(
      rows(printed).map((row) => [row.get("EVENT"), row.get("NAME"), row.get("DATA")]),
      [
        ["ADDED", "seen", "0"],
        ["MODIFIED", "seen", "1"],
        ["DELETED", "seen", "1"],
      ],
    );
  });

  test("what the server has is told by api-resources, api-versions, explain, version and cluster-info", async () => {
    const kubectl = world();
    const resources = rows(await kubectl.ok("api-resources"));
    const deployments = resources.find((row) => row.get("NAME") === "deployments");
    assert.equal([...(deployments?.values() ?? [])], ["deployments", "deploy", "apps/v1", "true", "Deployment"]);
    assert.ok(resources.length > 60, `${resources.length} resources`);
    assert.match(await kubectl.ok("api-resources --categories=all -o name"), /^pods\n[\s\S]*deployments\.apps\n/);
    const versions = (await kubectl.ok("api-versions")).trim().split("\n");
    for (const version of ["v1", "apps/v1", "batch/v1", "networking.k8s.io/v1"]) assert.ok(versions.includes(version), version);
    const explained = await kubectl.ok("explain deployment.spec.strategy.rollingUpdate");
    assert.match(explained, /^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n\nFIELD: rollingUpdate <RollingUpdateDeployment>/);
    assert.match(explained, /^ {2}maxSurge\t<IntOrString>$/m);
    assert.match(await kubectl.ok("explain pod --recursive"), /^ {4}containers\t<\[\]Container> -required-$/m);
    assert.is(await kubectl.fails("explain pod.spec.nothing"), 'error: field "nothing" does not exist\n');
    assert.match(await kubectl.ok("version"), /^Server Version: v1\.33\./m);
    assert.match(await kubectl.ok("cluster-info"), /is running at .*https:\/\/127\.0\.0\.1:\d+/);
    assert.is(await kubectl.ok("get --raw /readyz"), "ok");
  });

  test("the control plane's components are healthy", async () => {
    const all = (printed: string) =>
      rows(printed).map((row) => [row.get("NAME"), row.get("STATUS"), row.get("MESSAGE")].join(" "));
    const healthy = ["controller-manager Healthy ok", "etcd-0 Healthy ok", "scheduler Healthy ok"];
    const printed = await world().until("get componentstatuses", (each) => all(each).every((line) => healthy.includes(line)));
    assert.equal(all(printed), healthy);
  });

  test("who one is, what one may do, and what is not there", async () => {
    const kubectl = world();
    const whoami = rows(await kubectl.ok("auth whoami"));
    const [name, groups, credential] = whoami.map((row) => row.get("VALUE"));
    assert.equal([name, groups], ["kubernetes-admin", "[system:masters system:authenticated]"]);
    assert.match(credential ?? "", /^\[X509SHA256=[0-9a-f]{64}\]$/, "the certificate that the administrator shows");
    assert.is(await kubectl.ok("auth can-i create deployments"), "yes\n");
    assert.is(await kubectl.fails("top pods"), "error: Metrics API not available\n");
    assert.is(await kubectl.fails("top nodes"), "error: Metrics API not available\n");
  });
});

async function lastOf(kubectl: { ok(words: string): Promise<string> }): Promise<string> {
  const names = (await kubectl.ok("get pods -o name")).trim().split("\n").sort();
  return (names.at(-1) ?? "").replace("pod/web-", "");
}
