/** Who may do what, by kubectl: roles, reviews, impersonation and tokens. */
import * as assert from "uvu/assert";
import { certificateRequest, signingRequest } from "../support/certificate-request.js";
import { kubectlSuite, rows } from "./kubectl-world.js";

kubectlSuite("access by kubectl", { nodes: 1, runtime: "simulated" }, (test, world) => {
  test("can-i asks for oneself and for others", async () => {
    const kubectl = world();
    await kubectl.ok("create role reader --verb=get,list --resource=pods,pods/log");
    await kubectl.ok("create rolebinding readers --role=reader --user=jane");
    const table: ReadonlyArray<readonly [string, boolean]> = [
      ["list pods --as=jane", true],
      ["get pods --subresource=log --as=jane", true],
      ["get pods/web --as=jane", true],
      ["create pods --as=jane", false],
      ["list pods --as=jane -n kube-system", false],
      ["list pods --as=jane --all-namespaces", false],
      ["get /version --as=jane", true],
      ["get /metrics --as=jane", false],
      ["create deployments --as=system:serviceaccount:default:default", false],
      ["list nodes --as=nobody --as-group=system:masters", true],
      ["delete namespaces", true],
    ];
    for (const [question, yes] of table) {
      const { stdout, code } = await kubectl.run(["auth", "can-i", ...question.split(" ")]);
      assert.equal([stdout.trim().split("\n").at(-1), code], yes ? ["yes", 0] : ["no", 1], question);
    }
  });

  test("can-i --list tells the rules, whoami the user", async () => {
    const kubectl = world();
    const listed = await kubectl.ok("auth can-i --list --as=jane");
    assert.match(listed, /^pods +\[\] +\[\] +\[get list\]$/m);
    assert.match(listed, /^selfsubjectreviews\.authentication\.k8s\.io +\[\] +\[\] +\[create\]$/m);
    assert.match(listed, /^ +\[\/healthz\] +\[\] +\[get\]$/m);
    const own = await kubectl.ok("auth whoami");
    assert.match(own, /^Username +kubernetes-admin$/m);
    assert.match(own, /^Groups +\[system:masters system:authenticated\]$/m);
    const other = await kubectl.json<{ status: { userInfo: object } }>("auth whoami --as=jane --as-group=developers --as-uid=42");
    assert.equal(other.status.userInfo, {
      username: "jane",
      uid: "42",
      groups: ["developers", "system:authenticated"],
    });
  });

  test("who may not is refused in Kubernetes' words", async () => {
    const kubectl = world();
    assert.is(
      await kubectl.fails("get secrets --as=jane"),
      'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"\n',
    );
    assert.is(
      await kubectl.fails("get nodes --as=jane"),
      'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope\n',
    );
    assert.is((await kubectl.ok("get pods --as=jane")).trim(), "");
    const { stderr } = await kubectl.run(["get", "pods", "--as=joe", "--as-group=x"], undefined);
    assert.match(stderr, /User "joe" cannot list resource "pods"/);
  });

  test("a token of a service account is its user, and ends with what it is bound to", async () => {
    const kubectl = world();
    await kubectl.ok("create serviceaccount robot");
    await kubectl.ok("create rolebinding robots --clusterrole=view --serviceaccount=default:robot");
    await kubectl.ok("create secret generic holder");
    const token = (await kubectl.ok("create token robot --bound-object-kind=Secret --bound-object-name=holder")).trim();
    const as = (words: string) =>
      kubectl.run([
        `--server=${kubectl.cluster.url}`,
        "--insecure-skip-tls-verify",
        "--kubeconfig=/dev/null",
        `--token=${token}`,
        ...words.split(" "),
      ]);
    assert.match((await as("auth whoami")).stdout, /^Username +system:serviceaccount:default:robot$/m);
    assert.match((await as("auth whoami")).stdout, /credential-id +\[JTI=[\w-]+\]/);
    assert.is((await as("get configmaps -o name")).stdout, "configmap/kube-root-ca.crt\n");
    assert.match((await as("get secrets")).stderr, /cannot list resource "secrets"/);
    await kubectl.ok("delete secret holder");
    assert.match((await as("get configmaps")).stderr, /You must be logged in to the server/);
  });

  test("reconcile makes roles and bindings as a file has them", async () => {
    const kubectl = world();
    const manifest = kubectl.file(
      "roles.yaml",
      `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: watcher, namespace: default }
rules: [{ apiGroups: [""], resources: [pods], verbs: [watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: watchers, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: watcher }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: jane }]
`,
    );
    assert.match(await kubectl.ok(`auth reconcile -f ${manifest}`), /role\.rbac\.authorization\.k8s\.io\/watcher reconciled/);
    await kubectl.ok("patch role watcher --type=json", "-p", '[{"op":"replace","path":"/rules/0/verbs","value":["get"]}]');
    await kubectl.ok(`auth reconcile -f ${manifest}`);
    assert.is(
      await kubectl.ok("get role watcher -o jsonpath={.rules[*].verbs}"),
      '["get"] ["watch"]',
      "what is missing is added, what is there stays",
    );
    assert.is((await kubectl.run(["auth", "can-i", "watch", "pods", "--as=jane"])).stdout, "yes\n");
  });

  test("nobody grants what he does not hold", async () => {
    const kubectl = world();
    await kubectl.ok("create rolebinding admins --clusterrole=admin --user=boss");
    const refused = await kubectl.fails("create role nodes --verb=get --resource=nodes --as=boss --as-group=chiefs");
    assert.is(
      refused,
      'Error from server (Forbidden): roles.rbac.authorization.k8s.io "nodes" is forbidden: user "boss" (groups=["chiefs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}\n',
    );
    await kubectl.ok("create role held --verb=get --resource=pods --as=boss");
    assert.match(
      await kubectl.fails("create rolebinding up --clusterrole=cluster-admin --user=boss --as=boss"),
      /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\["\*"\], Resources:\["\*"\], Verbs:\["\*"\]\}\n\{NonResourceURLs:\["\*"\], Verbs:\["\*"\]\}\n$/,
    );
    await kubectl.ok("create rolebinding down --clusterrole=view --user=friend --as=boss");
  });

  test("a role gathers those that are labelled for it", async () => {
    const kubectl = world();
    await kubectl.okWith(
      `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: aggregate-things, labels: { rbac.authorization.k8s.io/aggregate-to-view: "true" } }
rules: [{ apiGroups: [""], resources: [secrets], verbs: [list] }]
`,
      "apply -f -",
    );
    await kubectl.until("auth can-i list secrets --as=friend", (said) => said.includes("yes"));
    const [shown] = rows(await kubectl.ok("get rolebinding down -o wide"));
    assert.is(shown?.get("ROLE"), "ClusterRole/view");
  });

  test("a certificate is asked for, approved and then a user's; another is denied", async () => {
    const kubectl = world();
    const made = certificateRequest({ commonName: "carol", organizations: ["developers"] });
    await kubectl.okWith(JSON.stringify(signingRequest("carol", made, { expirationSeconds: 3600 })), "create -f -");
    const [pending] = rows(await kubectl.ok("get csr carol"));
    assert.equal([pending?.get("REQUESTOR"), pending?.get("CONDITION")], ["kubernetes-admin", "Pending"]);
    assert.is(await kubectl.ok("certificate approve carol"), "certificatesigningrequest.certificates.k8s.io/carol approved\n");
    const encoded = await kubectl.until("get csr carol -o jsonpath={.status.certificate}", (printed) => printed !== "");
    const key = kubectl.file("carol.key", made.key);
    const certificate = kubectl.file("carol.crt", Buffer.from(encoded, "base64").toString("utf8"));
    const own = ["--kubeconfig=/dev/null", `--server=${kubectl.cluster.url}`, "--insecure-skip-tls-verify"];
    const { stdout: who } = await kubectl.run([
      ...own,
      `--client-key=${key}`,
      `--client-certificate=${certificate}`,
      "auth",
      "whoami",
    ]);
    assert.match(who, /^Username +carol$/m);
    assert.match(who, /^Groups +\[developers system:authenticated\]$/m);
    assert.match(who, /credential-id +\[X509SHA256=[0-9a-f]{64}\]/);
    await kubectl.okWith(JSON.stringify(signingRequest("dave", certificateRequest({ commonName: "dave" }))), "create -f -");
    assert.is(await kubectl.ok("certificate deny dave"), "certificatesigningrequest.certificates.k8s.io/dave denied\n");
    assert.is(rows(await kubectl.ok("get csr dave"))[0]?.get("CONDITION"), "Denied");
  });

  test("a Secret for a service account's token is filled, holds while it is there, and goes with the account", async () => {
    const kubectl = world();
    await kubectl.ok("create serviceaccount old");
    const annotations = { "kubernetes.io/service-account.name": "old" };
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "old-token", annotations },
      type: "kubernetes.io/service-account-token",
    };
    await kubectl.okWith(JSON.stringify(secret), "apply -f -");
    const encoded = await kubectl.until("get secret old-token -o jsonpath={.data.token}", (printed) => printed !== "");
    const token = Buffer.from(encoded, "base64").toString("utf8");
    const who = await kubectl.run([
      `--server=${kubectl.cluster.url}`,
      "--insecure-skip-tls-verify",
      "--kubeconfig=/dev/null",
      `--token=${token}`,
      "auth",
      "whoami",
    ]);
    assert.match(who.stdout, /^Username +system:serviceaccount:default:old$/m);
    await kubectl.ok("delete serviceaccount old");
    await kubectl.until("get secret old-token --ignore-not-found -o name", (printed) => printed === "");
  });

  test("the issuer tells where its keys are, to whom may know", async () => {
    const kubectl = world();
    const configuration = JSON.parse(await kubectl.ok("get --raw /.well-known/openid-configuration")) as { jwks_uri: string };
    assert.is(configuration.jwks_uri, `${kubectl.cluster.url}/openid/v1/jwks`);
    const { keys } = JSON.parse(await kubectl.ok("get --raw /openid/v1/jwks")) as { keys: Array<{ kid: string }> };
    const token = (await kubectl.ok("create token default")).trim();
    const header = JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString("utf8")) as { kid: string };
    assert.is(keys[0]?.kid, header.kid, "tokens name the key that signed them");
    assert.match(await kubectl.fails("get --raw /openid/v1/jwks --as=jane"), /cannot get path/);
  });
});
