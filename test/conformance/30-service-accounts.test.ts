/**
 * Service accounts, their tokens in pods, and what others check tokens by.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
 * https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
 */
import * as assert from "uvu/assert";
import { kubectlSuite } from "../interop/kubectl-world.js";

const agnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";

const validator = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: discovers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:service-account-issuer-discovery }
subjects: [{ kind: ServiceAccount, name: default, namespace: default }]
---
apiVersion: v1
kind: Pod
metadata: { name: validator }
spec:
  restartPolicy: Never
  containers:
    - name: validator
      image: ${agnhost}
      args: [test-service-account-issuer-discovery, --token-path, /var/run/secrets/tokens/sa-token, --audience, oidc-discovery-test]
      volumeMounts: [{ name: tokens, mountPath: /var/run/secrets/tokens, readOnly: true }]
  volumes:
    - name: tokens
      projected:
        sources: [{ serviceAccountToken: { path: sa-token, expirationSeconds: 600, audience: oidc-discovery-test } }]
---
apiVersion: v1
kind: Pod
metadata: { name: asking }
spec: { containers: [{ name: asking, image: ${agnhost}, args: [inclusterclient, --poll-interval=1] }] }
`;

const sleeper = (name: string, account: string, more = "") => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { serviceAccountName: ${account}, ${more} containers: [{ name: main, image: busybox, command: [sleep, "1000"] }] }
---
`;

interface Review {
  readonly status: {
    readonly authenticated: boolean;
    readonly user: { readonly username: string; readonly groups: string[]; readonly extra: Record<string, string[]> };
  };
}
interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName: string; readonly containers: Array<{ volumeMounts?: Array<{ mountPath: string }> }> };
}

const mounts = "/var/run/secrets/kubernetes.io/serviceaccount";

kubectlSuite("conformance: service accounts", { nodes: 1 }, (test, world) => {
  const apply = (name: string, text: string) => world().ok("apply -f", world().file(`${name}.yaml`, text));

  test("a pod checks its own token by what the issuer says, and asks the API server with it", async () => {
    await apply("validator", validator);
    await world().ok("wait --for=jsonpath={.status.phase}=Succeeded pod/validator --timeout=60s");
    assert.match(await world().ok("logs validator"), /OK: Got valid claims from token!/);
    const logs = await world().until("logs asking", (printed) => printed.includes("authz_header="));
    assert.match(logs, /^authz_header=[\w-]{43}$/m);
    assert.ok(logs.split("calling /healthz").length > logs.split("status=failed").length, logs);
  });

  test("a token in a pod is its service account's, and names the pod and the node; the CA and the namespace are beside it", async () => {
    await world().ok("create serviceaccount mounter");
    await apply("mounting", sleeper("mounting", "mounter"));
    await world().ok("wait --for=condition=Ready pod/mounting --timeout=60s");
    const pod = await world().json<Pod>("get pod mounting");
    const node = await world().json<Pod>(`get node ${pod.spec.nodeName}`);
    const file = (name: string) => world().ok(`exec mounting -- cat ${mounts}/${name}`);
    assert.is(await file("namespace"), "default");
    assert.is(await file("ca.crt"), await world().ok("get configmap kube-root-ca.crt -o", "jsonpath={.data.ca\\.crt}"));
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: await file("token") } };
    const made = await world().okWith(JSON.stringify(review), "create -o json -f -");
    const { authenticated, user } = (JSON.parse(made) as Review).status;
    assert.is(authenticated, true);
    assert.is(user.username, "system:serviceaccount:default:mounter");
    assert.equal(user.groups, ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]);
    const extra = (name: string) => user.extra[`authentication.kubernetes.io/${name}`];
    assert.match(extra("credential-id")?.join() ?? "", /^JTI=/);
    assert.equal(
      ["pod-name", "pod-uid", "node-name", "node-uid"].map((name) => extra(name)),
      [["mounting"], [pod.metadata.uid], [node.metadata.name], [node.metadata.uid]],
    );
  });

  test("a token is mounted unless the pod, or its account, says no", async () => {
    const accounts = ["mount", "nomount"].map(
      (name) => `
apiVersion: v1
kind: ServiceAccount
metadata: { name: ${name} }
automountServiceAccountToken: ${name === "mount"}
---
`,
    );
    const tried = ["default", "mount", "nomount"].flatMap((account) =>
      [undefined, true, false].map((said) => ({ account, said, name: `mounts-${account}-${said}` })),
    );
    const pods = tried.map(({ account, said, name }) =>
      sleeper(name, account, said === undefined ? "" : `automountServiceAccountToken: ${said},`),
    );
    await apply("accounts", accounts.join(""));
    await apply("pods", pods.join(""));
    const { items } = await world().json<{ items: Pod[] }>("get pods");
    const isMounted = (name: string): boolean | undefined => {
      const pod = items.find(({ metadata }) => metadata.name === name);
      return pod?.spec.containers[0]?.volumeMounts?.some(({ mountPath }) => mountPath === mounts) ?? false;
    };
    for (const { account, said, name } of tried) assert.is(isMounted(name), said ?? account !== "nomount", name);
    await world().ok("delete pod --all --grace-period=0 --force");
  });

  test("every namespace has the certificate authority, again when it is deleted, and as it was when it is changed", async () => {
    const authority = ["get configmap kube-root-ca.crt -o", "jsonpath={.data.ca\\.crt}"] as const;
    const kept = await world().ok(...authority);
    assert.match(kept, /^-----BEGIN CERTIFICATE-----/);
    await world().ok("delete configmap kube-root-ca.crt");
    await world().until("get configmap kube-root-ca.crt --ignore-not-found -o name", (printed) => printed !== "");
    await world().ok("patch configmap kube-root-ca.crt --type=merge -p", '{"data":{"ca.crt":""}}');
    await world().until("get configmap kube-root-ca.crt -o jsonpath={.data}", (printed) => printed.includes("BEGIN CERTIFICATE"));
    assert.is(await world().ok(...authority), kept);
  });
});
