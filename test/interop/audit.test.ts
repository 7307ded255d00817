/** The audit log of a cluster, as a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import { until } from "../support/until.js";

interface Event {
  readonly stage: string;
  readonly level: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly auditID: string;
  readonly user: { readonly username?: string };
  readonly sourceIPs?: readonly string[];
  readonly impersonatedUser?: { readonly username: string };
  readonly objectRef?: Record<string, string>;
  readonly responseStatus?: { readonly code?: number };
  readonly requestObject?: { readonly metadata?: { readonly name?: string } };
  readonly responseObject?: { readonly metadata?: { readonly uid?: string } };
  readonly annotations?: Record<string, string>;
}

const directory = mkdtempSync(join(tmpdir(), "chartroom-audit-"));
const log = join(directory, "audit.log");
const events = (file = log): Event[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);

const answerTo = (url: string, headers: Record<string, string>) =>
  new Promise<{ code: number | undefined; auditId: string | undefined }>((resolve, reject) => {
    const sent = request(url, { headers, rejectUnauthorized: false }, (response) => {
      response.resume();
      response.once("end", () =>
        resolve({ code: response.statusCode, auditId: response.headers["audit-id"] as string | undefined }),
      );
    });
    sent.once("error", reject);
    sent.end();
  });

test("a cluster tells of requests as its policy says", async () => {
  const policy = join(directory, "policy.yaml");
  writeFileSync(
    policy,
    `
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- { level: RequestResponse, users: [kubernetes-admin], resources: [{ group: "", resources: [configmaps] }] }
- { level: Metadata, users: [system:kube-scheduler], omitStages: [RequestReceived] }
- { level: Metadata, users: [kubernetes-admin], nonResourceURLs: [/version] }
- { level: Metadata, verbs: [list], resources: [{ group: "", resources: [configmaps] }] }
`,
  );
  const cluster = await Cluster.start({ nodes: 0, auditLog: log, auditPolicy: policy });
  try {
    const path = "/api/v1/namespaces/default/configmaps";
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "told" } };
    await cluster.request(path, { method: "POST", body });
    await cluster.request("/version");
    const headers = { Authorization: "Bearer nobody's", "Audit-ID": "named-by-the-client", "X-Forwarded-For": "192.0.2.7" };
    const refused = await answerTo(`${cluster.url}${path}`, headers);
    assert.equal(refused, { code: 401, auditId: "named-by-the-client" }, "the answer says what the request is called");
    assert.match(
      (await answerTo(`${cluster.url}/version`, {})).auditId ?? "",
      /^[0-9a-f-]{36}$/,
      "every request is called something",
    );
    await until("who is refused is told of", () => events().some(({ auditID }) => auditID === "named-by-the-client"));
    const unknown = events().filter(({ auditID }) => auditID === "named-by-the-client");
    assert.equal(
      unknown.map(({ stage, user, sourceIPs, responseStatus }) => [stage, user, sourceIPs?.[0], responseStatus?.code]),
      [["ResponseStarted", {}, "192.0.2.7", 401]],
    );
    await cluster.request("/apis");
    const complete = () =>
      events().filter(({ stage, requestURI }) => stage === "ResponseComplete" && requestURI.startsWith(path));
    const ofScheduler = () => events().filter(({ user }) => user.username === "system:kube-scheduler");
    // Before there are roles it is refused.
    const began = () =>
      ofScheduler().find(
        ({ stage, verb, responseStatus }) => stage === "ResponseStarted" && verb === "watch" && responseStatus?.code === 200,
      );
    await until("both are told of", () => complete().length > 0 && began() !== undefined);
    const [event] = complete();
    assert.equal([event?.level, event?.verb, event?.user.username], ["RequestResponse", "create", "kubernetes-admin"]);
    assert.equal(event?.objectRef, { resource: "configmaps", namespace: "default", name: "told", apiVersion: "v1" });
    assert.is(event?.responseStatus?.code, 201);
    assert.is(event?.requestObject?.metadata?.name, "told");
    assert.ok(event?.responseObject?.metadata?.uid !== undefined, "what came of it is there");
    assert.equal(event?.annotations, { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" });
    const stages = events()
      .filter(({ auditID }) => auditID === event?.auditID)
      .map(({ stage }) => stage);
    assert.equal(stages, ["RequestReceived", "ResponseComplete"], "one request has one id");
    assert.ok(
      ofScheduler().every(({ stage }) => stage !== "RequestReceived"),
      "the rule leaves that stage out",
    );
    const reason = began()?.annotations?.["authorization.k8s.io/reason"] ?? "";
    assert.match(reason, /^RBAC: allowed by/, "a watch that began tells why it may");
    const uris = new Set(events().map(({ requestURI }) => requestURI));
    assert.equal([uris.has("/version"), uris.has("/apis")], [true, false]);
  } finally {
    await cluster.stop();
  }
});

test("what admission remarks on a request is told with it", async () => {
  const policy = join(directory, "remarks.yaml");
  const file = join(directory, "remarks.log");
  writeFileSync(
    policy,
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata, resources: [{ group: "", resources: [configmaps] }] }]\n',
  );
  const cluster = await Cluster.start({ nodes: 0, auditLog: file, auditPolicy: policy });
  try {
    const group = "/apis/admissionregistration.k8s.io/v1";
    const apiVersion = "admissionregistration.k8s.io/v1";
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] };
    const sizes = {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "sizes.example.com" },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        auditAnnotations: [{ key: "size", valueExpression: "string(object.data.size())" }],
      },
    };
    const binding = {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "sizes.example.com" },
      spec: { policyName: "sizes.example.com", validationActions: ["Audit"] },
    };
    await cluster.request(`${group}/validatingadmissionpolicies`, { method: "POST", body: sizes });
    await cluster.request(`${group}/validatingadmissionpolicybindings`, { method: "POST", body: binding });
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "sized" }, data: { a: "1", b: "2" } };
    await cluster.request("/api/v1/namespaces/default/configmaps", { method: "POST", body });
    const told = () =>
      events(file).find(
        ({ stage, verb, user }) => stage === "ResponseComplete" && verb === "create" && user.username === "kubernetes-admin",
      );
    await until("the create is told of", () => told() !== undefined);
    assert.equal(told()?.annotations, {
      "authorization.k8s.io/decision": "allow",
      "authorization.k8s.io/reason": "",
      "sizes.example.com/size": "2",
    });
  } finally {
    await cluster.stop();
  }
});

test("a policy that is wrong is refused before anything begins", async () => {
  const policy = join(directory, "wrong.yaml");
  writeFileSync(policy, "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Loud }]\n");
  const refusal = (options: object) =>
    Cluster.start({ nodes: 0, ...options }).then(
      () => "started",
      (error: Error) => error.message,
    );
  assert.match(
    await refusal({ auditLog: log, auditPolicy: policy }),
    /wrong\.yaml is invalid: rules\[0\]\.level: "Loud" is not one of/,
  );
  assert.match(await refusal({ auditLog: log, auditPolicy: join(directory, "none.yaml") }), /none\.yaml cannot be read/);
  assert.match(await refusal({ auditPolicy: policy }), /--audit-log/);
});

test.after(() => rmSync(directory, { recursive: true, force: true }));
test.run();
