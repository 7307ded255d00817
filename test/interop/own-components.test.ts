/**
 * A cluster without a scheduler and a controller manager, for those of one's own: they have users, rights and keys as in Kubernetes.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { kubectlSuite } from "./kubectl-world.js";

const objects = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: default }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: nobodys }
spec:
  selector: { matchLabels: { app: nobodys } }
  template: { metadata: { labels: { app: nobodys } }, spec: { containers: [{ name: web, image: nginx }] } }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { automountServiceAccountToken: false, containers: [{ name: web, image: nginx }] }
`;

const binding = JSON.stringify({
  apiVersion: "v1",
  kind: "Binding",
  metadata: { name: "web" },
  target: { apiVersion: "v1", kind: "Node", name: "node-1" },
});

const lease = (name: string) => `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: ${name}, namespace: kube-system }
spec: { holderIdentity: mine, leaseDurationSeconds: 15 }
`;

kubectlSuite(
  "a scheduler and a controller manager of one's own",
  { nodes: 1, scheduler: false, controllerManager: false },
  (test, world) => {
    const as = (component: "scheduler" | "controller-manager") => ({
      KUBECONFIG: world().cluster.ownComponents.kubeconfigPaths.get(component) ?? "",
    });

    test("neither runs, and nobody does their work", async () => {
      const kubectl = world();
      assert.equal(
        kubectl.cluster.actors.filter((actor) => !actor.includes("/node-")),
        ["etcd/0", "apiserver/0"],
      );
      await kubectl.okWith(objects, "apply -f -");
      assert.is(await kubectl.ok("get replicasets -o name"), "");
      assert.is(await kubectl.ok("get pod web -o jsonpath={.status.phase},{.spec.nodeName}"), "Pending,");
    });

    test("the scheduler's kubeconfig is the user that may bind pods and lead by its lease", async () => {
      const kubectl = world();
      const environment = as("scheduler");
      const run = (words: string, input?: string) => kubectl.run(words.split(" "), input, environment);
      assert.match((await run("auth whoami")).stdout, /Username\s+system:kube-scheduler\n/);
      assert.is((await run("create -f -", lease("kube-scheduler"))).stderr, "");
      assert.is((await run("get configmap extension-apiserver-authentication -n kube-system -o name")).code, 0);
      assert.match((await run("get secrets")).stderr, /Forbidden/);
      assert.is((await run("create --raw /api/v1/namespaces/default/pods/web/binding -f -", binding)).stderr, "");
      await kubectl.ok("wait --for=condition=Ready pod/web --timeout=60s");
    });

    test("the controller manager's has the tokens of its controllers made, and signs with the cluster's keys", async () => {
      const kubectl = world();
      const environment = as("controller-manager");
      const run = (words: string, input?: string) => kubectl.run(words.split(" "), input, environment);
      assert.match((await run("auth whoami")).stdout, /Username\s+system:kube-controller-manager\n/);
      assert.is((await run("create -f -", lease("kube-controller-manager"))).stderr, "");
      assert.is((await run("create serviceaccount deployment-controller -n kube-system")).stderr, "");
      const token = (await run("create token deployment-controller -n kube-system")).stdout.trim();
      // Without anybody's certificate, so that the token decides.
      const noUser = kubectl.cluster.kubeconfig.replace(/^ {4}client-(certificate|key)-data: .*\n/gm, "");
      const args = ["auth", "can-i", "create", "replicasets.apps", "--token", token];
      const allowed = await kubectl.run(args, undefined, { KUBECONFIG: kubectl.file("no-user", noUser) });
      assert.is(allowed.stdout, "yes\n", allowed.stderr);
      const { pkiDirectory } = kubectl.cluster.ownComponents;
      for (const file of ["ca.crt", "ca.key", "sa.key", "front-proxy-ca.crt"]) {
        assert.match(readFileSync(join(pkiDirectory, file), "utf8"), /^-----BEGIN /, file);
      }
    });
  },
);
