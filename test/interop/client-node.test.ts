/** @kubernetes/client-node against a cluster on threads: typed objects, watches, informers, logs, exec, patches, credentials. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import {
  ApiException,
  AppsV1Api,
  AuthenticationV1Api,
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Pod,
  type V1Status,
  Watch,
} from "@kubernetes/client-node";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";

const test = suite("client-node");
let cluster: Cluster;
let config: KubeConfig;
let core: CoreV1Api;
const namespace = "default";

test.before(async () => {
  cluster = await Cluster.start({ nodes: 1, memory: true, dataDir: mkdtempSync(join(tmpdir(), "chartroom-client-")) });
  await cluster.waitFor("serviceaccount/default", "exists");
  config = new KubeConfig();
  config.loadFromString(cluster.kubeconfig);
  core = config.makeApiClient(CoreV1Api);
});
test.after(() => cluster?.stop());

const configMap = (name: string, data: Record<string, string> = {}): V1ConfigMap => ({
  metadata: { name, labels: { of: "client-node" } },
  data,
});

async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `${what} did not come`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** The API server's Status of a request that it refuses. */
async function refusal(request: Promise<unknown>): Promise<V1Status & { code: number }> {
  try {
    await request;
  } catch (error) {
    if (error instanceof ApiException) {
      const status = (typeof error.body === "string" ? JSON.parse(error.body) : error.body) as V1Status;
      return { ...status, code: error.code };
    }
    throw error;
  }
  return assert.unreachable("the request was not refused") as never;
}

test("typed objects: created, read, listed, replaced with the version that was read, and deleted", async () => {
  const created = await core.createNamespacedConfigMap({ namespace, body: configMap("typed", { a: "1" }) });
  assert.match(created.metadata?.uid ?? "", /^[0-9a-f-]{36}$/);
  assert.ok(created.metadata?.creationTimestamp instanceof Date);
  const read = await core.readNamespacedConfigMap({ namespace, name: "typed" });
  assert.equal(read.data, { a: "1" });
  const replaced = await core.replaceNamespacedConfigMap({ namespace, name: "typed", body: { ...read, data: { a: "2" } } });
  assert.is.not(replaced.metadata?.resourceVersion, read.metadata?.resourceVersion);
  const stale = await refusal(core.replaceNamespacedConfigMap({ namespace, name: "typed", body: { ...read, data: { a: "3" } } }));
  assert.equal([stale.code, stale.reason], [409, "Conflict"]);
  const listed = await core.listNamespacedConfigMap({ namespace, labelSelector: "of=client-node" });
  assert.equal(
    listed.items.map((item) => [item.metadata?.name, item.data?.a]),
    [["typed", "2"]],
  );
  await core.deleteNamespacedConfigMap({ namespace, name: "typed" });
  const gone = await refusal(core.readNamespacedConfigMap({ namespace, name: "typed" }));
  assert.equal([gone.code, gone.reason, gone.message], [404, "NotFound", 'configmaps "typed" not found']);
});

test("a long list comes in pages", async () => {
  for (let index = 0; index < 25; index++) await core.createNamespacedConfigMap({ namespace, body: configMap(`page-${index}`) });
  const names = new Set<string>();
  let pages = 0;
  let _continue: string | undefined;
  do {
    const page = await core.listNamespacedConfigMap({ namespace, labelSelector: "of=client-node", limit: 10, _continue });
    for (const item of page.items) names.add(item.metadata?.name ?? "");
    _continue = page.metadata?._continue;
    pages += 1;
  } while (_continue);
  assert.equal([pages, names.size], [3, 25]);
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: "of=client-node" });
  assert.is((await core.listNamespacedConfigMap({ namespace, labelSelector: "of=client-node" })).items.length, 0);
});

test("three kinds of patch", async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const labels = { app: "patched" };
  const container = { name: "web", image: "nginx" };
  const body = {
    metadata: { name: "patched" },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
  await apps.createNamespacedDeployment({ namespace, body });
  const patch = (how: PatchStrategy, change: object) =>
    apps.patchNamespacedDeployment({ namespace, name: "patched", body: change }, setHeaderOptions("Content-Type", how));
  const names = (deployment: { spec?: { template: { spec?: { containers: Array<{ name: string }> } } } }) =>
    deployment.spec?.template.spec?.containers.map(({ name }) => name);
  const added = { spec: { template: { spec: { containers: [{ name: "helper", image: "busybox" }] } } } };
  assert.equal(names(await patch(PatchStrategy.StrategicMergePatch, added))?.sort(), ["helper", "web"]);
  assert.equal(names(await patch(PatchStrategy.MergePatch, added)), ["helper"]);
  const step = [{ op: "replace", path: "/spec/template/spec/containers/0/name", value: "renamed" }];
  assert.equal(names(await patch(PatchStrategy.JsonPatch, step)), ["renamed"]);
  await apps.deleteNamespacedDeployment({ namespace, name: "patched" });
});

test("objects are applied by managers, whose conflicts can be forced", async () => {
  const apply = (fieldManager: string, data: Record<string, string>, force = false) => {
    const body = { apiVersion: "v1", kind: "ConfigMap", ...configMap("applied", data) };
    const of = { namespace, name: "applied", body, fieldManager, force };
    return core.patchNamespacedConfigMap(of, setHeaderOptions("Content-Type", PatchStrategy.ServerSideApply));
  };
  await apply("one", { a: "1" });
  const together = await apply("two", { b: "2" });
  assert.equal(together.data, { a: "1", b: "2" });
  assert.equal(
    together.metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`),
    ["one Apply", "two Apply"],
  );
  const refused = await apply("two", { a: "3", b: "2" }).catch((error: ApiException<string>) => error);
  assert.ok(refused instanceof ApiException && refused.code === 409);
  const { details } = JSON.parse(refused.body) as V1Status;
  assert.equal(details?.causes, [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.a" }]);
  assert.equal((await apply("two", { a: "3" }, true)).data, { a: "3" });
  const client = KubernetesObjectApi.makeApiClient(config);
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "applied", namespace }, data: { c: "4" } };
  await client.patch(object, undefined, undefined, "three", true, PatchStrategy.ServerSideApply);
  assert.equal((await core.readNamespacedConfigMap({ namespace, name: "applied" })).data, { a: "3", c: "4" });
  await core.deleteNamespacedConfigMap({ namespace, name: "applied" });
});

test("objects of any kind, as they stand in a manifest", async () => {
  const client = KubernetesObjectApi.makeApiClient(config);
  const object = { apiVersion: "v1", kind: "Secret", metadata: { name: "any", namespace }, stringData: { key: "value" } };
  const created = (await client.create(object)) as { data?: Record<string, string> };
  assert.is(created.data?.key, Buffer.from("value").toString("base64"));
  await client.delete(object);
});

test("a watch tells each change, and goes on from where an earlier one ended", async () => {
  const watch = new Watch(config);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const seen: string[] = [];
  let version = (await core.listNamespacedConfigMap({ namespace })).metadata?.resourceVersion;
  const begin = () =>
    watch.watch(
      path,
      { resourceVersion: version, labelSelector: "of=client-node" },
      (type: string, object: V1ConfigMap) => {
        version = object.metadata?.resourceVersion;
        seen.push(`${type} ${object.metadata?.name}`);
      },
      () => undefined,
    );
  const first = await begin();
  await core.createNamespacedConfigMap({ namespace, body: configMap("watched") });
  await until("the first event", () => seen.length === 1);
  first.abort();
  await core.replaceNamespacedConfigMap({ namespace, name: "watched", body: configMap("watched", { a: "b" }) });
  const second = await begin();
  await core.deleteNamespacedConfigMap({ namespace, name: "watched" });
  await until("the events after it", () => seen.length === 3);
  second.abort();
  assert.equal(seen, ["ADDED watched", "MODIFIED watched", "DELETED watched"]);
});

test("a watch from the future is refused, and one from a version that is no number too", async () => {
  const invalid = await refusal(core.listNamespacedConfigMap({ namespace, resourceVersion: "latest" }));
  assert.ok(invalid.code === 400 || invalid.code === 422, String(invalid.code));
});

test("an informer has what there is, and hears what comes, also after its API server was killed", async () => {
  const list = () => core.listNamespacedConfigMap({ namespace, labelSelector: "of=client-node" });
  await core.createNamespacedConfigMap({ namespace, body: configMap("before") });
  const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/configmaps`, list, "of=client-node");
  const heard: string[] = [];
  for (const event of ["add", "update", "delete"] as const)
    informer.on(event, (object) => heard.push(`${event} ${object.metadata?.name}`));
  let wanted = true;
  let restart: NodeJS.Timeout | undefined;
  // As its documentation has it: an informer that ends with an error is started again after a while.
  informer.on("error", () => {
    clearTimeout(restart);
    if (wanted) restart = setTimeout(() => informer.start().catch(() => undefined), 100);
  });
  await informer.start();
  await until("what was there before", () => heard.includes("add before"));
  await core.createNamespacedConfigMap({ namespace, body: configMap("during") });
  await until("what was made meanwhile", () => heard.includes("add during"));
  await cluster.kill("apiserver/0");
  await until("the API server's return", async () => {
    try {
      await core.createNamespacedConfigMap({ namespace, body: configMap("after") });
      return true;
    } catch {
      return (await core.readNamespacedConfigMap({ namespace, name: "after" }).catch(() => undefined)) !== undefined;
    }
  });
  await until(
    "what was made after the crash",
    () => heard.includes("add after") && informer.get("after", namespace) !== undefined,
  );
  await core.deleteNamespacedConfigMap({ namespace, name: "before" });
  await until("the deletion", () => heard.includes("delete before"));
  wanted = false;
  clearTimeout(restart);
  await informer.stop();
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: "of=client-node" });
});

test("a pod: its logs and its end are heard, and a command runs in it", async () => {
  const body: V1Pod = {
    metadata: { name: "talker" },
    spec: { containers: [{ name: "talker", image: "busybox", command: ["sh", "-c", "echo first; echo second; sleep 1000"] }] },
  };
  await core.createNamespacedPod({ namespace, body });
  await cluster.waitFor("pod/talker", "Ready");
  await until(
    "what the container writes",
    async () => (await core.readNamespacedPodLog({ namespace, name: "talker" })) === "first\nsecond\n",
  );

  const output = new PassThrough();
  let logged = "";
  output.on("data", (part: Buffer) => {
    logged += part.toString("utf8");
  });
  const following = await new Log(config).log(namespace, "talker", "talker", output, { follow: true, tailLines: 1 });
  await until("the followed line", () => logged === "second\n");
  following.abort();

  const written = { stdout: "", stderr: "" };
  const sinkOf = (name: "stdout" | "stderr") =>
    new PassThrough().on("data", (part: Buffer) => {
      written[name] += part.toString("utf8");
    });
  const stdin = new PassThrough();
  const status = await new Promise<V1Status>((resolve, reject) => {
    const command = ["sh", "-c", "cat; echo problem >&2; exit 4"];
    new Exec(config)
      .exec(namespace, "talker", "talker", command, sinkOf("stdout"), sinkOf("stderr"), stdin, false, resolve)
      .catch(reject);
    stdin.end("typed");
  });
  assert.equal([status.status, status.reason, status.details?.causes?.[0]?.message], ["Failure", "NonZeroExitCode", "4"]);
  await until("what the command wrote", () => written.stdout === "typed" && written.stderr === "problem\n");
  await core.deleteNamespacedPod({ namespace, name: "talker", gracePeriodSeconds: 0 });
});

test("credentials: a certificate, the administrator's token, a service account's, and wrong ones", async () => {
  const server = config.getCurrentCluster();
  const withUser = (user: object): KubeConfig => {
    const made = new KubeConfig();
    made.loadFromClusterAndUser(server as never, { name: "user", ...user } as never);
    return made;
  };
  const whoIs = async (of: KubeConfig) =>
    (await of.makeApiClient(AuthenticationV1Api).createSelfSubjectReview({ body: {} })).status?.userInfo;
  assert.is((await whoIs(config))?.username, "kubernetes-admin");
  assert.is((await whoIs(withUser({ token: cluster.token })))?.username, "kubernetes-admin");
  const request = { spec: { audiences: [], expirationSeconds: 600 } };
  const issued = await core.createNamespacedServiceAccountToken({ namespace, name: "default", body: request });
  const account = await whoIs(withUser({ token: issued.status?.token }));
  assert.is(account?.username, "system:serviceaccount:default:default");
  assert.equal(account?.groups?.slice().sort(), [
    "system:authenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:default",
  ]);
  const wrong = await refusal(withUser({ token: "nonsense" }).makeApiClient(CoreV1Api).listNode());
  assert.is(wrong.code, 401);
  const nobody = await refusal(withUser({}).makeApiClient(CoreV1Api).listNode());
  assert.equal(
    [nobody.code, nobody.reason, nobody.message],
    [
      403,
      "Forbidden",
      'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
  );
});

test.run();
