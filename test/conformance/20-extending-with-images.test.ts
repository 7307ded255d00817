/**
 * Servers in pods that the API server calls: admission and conversion webhooks of the image agnhost, and the sample API server behind an APIService.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion
 * https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/
 */
import * as assert from "uvu/assert";
import { encodeTextBase64 } from "../../src/api/base64.js";
import { issue } from "../../src/pki/certificate.js";
import { kubectlSuite } from "../interop/kubectl-world.js";

const caSubject = { commonName: "hooks-ca" };
const ca = issue(caSubject, { kind: "ca" }, 1);
const caBundle = encodeTextBase64(ca.certificate);
const leaf = issue(
  { commonName: "hooks" },
  { kind: "server", names: ["admission.default.svc", "conversion.default.svc", "sample-api.default.svc"] },
  1,
  { ...ca, subject: caSubject },
);

const served = (name: string, image: string, args: readonly string[], port: number) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: ${name}
      image: ${image}
      args: ${JSON.stringify([...args, "--tls-cert-file=/certificates/tls.crt", "--tls-private-key-file=/certificates/tls.key"])}
      readinessProbe: { httpGet: { scheme: HTTPS, port: ${port}, path: /readyz }, periodSeconds: 1 }
      volumeMounts: [{ name: certificates, mountPath: /certificates, readOnly: true }]
  volumes: [{ name: certificates, secret: { secretName: certificates } }]
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 8443, targetPort: ${port} }] }
---
`;

const agnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";
const servers = `
apiVersion: v1
kind: Secret
metadata: { name: certificates }
type: kubernetes.io/tls
data: { tls.crt: ${encodeTextBase64(leaf.certificate)}, tls.key: ${encodeTextBase64(leaf.key)} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reads-who-asks, namespace: kube-system }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: extension-apiserver-authentication-reader }
subjects: [{ kind: ServiceAccount, name: default, namespace: default }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: asks-who-may }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:auth-delegator }
subjects: [{ kind: ServiceAccount, name: default, namespace: default }]
---
${served("admission", agnhost, ["webhook", "--port=8444"], 8444)}
${served("conversion", agnhost, ["crd-conversion-webhook", "--port=8444"], 8444)}
${served("sample-api", "registry.k8s.io/e2e-test-images/sample-apiserver:1.29.2", ["--secure-port=8444"], 8444)}
`;

const webhook = (name: string, path: string, resource: string) => `
  - name: ${name}.example.com
    clientConfig: { caBundle: ${caBundle}, service: { namespace: default, name: admission, port: 8443, path: ${path} } }
    rules: [{ apiGroups: [""], apiVersions: [v1], operations: ["*"], resources: [${resource}] }]
    objectSelector: { matchLabels: { asked: "yes" } }
    sideEffects: None
    admissionReviewVersions: [v1]
`;
const admission = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: refuses }
webhooks:
${webhook("refuses", "/configmaps", "configmaps")}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: { name: changes }
webhooks:
${webhook("first", "/mutating-configmaps", "configmaps")}
${webhook("second", "/mutating-configmaps", "configmaps")}
`;

const configMap = (name: string, data: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, labels: { asked: "yes" } }
data: ${data}
`;

/** A version with these fields, which are all text and may be selected by. */
const versionOf = (name: string, fields: readonly string[]) =>
  JSON.stringify({
    name,
    served: true,
    storage: name === "v1",
    schema: {
      openAPIV3Schema: { type: "object", properties: Object.fromEntries(fields.map((field) => [field, { type: "string" }])) },
    },
    selectableFields: fields.map((field) => ({ jsonPath: `.${field}` })),
  });
const crontabs = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: crontabs.stable.example.com }
spec:
  group: stable.example.com
  scope: Namespaced
  names: { plural: crontabs, kind: CronTab }
  versions: [${versionOf("v1", ["hostPort"])}, ${versionOf("v2", ["host", "port"])}]
  conversion:
    strategy: Webhook
    webhook:
      conversionReviewVersions: [v1]
      clientConfig: { caBundle: ${caBundle}, service: { namespace: default, name: conversion, port: 8443, path: /crdconvert } }
`;

const apiService = `
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1alpha1.wardle.example.com }
spec:
  group: wardle.example.com
  version: v1alpha1
  service: { namespace: default, name: sample-api, port: 8443 }
  caBundle: ${caBundle}
  groupPriorityMinimum: 2000
  versionPriority: 200
`;
const flunder = `
apiVersion: wardle.example.com/v1alpha1
kind: Flunder
metadata: { name: rest, labels: { sample-label: "true" } }
`;

kubectlSuite("conformance: servers in pods that extend the API", { nodes: 1 }, (test, world) => {
  const apply = (name: string, text: string) => world().ok("apply -f", world().file(`${name}.yaml`, text));

  test("servers that are called over TLS become ready", async () => {
    await apply("servers", servers);
    await world().ok("wait --for=condition=Ready pod --all --timeout=60s");
  });

  test("an admission webhook in a pod refuses and changes objects", async () => {
    await apply("admission", admission);
    await apply("changed", configMap("changed", '{ mutation-start: "yes" }'));
    const { data } = await world().json<{ data: object }>("get configmap changed");
    assert.equal(data, { "mutation-start": "yes", "mutation-stage-1": "yes", "mutation-stage-2": "yes" });

    const unwanted = world().file("unwanted.yaml", configMap("unwanted", "{ webhook-e2e-test: webhook-disallow }"));
    assert.match(
      await world().fails("create -f", unwanted),
      /admission webhook "refuses.example.com" denied the request: the configmap contains unwanted key and value/,
    );
  });

  test("a custom resource is converted by a webhook in a pod", async () => {
    await apply("crontabs", crontabs);
    await world().ok("wait --for=condition=Established crd/crontabs.stable.example.com");
    await apply("tab", "apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: { name: tab }\nhostPort: localhost:7070\n");
    assert.is(await world().ok("get crontabs.v2.stable.example.com tab -o jsonpath={.host}/{.port}"), "localhost/7070");
    assert.is(await world().ok("get crontabs.v1.stable.example.com tab -o jsonpath={.hostPort}"), "localhost:7070");
  });

  test("converted objects are listed, watched and deleted by the fields of the version that is asked for", async () => {
    const tab = (name: string, host: string, port: string) =>
      apply(
        name,
        `apiVersion: stable.example.com/v2\nkind: CronTab\nmetadata: { name: ${name} }\nhost: ${host}\nport: "${port}"\n`,
      );
    const listed = (version: string, selector: string) =>
      world().ok(`get crontabs.${version}.stable.example.com --field-selector=${selector} -o jsonpath={.items[*].metadata.name}`);
    const watch = (version: string, selector: string) =>
      world().begin([
        ...`get crontabs.${version}.stable.example.com --field-selector=${selector} --watch --output-watch-events`.split(" "),
        "-o=jsonpath={.type} {.object.metadata.name}{'\\n'}",
      ]);
    const watches = [watch("v2", "host=host1"), watch("v2", "host=host1,port=80"), watch("v1", "hostPort=host1:80")] as const;
    await tab("one", "host1", "80");
    await apply("two", "apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata: { name: two }\nhostPort: host1:8080\n");
    await tab("other", "host2", "80");
    assert.is(await listed("v2", "host=host1"), "one two");
    assert.is(await listed("v2", "host=host1,port=80"), "one");
    assert.is(await listed("v1", "hostPort=host1:8080"), "two");
    const [byHost, byBoth, byHostPort] = watches;
    await byHost.until((told) => told === "ADDED one\nADDED two\n");

    await world().ok("delete crontabs.v2.stable.example.com --field-selector=host=host1,port=80");
    await world().ok("patch crontabs.v2.stable.example.com two --type=merge -p", '{"host":"host2"}');
    assert.is(await listed("v2", "host=host1"), "");
    await byHost.until((told) => told.endsWith("DELETED one\nDELETED two\n"));
    await byBoth.until((told) => told === "ADDED one\nDELETED one\n");
    await byHostPort.until((told) => told === "ADDED one\nDELETED one\n");
    for (const each of watches) await each.interrupt();
  });

  test("an extension API server in a pod serves its kinds to those who may", async () => {
    await apply("apiservice", apiService);
    await world().ok("wait --for=condition=Available apiservice/v1alpha1.wardle.example.com --timeout=30s");
    await apply("flunder", flunder);
    assert.is(await world().ok("get flunders -o name"), "flunder.wardle.example.com/rest\n");
    await world().ok("label flunder rest of=mine");
    assert.is(await world().ok("get flunders -l of=mine -o jsonpath={.items[*].metadata.name}"), "rest");
    assert.match(
      await world().fails("get flunders --as=jane"),
      /User "jane" cannot list resource "flunders" in API group "wardle.example.com" in the namespace "default"/,
    );
    await world().ok("delete flunder rest");
    assert.is(await world().ok("get flunders -o jsonpath={.items}"), "[]");
    await world().ok("delete apiservice v1alpha1.wardle.example.com");
  });
});
