/**
 * Every operation of the API that a kind has, in the order in which a client goes through them: created, read, listed, watched, patched, replaced,
 * its status, and deleted, alone and as a collection.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#api-verbs
 */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Answer, ApiFront } from "../support/api-front.js";
import { certificateRequest, signingRequest } from "../support/certificate-request.js";

const test = suite("API operations, kind by kind");

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: object;
  readonly status?: object;
}
interface List {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Item[];
}
interface Told {
  readonly type: string;
  readonly object: Item;
}

interface Kind {
  /** `apps/v1`, then the name in paths. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly resource: string;
  readonly clusterWide?: boolean;
  readonly name?: (index: number) => string;
  /** What an object has beside its name. */
  readonly body: (index: number) => object;
  /** What its status may be patched to; absent for kinds without one. */
  readonly status?: object;
}

const rules = [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }];
const webhook = {
  name: "hook.example.com",
  clientConfig: { url: "https://127.0.0.1:1/" },
  rules,
  failurePolicy: "Ignore",
  objectSelector: { matchLabels: { nobody: "is" } },
  sideEffects: "None",
  admissionReviewVersions: ["v1"],
};
const container = { name: "main", image: "pause" };
const template = { metadata: { labels: { app: "x" } }, spec: { containers: [container] } };
const condition = (type: string) => ({
  type,
  status: "True",
  reason: "E2E",
  message: "Set from a test",
  lastTransitionTime: "2026-01-01T00:00:00Z",
});
const registration = { apiVersion: "admissionregistration.k8s.io/v1", clusterWide: true } as const;
const flow = { apiVersion: "flowcontrol.apiserver.k8s.io/v1", clusterWide: true } as const;
const networking = { apiVersion: "networking.k8s.io/v1" } as const;
const storage = { apiVersion: "storage.k8s.io/v1", clusterWide: true } as const;

const kinds: readonly Kind[] = [
  {
    apiVersion: "v1",
    kind: "ResourceQuota",
    resource: "resourcequotas",
    body: () => ({ spec: { hard: { pods: "3" } } }),
    status: { hard: { pods: "3" } },
  },
  {
    apiVersion: "v1",
    kind: "Event",
    resource: "events",
    body: () => ({ involvedObject: { namespace: "default" }, message: "told", reason: "Test", type: "Normal" }),
  },
  {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    resource: "events",
    body: () => ({
      regarding: { namespace: "default" },
      note: "told",
      reason: "Test",
      type: "Normal",
      action: "Do",
      eventTime: "2026-01-01T00:00:00.000000Z",
      reportingController: "test-controller",
      reportingInstance: "test-node",
    }),
  },
  {
    apiVersion: "v1",
    kind: "ServiceAccount",
    resource: "serviceaccounts",
    body: () => ({ automountServiceAccountToken: false }),
  },
  { apiVersion: "v1", kind: "Secret", resource: "secrets", body: () => ({ type: "Opaque", data: { key: "dmFsdWU=" } }) },
  { apiVersion: "v1", kind: "ConfigMap", resource: "configmaps", body: () => ({ data: { key: "value" } }) },
  { apiVersion: "v1", kind: "PodTemplate", resource: "podtemplates", body: () => ({ template }) },
  {
    apiVersion: "v1",
    kind: "LimitRange",
    resource: "limitranges",
    body: () => ({ spec: { limits: [{ type: "Pod", max: { cpu: "8" } }] } }),
  },
  { apiVersion: "coordination.k8s.io/v1", kind: "Lease", resource: "leases", body: () => ({ spec: { holderIdentity: "me" } }) },
  {
    ...registration,
    kind: "ValidatingWebhookConfiguration",
    resource: "validatingwebhookconfigurations",
    body: () => ({ webhooks: [webhook] }),
  },
  {
    ...registration,
    kind: "MutatingWebhookConfiguration",
    resource: "mutatingwebhookconfigurations",
    body: () => ({ webhooks: [webhook] }),
  },
  {
    ...registration,
    kind: "ValidatingAdmissionPolicy",
    resource: "validatingadmissionpolicies",
    body: () => ({ spec: { matchConstraints: { resourceRules: rules }, validations: [{ expression: "true" }] } }),
    status: { conditions: [condition("StatusPatched")] },
  },
  {
    ...registration,
    kind: "ValidatingAdmissionPolicyBinding",
    resource: "validatingadmissionpolicybindings",
    body: () => ({ spec: { policyName: "none", validationActions: ["Deny"] } }),
  },
  {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    resource: "apiservices",
    clusterWide: true,
    name: (index) => `v${index}.operations.example.com`,
    body: (index) => ({
      spec: { group: "operations.example.com", version: `v${index}`, groupPriorityMinimum: 100, versionPriority: 10 },
    }),
    status: { conditions: [condition("StatusUpdated")] },
  },
  {
    ...flow,
    kind: "FlowSchema",
    resource: "flowschemas",
    body: () => ({ spec: { matchingPrecedence: 10000, priorityLevelConfiguration: { name: "global-default" } } }),
    status: { conditions: [condition("PatchStatusFailed")] },
  },
  {
    ...flow,
    kind: "PriorityLevelConfiguration",
    resource: "prioritylevelconfigurations",
    body: () => ({ spec: { type: "Limited", limited: { nominalConcurrencyShares: 2, limitResponse: { type: "Reject" } } } }),
    status: { conditions: [condition("PatchStatusFailed")] },
  },
  {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    resource: "certificatesigningrequests",
    clusterWide: true,
    body: () => ({
      spec: { ...signingRequest("x", certificateRequest({ commonName: "x" })).spec, signerName: "example.com/e2e" },
    }),
    status: { certificate: "" },
  },
  { ...networking, kind: "NetworkPolicy", resource: "networkpolicies", body: () => ({ spec: { podSelector: {} } }) },
  {
    ...networking,
    kind: "Ingress",
    resource: "ingresses",
    body: () => ({ spec: { defaultBackend: { service: { name: "x", port: { number: 80 } } } } }),
    status: { loadBalancer: { ingress: [{ ip: "169.1.1.1" }] } },
  },
  {
    ...networking,
    kind: "IngressClass",
    resource: "ingressclasses",
    clusterWide: true,
    body: () => ({ spec: { controller: "example.com/c" } }),
  },
  {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    resource: "poddisruptionbudgets",
    body: () => ({ spec: { minAvailable: 1, selector: { matchLabels: { app: "none" } } } }),
    status: { disruptedPods: {} },
  },
  {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    resource: "endpointslices",
    body: () => ({ addressType: "IPv4", endpoints: [] }),
  },
  {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    resource: "runtimeclasses",
    clusterWide: true,
    body: () => ({ handler: "runc" }),
  },
  { ...storage, kind: "StorageClass", resource: "storageclasses", body: () => ({ provisioner: "example.com/p" }) },
  { ...storage, kind: "CSINode", resource: "csinodes", body: () => ({ spec: { drivers: [] } }) },
  { ...storage, kind: "CSIDriver", resource: "csidrivers", body: () => ({ spec: { podInfoOnMount: true } }) },
  {
    ...storage,
    kind: "VolumeAttachment",
    resource: "volumeattachments",
    body: () => ({ spec: { attacher: "csi.example.com", nodeName: "node-1", source: { persistentVolumeName: "pv" } } }),
    status: { attached: true },
  },
  {
    ...storage,
    clusterWide: false,
    kind: "CSIStorageCapacity",
    resource: "csistoragecapacities",
    body: () => ({ storageClassName: "fast" }),
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    resource: "cronjobs",
    body: () => ({
      spec: {
        schedule: "0 0 1 1 *",
        suspend: true,
        jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } } },
      },
    }),
    status: { lastScheduleTime: "2026-01-01T00:00:00Z" },
  },
  {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    resource: "priorityclasses",
    clusterWide: true,
    body: (index) => ({ value: 10 + index }),
  },
];

let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
  await front.cluster.waitFor("serviceaccount/default", "exists");
});
test.after(() => front?.stop());

const read = <Value>({ code, text }: Answer, expected: number): Value => {
  assert.is(code, expected, text);
  return JSON.parse(text) as Value;
};
const send = (method: string, path: string, body: object, type = "application/json"): Promise<Answer> =>
  front.ask(method, path, { headers: { "content-type": type }, body: JSON.stringify(body) });
const merge = (path: string, body: object): Promise<Answer> => send("PATCH", path, body, "application/merge-patch+json");
/** What a watch tells since a list, until it has told of so many deletions. */
const toldSince = (path: string, query: string, deletions: number): Promise<string[]> =>
  new Promise((resolve, reject) => {
    const told: string[] = [];
    let rest = "";
    const watch = front.watch(
      path,
      (response) => {
        response.setEncoding("utf8").on("data", (part: string) => {
          const lines = `${rest}${part}`.split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) {
            const { type, object } = JSON.parse(line) as Told;
            told.push(`${type} ${object.metadata.name}`);
          }
          if (told.filter((each) => each.startsWith("DELETED")).length < deletions) return;
          watch.destroy();
          resolve(told);
        });
      },
      query,
    );
    watch.setTimeout(10_000, () => watch.destroy(new Error(`the watch told only ${told.join()}`)));
    watch.on("error", reject);
  });

for (const [at, { apiVersion, kind, resource, clusterWide = false, name, body, status }] of kinds.entries()) {
  test(`${kind} of ${apiVersion}`, async () => {
    const root = `${apiVersion.includes("/") ? "/apis" : "/api"}/${apiVersion}`;
    const path = `${root}/${clusterWide ? "" : "namespaces/default/"}${resource}`;
    const everywhere = `${root}/${resource}`;
    const label = `operations-${at}`;
    const selected = `labelSelector=e2e%3D${label}`;
    const named = name ?? ((index: number) => `operations-${at}-${index}`);
    const object = (index: number) => ({
      apiVersion,
      kind,
      metadata: { name: named(index), labels: { e2e: label } },
      ...body(index),
    });

    const discovered = read<{ resources: Array<{ name: string; verbs: string[] }> }>(await front.ask("GET", root), 200).resources;
    assert.equal(discovered.find((each) => each.name === resource)?.verbs.toSorted(), [
      "create",
      "delete",
      "deletecollection",
      "get",
      "list",
      "patch",
      "update",
      "watch",
    ]);

    const { metadata } = read<List>(await front.ask("GET", `${path}?${selected}`), 200);
    const [one, two, three] = [named(1), named(2), named(3)];
    for (const index of [1, 2, 3]) read(await send("POST", path, object(index)), 201);
    read(await send("POST", path, object(1)), 409);
    const created = read<Item>(await front.ask("GET", `${path}/${one}`), 200);
    assert.match(created.metadata.uid, /^[0-9a-f-]{36}$/);
    for (const of of [path, everywhere]) {
      const { items } = read<List>(await front.ask("GET", `${of}?${selected}`), 200);
      assert.equal(
        items.map((item) => item.metadata.name),
        [one, two, three],
      );
    }

    const patched = read<Item>(await merge(`${path}/${one}`, { metadata: { annotations: { patched: "true" } } }), 200);
    assert.is(patched.metadata.annotations?.patched, "true");
    const latest = read<Item>(await front.ask("GET", `${path}/${one}`), 200);
    const replacement = { ...latest, metadata: { ...latest.metadata, annotations: { updated: "true" } } };
    const updated = read<Item>(await send("PUT", `${path}/${one}`, replacement), 200);
    assert.is(updated.metadata.annotations?.updated, "true");
    if (updated.metadata.resourceVersion !== latest.metadata.resourceVersion) {
      read(await send("PUT", `${path}/${one}`, { ...replacement, metadata: latest.metadata }), 409);
    }

    if (status !== undefined) {
      read(await front.ask("GET", `${path}/${one}/status`), 200);
      const told = read<Item>(await merge(`${path}/${one}/status`, { status }), 200);
      for (const [field, value] of Object.entries(status)) {
        if (value !== "" && JSON.stringify(value) !== "{}") assert.ok(field in (told.status ?? {}), `status.${field} is kept`);
      }
      assert.equal(told.spec, updated.spec, "the spec is not changed by way of the status");
      read(await send("PUT", `${path}/${one}/status`, read<Item>(await front.ask("GET", `${path}/${one}/status`), 200)), 200);
    }

    read(await front.ask("DELETE", `${path}/${one}`), 200);
    read(await front.ask("GET", `${path}/${one}`), 404);
    read(await front.ask("DELETE", `${path}?${selected}`), 200);
    assert.equal(read<List>(await front.ask("GET", `${path}?${selected}`), 200).items, []);

    const told = await toldSince(path, `${selected}&resourceVersion=${metadata.resourceVersion}`, 3);
    const of = (type: string): string[] => told.filter((each) => each.startsWith(type)).toSorted();
    const all = (type: string): string[] => [one, two, three].map((each) => `${type} ${each}`);
    assert.equal([of("ADDED"), of("DELETED")], [all("ADDED"), all("DELETED")]);
    assert.ok(told.includes(`MODIFIED ${one}`), told.join());
  });
}

test.run();
