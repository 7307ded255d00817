import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor, kindsWithDefaults } from "../../src/api/defaults/defaults.js";
import { builtinResources } from "../../src/api/kinds.js";
import type * as k from "../../src/api/types.js";

const pod = (spec: k.PodSpec): k.Pod => ({ metadata: { name: "web" }, spec });
const podDefaults = defaulterFor("", "v1", "Pod");

test("every kind with defaults is a kind of the API", () => {
  for (const key of kindsWithDefaults()) {
    const [group, version, kind] = key.split("/") as [string, string, string];
    assert.ok(builtinResources().byObject(group === "" ? version : `${group}/${version}`, kind), key);
  }
});

test("a template that says nothing of its pods makes them by their defaults", () => {
  const deployment = defaulterFor("apps", "v1", "Deployment")({ metadata: { name: "web" }, spec: {} } as k.Deployment);
  const { containers, restartPolicy, dnsPolicy, terminationGracePeriodSeconds } = deployment.spec?.template.spec ?? {};
  assert.equal([containers, restartPolicy, dnsPolicy, terminationGracePeriodSeconds], [[], "Always", "ClusterFirst", 30]);
});

test("a pod without containers has a list of none", () => {
  assert.equal(podDefaults({ metadata: { name: "web" }, spec: {} } as k.Pod).spec?.containers, []);
});

test("the smallest pod gets everything a kubelet needs to know", () => {
  const given = pod({ containers: [{ name: "c", image: "nginx" }] });
  const text = JSON.stringify(given);
  assert.equal(podDefaults(given).spec, {
    containers: [
      {
        name: "c",
        image: "nginx",
        imagePullPolicy: "Always",
        resources: {},
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      },
    ],
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    terminationGracePeriodSeconds: 30,
    schedulerName: "default-scheduler",
    securityContext: {},
    enableServiceLinks: true,
  });
  assert.is(JSON.stringify(given), text, "the input is not changed");
});

const pullPolicies: Array<[image: string, policy: string]> = [
  ["nginx", "Always"],
  ["nginx:latest", "Always"],
  ["nginx:1.27", "IfNotPresent"],
  ["localhost:5000/nginx", "Always"],
  ["localhost:5000/nginx:1", "IfNotPresent"],
  ["nginx@sha256:0123", "IfNotPresent"],
  ["nginx:latest@sha256:0123", "Always"],
];
for (const [image, policy] of pullPolicies) {
  test(`${image} is pulled ${policy}`, () => {
    assert.is(podDefaults(pod({ containers: [{ name: "c", image }] })).spec?.containers[0]?.imagePullPolicy, policy);
  });
}

test("limits become requests and quantities are canonical", () => {
  const container = podDefaults(
    pod({ containers: [{ name: "c", resources: { limits: { cpu: "0.5", memory: "1024Mi" }, requests: { cpu: "100m" } } }] }),
  ).spec?.containers[0];
  assert.equal(container?.resources, { limits: { cpu: "500m", memory: "1Gi" }, requests: { cpu: "100m", memory: "1Gi" } });
});

test("probes, ports, handlers, references and volumes", () => {
  const spec = podDefaults(
    pod({
      hostNetwork: true,
      serviceAccountName: "robot",
      containers: [
        {
          name: "c",
          ports: [{ containerPort: 80 }],
          livenessProbe: { httpGet: { port: 80 } },
          lifecycle: { preStop: { httpGet: { port: 80 } } },
          env: [
            { name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "B", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } },
          ],
        },
      ],
      volumes: [
        { name: "a" },
        { name: "b", configMap: { name: "x" } },
        { name: "c", secret: { secretName: "x", defaultMode: 256 } },
        { name: "d", projected: { sources: [{ serviceAccountToken: { path: "token" } }] } },
        { name: "e", hostPath: { path: "/x" } },
        { name: "f", downwardAPI: { items: [{ path: "p", fieldRef: { fieldPath: "metadata.uid" } }] } },
      ],
    }),
  ).spec!;
  const container = spec.containers[0]!;
  assert.equal(container.ports, [{ containerPort: 80, protocol: "TCP", hostPort: 80 }]);
  assert.equal(container.livenessProbe, {
    httpGet: { port: 80, path: "/", scheme: "HTTP" },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  assert.equal(container.lifecycle?.preStop?.httpGet, { port: 80, path: "/", scheme: "HTTP" });
  assert.equal(
    container.env?.map((variable) => variable.valueFrom),
    [
      { fieldRef: { fieldPath: "metadata.name", apiVersion: "v1" } },
      { resourceFieldRef: { resource: "limits.cpu", divisor: "0" } },
    ],
  );
  assert.equal(spec.volumes, [
    { name: "a", emptyDir: {} },
    { name: "b", configMap: { name: "x", defaultMode: 420 } },
    { name: "c", secret: { secretName: "x", defaultMode: 256 } },
    {
      name: "d",
      projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3600 } }], defaultMode: 420 },
    },
    { name: "e", hostPath: { path: "/x", type: "" } },
    {
      name: "f",
      downwardAPI: { items: [{ path: "p", fieldRef: { fieldPath: "metadata.uid", apiVersion: "v1" } }], defaultMode: 420 },
    },
  ]);
  assert.is(spec.serviceAccount, "robot");
});

test("a Deployment's template gets pod defaults, but not those of pods alone", () => {
  const deployment = defaulterFor(
    "apps",
    "v1",
    "Deployment",
  )<k.Deployment>({
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { a: "b" } },
      template: { metadata: { labels: { a: "b" } }, spec: { containers: [{ name: "c", resources: { limits: { cpu: "1" } } }] } },
    },
  });
  assert.is(deployment.spec?.replicas, 1);
  assert.equal(deployment.spec?.strategy, { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } });
  assert.is(deployment.spec?.revisionHistoryLimit, 10);
  assert.is(deployment.spec?.progressDeadlineSeconds, 600);
  assert.is(deployment.spec?.template.spec?.restartPolicy, "Always");
  assert.is(deployment.spec?.template.spec?.enableServiceLinks, undefined);
  assert.equal(deployment.spec?.template.spec?.containers[0]?.resources, { limits: { cpu: "1" } });
});

const services: Array<[title: string, spec: k.ServiceSpec, expected: k.ServiceSpec]> = [
  [
    "ClusterIP",
    { ports: [{ port: 80 }], selector: { a: "b" } },
    {
      ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
      selector: { a: "b" },
      sessionAffinity: "None",
      type: "ClusterIP",
      internalTrafficPolicy: "Cluster",
      ipFamilyPolicy: "SingleStack",
      ipFamilies: ["IPv4"],
    },
  ],
  [
    "NodePort",
    { type: "NodePort", selector: { a: "b" } },
    {
      type: "NodePort",
      selector: { a: "b" },
      sessionAffinity: "None",
      externalTrafficPolicy: "Cluster",
      internalTrafficPolicy: "Cluster",
      ipFamilyPolicy: "SingleStack",
      ipFamilies: ["IPv4"],
    },
  ],
  [
    "ExternalName",
    { type: "ExternalName", externalName: "example.com" },
    { type: "ExternalName", externalName: "example.com", sessionAffinity: "None" },
  ],
  [
    "headless without selector",
    { clusterIP: "None" },
    {
      clusterIP: "None",
      sessionAffinity: "None",
      type: "ClusterIP",
      internalTrafficPolicy: "Cluster",
      ipFamilyPolicy: "RequireDualStack",
      ipFamilies: ["IPv4", "IPv6"],
    },
  ],
];
for (const [title, spec, expected] of services) {
  test(`a ${title} Service`, () => {
    const service = defaulterFor("", "v1", "Service")<k.Service>({ metadata: { name: "web" }, spec });
    assert.equal(service.spec, expected);
    assert.equal(service.status, { loadBalancer: {} });
  });
}

test("a Secret's stringData is folded into data and wins", () => {
  const secret = defaulterFor(
    "",
    "v1",
    "Secret",
  )<k.Secret>({ metadata: { name: "s" }, data: { a: "eA==", b: "eQ==" }, stringData: { b: "zé" } });
  assert.equal(secret, { metadata: { name: "s" }, type: "Opaque", data: { a: "eA==", b: "esOp" } });
});

test("a namespace is labelled with its name", () => {
  const namespace = defaulterFor("", "v1", "Namespace")<k.Namespace>({ metadata: { name: "shop", labels: { a: "b" } } });
  assert.equal(namespace.metadata.labels, { a: "b", "kubernetes.io/metadata.name": "shop" });
});

test("jobs, cron jobs, policies and storage", () => {
  const job = defaulterFor(
    "batch",
    "v1",
    "Job",
  )<k.Job>({
    metadata: { name: "j" },
    spec: { template: { metadata: { labels: { a: "b" } }, spec: { containers: [], restartPolicy: "Never" } } },
  });
  assert.is(job.spec?.completions, 1);
  assert.is(job.spec?.parallelism, 1);
  assert.is(job.spec?.backoffLimit, 6);
  assert.equal(job.metadata.labels, { a: "b" });
  const policy = defaulterFor(
    "networking.k8s.io",
    "v1",
    "NetworkPolicy",
  )<k.NetworkPolicy>({ metadata: { name: "n" }, spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] } });
  assert.equal(policy.spec?.policyTypes, ["Ingress", "Egress"]);
  assert.is(policy.spec?.egress?.[0]?.ports?.[0]?.protocol, "TCP");
  const storage = defaulterFor(
    "storage.k8s.io",
    "v1",
    "StorageClass",
  )<k.StorageClass>({ metadata: { name: "s" }, provisioner: "p" });
  assert.is(storage.reclaimPolicy, "Delete");
});

test("a kind without defaults comes back as it is", () => {
  const configMap: k.ConfigMap = { metadata: { name: "c" }, data: { a: "b" } };
  assert.is(defaulterFor("", "v1", "ConfigMap")(configMap), configMap);
});

test.run();
