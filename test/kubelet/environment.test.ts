import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type EnvironmentSources, environmentOf } from "../../actors/kubelet/container/environment.js";
import { expand } from "../../actors/kubelet/container/expansion.js";
import { serviceEnvironment } from "../../actors/kubelet/container/service-environment.js";
import type { ConfigMap, Container, Pod, Secret, Service } from "../../src/api/types.js";

const test = suite("kubelet: environment");

const pod: Pod = {
  metadata: { name: "web", namespace: "shop", uid: "u-1", labels: { app: "web" }, annotations: { note: 'a "b"' } },
  spec: { containers: [], nodeName: "node-1", serviceAccountName: "default" },
};
const configMaps = new Map<string, ConfigMap>([["colors", { metadata: {}, data: { main: "red", side: "blue" } }]]);
const secrets = new Map<string, Secret>([["keys", { metadata: {}, data: { token: "czNjcjN0" } }]]);

const sources = (services = new Map<string, string>()): EnvironmentSources => ({
  pod,
  podIp: "10.1.0.2",
  hostIp: "10.0.0.1",
  allocatable: { cpu: "4", memory: "8Gi", ephemeralStorage: "10Gi" },
  services,
  objects: { configMap: (name) => configMaps.get(name), secret: (name) => secrets.get(name) },
});

const environment = (container: Partial<Container>, services?: Map<string, string>): Record<string, string> | string => {
  const result = environmentOf({ name: "main", ...container }, sources(services));
  return result.ok ? Object.fromEntries(result.value) : result.message;
};

const fieldRef = (fieldPath: string) => ({ valueFrom: { fieldRef: { fieldPath } } });
const resource = (resource: string, divisor?: string) => ({
  valueFrom: { resourceFieldRef: { resource, ...(divisor === undefined ? {} : { divisor }) } },
});

const cases: ReadonlyArray<readonly [string, Partial<Container>, Record<string, string> | string]> = [
  ["plain values", { env: [{ name: "A", value: "1" }, { name: "B" }] }, { A: "1", B: "" }],
  [
    "references to earlier variables",
    {
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "$(A)/$(C)/$$(A)" },
      ],
    },
    { A: "1", B: "1/$(C)/$(A)" },
  ],
  ["a ConfigMap's key", { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "colors", key: "main" } } }] }, { A: "red" }],
  [
    "a ConfigMap that is not there",
    { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "x", key: "k" } } }] },
    'configmap "x" not found',
  ],
  [
    "a key that is not there",
    { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "colors", key: "k" } } }] },
    "couldn't find key k in ConfigMap shop/colors",
  ],
  [
    "an optional key that is not there",
    { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "colors", key: "k", optional: true } } }] },
    {},
  ],
  [
    "an optional ConfigMap that is not there",
    { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "x", key: "k", optional: true } } }] },
    {},
  ],
  [
    "a Secret's key, decoded",
    { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "token" } } }] },
    { A: "s3cr3t" },
  ],
  [
    "a Secret that is not there",
    { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "x", key: "k" } } }] },
    'secret "x" not found',
  ],
  [
    "a Secret's key that is not there",
    { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "keys", key: "k" } } }] },
    "couldn't find key k in Secret shop/keys",
  ],
  [
    "a key of the object prototype is not there",
    { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "colors", key: "constructor" } } }] },
    "couldn't find key constructor in ConfigMap shop/colors",
  ],
  [
    "envFrom with a prefix, which env overrides",
    { envFrom: [{ prefix: "C_", configMapRef: { name: "colors" } }], env: [{ name: "C_side", value: "green" }] },
    { C_main: "red", C_side: "green" },
  ],
  ["envFrom a Secret", { envFrom: [{ secretRef: { name: "keys" } }] }, { token: "s3cr3t" }],
  ["envFrom what is not there", { envFrom: [{ secretRef: { name: "x" } }] }, 'secret "x" not found'],
  ["envFrom what is optional and not there", { envFrom: [{ configMapRef: { name: "x", optional: true } }] }, {}],
  [
    "fields of the pod",
    {
      env: [
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "metadata.labels['app']",
        "metadata.annotations['none']",
        "spec.nodeName",
        "spec.serviceAccountName",
        "status.hostIP",
        "status.podIP",
        "status.podIPs",
      ].map((path, index) => ({ name: `F${index}`, ...fieldRef(path) })),
    },
    {
      F0: "web",
      F1: "shop",
      F2: "u-1",
      F3: "web",
      F4: "",
      F5: "node-1",
      F6: "default",
      F7: "10.0.0.1",
      F8: "10.1.0.2",
      F9: "10.1.0.2",
    },
  ],
  ["a field that is none", { env: [{ name: "A", ...fieldRef("spec.replicas") }] }, "unsupported fieldPath: spec.replicas"],
  [
    "resources, rounded up; a limit that is not set is the node's",
    {
      resources: { limits: { cpu: "1500m" }, requests: { memory: "100Mi" } },
      env: [
        { name: "A", ...resource("limits.cpu") },
        { name: "B", ...resource("limits.cpu", "1m") },
        { name: "C", ...resource("requests.memory", "1Mi") },
        { name: "D", ...resource("limits.memory", "1Gi") },
        { name: "E", ...resource("requests.cpu") },
      ],
    },
    { A: "2", B: "1500", C: "100", D: "8", E: "0" },
  ],
  ["a resource that is none", { env: [{ name: "A", ...resource("limits.gpu") }] }, "unsupported container resource : limits.gpu"],
];

for (const [name, container, expected] of cases) test(name, () => assert.equal(environment(container), expected));

test("services are visible and are overridden by what the container sets", () => {
  const services = new Map([
    ["WEB_PORT", "tcp://10.0.0.9:80"],
    ["WEB_SERVICE_HOST", "10.0.0.9"],
  ]);
  assert.equal(
    environment(
      {
        env: [
          { name: "WEB_PORT", value: "mine" },
          { name: "URL", value: "$(WEB_SERVICE_HOST)" },
        ],
      },
      services,
    ),
    {
      WEB_PORT: "mine",
      URL: "10.0.0.9",
      WEB_SERVICE_HOST: "10.0.0.9",
    },
  );
});

const service = (
  namespace: string,
  name: string,
  clusterIP: string,
  ports: Array<{ name?: string; port: number; protocol?: string }>,
): Service => ({
  metadata: { namespace, name },
  spec: { clusterIP, ports },
});

test("service variables: hosts, ports and links, of the own namespace and of kubernetes", () => {
  const services = [
    service("shop", "my-db", "10.0.0.5", [
      { name: "sql", port: 5432 },
      { name: "admin-ui", port: 8080, protocol: "TCP" },
    ]),
    service("shop", "headless", "None", [{ port: 1 }]),
    service("other", "hidden", "10.0.0.6", [{ port: 1 }]),
    service("default", "kubernetes", "10.0.0.1", [{ name: "https", port: 443 }]),
  ];
  assert.equal(Object.fromEntries(serviceEnvironment(services, "shop", true)), {
    KUBERNETES_SERVICE_HOST: "10.0.0.1",
    KUBERNETES_SERVICE_PORT: "443",
    KUBERNETES_SERVICE_PORT_HTTPS: "443",
    KUBERNETES_PORT: "tcp://10.0.0.1:443",
    KUBERNETES_PORT_443_TCP: "tcp://10.0.0.1:443",
    KUBERNETES_PORT_443_TCP_PROTO: "tcp",
    KUBERNETES_PORT_443_TCP_PORT: "443",
    KUBERNETES_PORT_443_TCP_ADDR: "10.0.0.1",
    MY_DB_SERVICE_HOST: "10.0.0.5",
    MY_DB_SERVICE_PORT: "5432",
    MY_DB_SERVICE_PORT_SQL: "5432",
    MY_DB_SERVICE_PORT_ADMIN_UI: "8080",
    MY_DB_PORT: "tcp://10.0.0.5:5432",
    MY_DB_PORT_5432_TCP: "tcp://10.0.0.5:5432",
    MY_DB_PORT_5432_TCP_PROTO: "tcp",
    MY_DB_PORT_5432_TCP_PORT: "5432",
    MY_DB_PORT_5432_TCP_ADDR: "10.0.0.5",
    MY_DB_PORT_8080_TCP: "tcp://10.0.0.5:8080",
    MY_DB_PORT_8080_TCP_PROTO: "tcp",
    MY_DB_PORT_8080_TCP_PORT: "8080",
    MY_DB_PORT_8080_TCP_ADDR: "10.0.0.5",
  });
  assert.equal(
    [...serviceEnvironment(services, "shop", false).keys()].every((name) => name.startsWith("KUBERNETES_")),
    true,
  );
});

const expansions: ReadonlyArray<readonly [string, string]> = [
  ["$(A)", "one"],
  ["x$(A)y$(B)", "xoney$(B)"],
  ["$$(A)", "$(A)"],
  ["$$$(A)", "$one"],
  ["$A $", "$A $"],
  ["$(A", "$(A"],
  ["$()", "$()"],
];
for (const [text, expected] of expansions) {
  test(`"${text}" expands to "${expected}"`, () =>
    assert.is(
      expand(text, (name) => (name === "A" ? "one" : undefined)),
      expected,
    ));
}

test.run();
