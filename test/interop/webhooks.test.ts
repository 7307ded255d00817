/** Admission webhooks and policies on threads: HTTPS servers of the test, registered by URL and by Service, with the official client. */
import { mkdtempSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AdmissionregistrationV1Api,
  ApiException,
  ApiregistrationV1Api,
  CoreV1Api,
  DiscoveryV1Api,
  KubeConfig,
  type V1ConfigMap,
  type V1RuleWithOperations,
  type V1Status,
} from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bindingRules, reachableAt } from "../../actors/runc/io/ports.js";
import { Cluster } from "../../src/cluster/cluster.js";
import { issue } from "../../src/pki/certificate.js";
import { until } from "../support/until.js";

const test = suite("admission on threads");
const namespace = "default";
const caSubject = { commonName: "hooks-ca" };
const ca = issue(caSubject, { kind: "ca" }, 1);
const caBundle = Buffer.from(ca.certificate).toString("base64");
const leaf = issue({ commonName: "hooks" }, { kind: "server", names: ["127.0.0.1", "hooks.default.svc"] }, 1, {
  ...ca,
  subject: caSubject,
});

interface Review {
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly object: V1ConfigMap | null;
    readonly oldObject: unknown;
  };
}

let cluster: Cluster;
let core: CoreV1Api;
let registration: AdmissionregistrationV1Api;
let discovery: DiscoveryV1Api;
let extensions: ApiregistrationV1Api;
const servers: Server[] = [];
const asked: string[] = [];
/** Who asked through the API server, as an extension is told. */
const users = new Set<string>();

/** A webhook that answers what `decide` says of each review. */
async function serve(host: string, port: number, decide: (review: Review) => object): Promise<number> {
  const server = createServer({ key: leaf.key, cert: leaf.certificate }, (request, response) => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
      return;
    }
    const { "x-remote-user": user } = request.headers;
    if (user !== undefined) users.add(String(user));
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const review = JSON.parse(body) as Review;
      asked.push(`${request.url?.split("?")[0]} ${review.request.operation}`);
      const answer = { uid: review.request.uid, allowed: true, ...decide(review) };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ kind: "AdmissionReview", apiVersion: review.apiVersion, response: answer }));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}

const patchOf = (...operations: object[]) => ({
  patchType: "JSONPatch",
  patch: Buffer.from(JSON.stringify(operations)).toString("base64"),
});

const onConfigMaps: V1RuleWithOperations[] = [
  { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] },
];
/** Only what the test makes: the cluster's own ConfigMaps are left alone. */
const objectSelector = { matchLabels: { judged: "yes" } };

const configMap = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({
  metadata: { name, labels: { judged: "yes" } },
  data,
});
const create = (name: string, data: Record<string, string>) =>
  core.createNamespacedConfigMap({ namespace, body: configMap(name, data) });

async function refusal(request: Promise<unknown>): Promise<V1Status & { code: number }> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const status = (typeof error.body === "string" ? JSON.parse(error.body) : error.body) as V1Status;
    return { ...status, code: error.code };
  }
  return assert.unreachable("the request was not refused") as never;
}

test.before(async () => {
  cluster = await Cluster.start({ nodes: 1, memory: true, dataDir: mkdtempSync(join(tmpdir(), "chartroom-admission-")) });
  const config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
  registration = config.makeApiClient(AdmissionregistrationV1Api);
  discovery = config.makeApiClient(DiscoveryV1Api);
  extensions = config.makeApiClient(ApiregistrationV1Api);
});

test.after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await cluster?.stop();
});

test("a mutating webhook by URL changes objects from the moment on in which it is registered", async () => {
  const port = await serve("127.0.0.1", 0, ({ request }) =>
    request.object === null ? {} : patchOf({ op: "add", path: "/data/changed", value: "yes" }),
  );
  await registration.createMutatingWebhookConfiguration({
    body: {
      metadata: { name: "changer" },
      webhooks: [
        {
          name: "changer.example.com",
          clientConfig: { url: `https://127.0.0.1:${port}/change`, caBundle },
          rules: onConfigMaps,
          objectSelector,
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    },
  });
  const { data } = await create("one", { a: "1" });
  assert.equal(data, { a: "1", changed: "yes" });
  const { metadata } = await core.readNamespacedConfigMap({ namespace, name: "one" });
  const replaced = await core.replaceNamespacedConfigMap({
    namespace,
    name: "one",
    body: { ...configMap("one", { a: "2" }), metadata: metadata! },
  });
  assert.equal(replaced.data, { a: "2", changed: "yes" });
  assert.equal(asked, ["/change CREATE", "/change UPDATE"]);
});

test("a validating webhook by Service is asked at its endpoint, and refuses in its own words", async () => {
  const address = cluster.nodes[0]!.podCidr.replace(/0\/24$/, "200");
  const reached = reachableAt(bindingRules(), address, 9443);
  await serve(reached.address, reached.port, ({ request }) =>
    request.operation === "DELETE"
      ? {}
      : { allowed: false, status: { code: 403, message: "not on a Sunday" }, warnings: ["careful"] },
  );
  await core.createNamespacedService({
    namespace,
    body: { metadata: { name: "hooks" }, spec: { ports: [{ name: "https", port: 443, targetPort: 9443 }] } },
  });
  await discovery.createNamespacedEndpointSlice({
    namespace,
    body: {
      metadata: { name: "hooks-1", labels: { "kubernetes.io/service-name": "hooks" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: "https", port: 9443, protocol: "TCP" }],
    },
  });
  await registration.createValidatingWebhookConfiguration({
    body: {
      metadata: { name: "judge" },
      webhooks: [
        {
          name: "judge.example.com",
          clientConfig: { service: { namespace, name: "hooks", path: "/judge" }, caBundle },
          rules: onConfigMaps,
          objectSelector,
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    },
  });
  const { code, message } = await refusal(create("two", { a: "1" }));
  assert.equal([code, message], [403, 'admission webhook "judge.example.com" denied the request: not on a Sunday']);
  await core.deleteNamespacedConfigMap({ namespace, name: "one" });
  assert.ok(asked.includes("/judge DELETE"));
});

test("a webhook that an extension answers is asked through the API server, by the API server itself", async () => {
  const group = "judges.example.com";
  await extensions.createAPIService({
    body: {
      metadata: { name: `v1.${group}` },
      spec: {
        group,
        version: "v1",
        groupPriorityMinimum: 100,
        versionPriority: 10,
        caBundle,
        service: { namespace, name: "hooks", port: 443 },
      },
    },
  });
  const available = async () => (await extensions.readAPIService({ name: `v1.${group}` })).status?.conditions?.[0];
  await until("the extension is available", async () => (await available())?.status === "True");
  await registration.createValidatingWebhookConfiguration({
    body: {
      metadata: { name: "extension" },
      webhooks: [
        {
          name: "extension.example.com",
          clientConfig: { service: { namespace, name: "kubernetes", path: `/apis/${group}/v1/verdicts` } },
          rules: onConfigMaps,
          objectSelector: { matchLabels: { judged: "by-extension" } },
          sideEffects: "None",
          admissionReviewVersions: ["v1"],
        },
      ],
    },
  });
  const body = { metadata: { name: "four", labels: { judged: "by-extension" } } };
  const { code, message } = await refusal(core.createNamespacedConfigMap({ namespace, body }));
  assert.equal([code, message], [403, 'admission webhook "extension.example.com" denied the request: not on a Sunday']);
  assert.equal([...users], ["system:apiserver"]);
  await registration.deleteValidatingWebhookConfiguration({ name: "extension" });
  await extensions.deleteAPIService({ name: `v1.${group}` });
});

test("a webhook that is gone fails requests, until it is taken away", async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
  const { code, message } = await refusal(create("three", { a: "1" }));
  assert.is(code, 500);
  assert.match(
    message ?? "",
    /^Internal error occurred: failed calling webhook "changer\.example\.com": failed to call webhook: Post "https:\/\/127\.0\.0\.1:\d+\/change\?timeout=10s": dial tcp 127\.0\.0\.1:\d+: connect: connection refused$/,
  );
  await registration.deleteMutatingWebhookConfiguration({ name: "changer" });
  await registration.deleteValidatingWebhookConfiguration({ name: "judge" });
  assert.equal((await create("three", { a: "1" })).data, { a: "1" });
});

test("a policy in CEL refuses, and warns where it is bound so", async () => {
  await registration.createValidatingAdmissionPolicy({
    body: {
      metadata: { name: "small" },
      spec: {
        matchConstraints: { resourceRules: onConfigMaps, objectSelector },
        validations: [{ expression: "object.data.size() < 2", message: "too much data" }],
      },
    },
  });
  await registration.createValidatingAdmissionPolicyBinding({
    body: { metadata: { name: "small" }, spec: { policyName: "small", validationActions: ["Deny"] } },
  });
  const { code, message } = await refusal(create("four", { a: "1", b: "2" }));
  assert.is(code, 422);
  assert.is(
    message,
    `configmaps "four" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'small' denied request: too much data`,
  );
  await create("five", { a: "1" });
});

test.run();
