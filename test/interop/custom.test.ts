/** Custom resources by kubectl: a definition as operators bring it, and what users do with what it defines. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { helm, leaveOut } from "../support/tools.js";
import { kubectlSuite, rows } from "./kubectl-world.js";

/** Shaped as cert-manager's: long names, an old version beside the new one, columns by filters, list maps, int-or-string. */
const certificates = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: certificates.certs.example.com }
spec:
  group: certs.example.com
  scope: Namespaced
  names: { plural: certificates, singular: certificate, kind: Certificate, listKind: CertificateList, shortNames: [cert, certs], categories: [security] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {} }
      selectableFields: [{ jsonPath: .spec.secretName }]
      additionalPrinterColumns:
        - { name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status' }
        - { name: Secret, type: string, jsonPath: .spec.secretName }
        - { name: Issuer, type: string, jsonPath: .spec.issuerRef.name, priority: 1 }
        - { name: Age, type: date, jsonPath: .metadata.creationTimestamp }
      schema:
        openAPIV3Schema:
          description: A certificate that is kept valid in a Secret.
          type: object
          required: [spec]
          properties:
            spec:
              description: What the certificate is for.
              type: object
              required: [secretName, issuerRef]
              properties:
                secretName: { description: The Secret to keep it in., type: string, minLength: 1 }
                duration: { type: string, default: 2160h }
                usages: { type: array, x-kubernetes-list-type: set, items: { type: string, enum: [signing, server auth, client auth] } }
                keySize: { x-kubernetes-int-or-string: true }
                issuerRef:
                  type: object
                  required: [name]
                  properties: { name: { type: string }, kind: { type: string, default: Issuer } }
            status:
              type: object
              properties:
                conditions:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [type]
                  items: { type: object, required: [type, status], properties: { type: { type: string }, status: { type: string } } }
    - name: v1alpha1
      served: true
      storage: false
      deprecated: true
      subresources: { status: {} }
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;

const certificate = (name: string, more = "") => `
apiVersion: certs.example.com/v1
kind: Certificate
metadata: { name: ${name} }
spec: { secretName: ${name}-tls, issuerRef: { name: letters }${more} }
`;

kubectlSuite("custom resources by kubectl", { nodes: 0 }, (test, world) => {
  test("a definition is established at once and shows up everywhere", async () => {
    const kubectl = world();
    assert.match(await kubectl.okWith(certificates, "apply -f -"), /certificates.certs.example.com created/);
    await kubectl.ok("wait --for=condition=Established crd/certificates.certs.example.com --timeout=5s");
    const [row] = rows(await kubectl.ok("api-resources --api-group=certs.example.com --no-headers=false"));
    assert.equal(
      [row?.get("NAME"), row?.get("SHORTNAMES"), row?.get("APIVERSION"), row?.get("NAMESPACED"), row?.get("KIND")],
      ["certificates", "cert,certs", "certs.example.com/v1", "true", "Certificate"],
    );
  });

  test("objects are defaulted, shown in columns, selected and found by short name and category", async () => {
    const kubectl = world();
    assert.match(await kubectl.okWith(certificate("shop"), "apply -f -"), /certificate.certs.example.com\/shop created/);
    const [plain] = rows(await kubectl.ok("get cert"));
    assert.equal([plain?.get("NAME"), plain?.get("SECRET"), plain?.get("READY")], ["shop", "shop-tls", ""]);
    assert.match(await kubectl.ok("get certs -o wide"), /ISSUER/);
    assert.is(await kubectl.ok("get cert shop -o jsonpath={.spec.duration}{.spec.issuerRef.kind}"), "2160hIssuer");
    const patch = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}';
    await kubectl.ok("patch cert shop --subresource=status --type=merge", "-p", patch);
    assert.is(rows(await kubectl.ok("get cert"))[0]?.get("READY"), "True");
    assert.match(await kubectl.ok("get cert --field-selector=spec.secretName=shop-tls -o name"), /shop/);
    assert.is(await kubectl.ok("get cert --field-selector=spec.secretName=other -o name"), "");
    assert.match(await kubectl.ok("get security"), /shop/);
    await kubectl.ok("wait --for=condition=Ready cert/shop --timeout=5s");
  });

  test("what does not fit is refused with field and rule", async () => {
    const kubectl = world();
    const file = kubectl.file("bad.yaml", certificate("bad", ", usages: [signing, flying, signing]"));
    const refused = await kubectl.fails(`create -f ${file} --validate=ignore`);
    assert.match(refused, /spec\.usages\[1\]: Unsupported value: "flying"/);
    assert.match(refused, /spec\.usages\[2\]: Duplicate value: "signing"/);
    const unknown = kubectl.file("unknown.yaml", certificate("unknown", ", colour: red"));
    assert.match(await kubectl.fails(`create -f ${unknown}`), /strict decoding error: unknown field "spec.colour"/);
  });

  test("explain tells what the schema says", async () => {
    const kubectl = world();
    const explained = await kubectl.ok("explain certificate.spec");
    assert.match(explained, /GROUP:\s+certs.example.com/);
    assert.match(explained, /What the certificate is for\./);
    assert.match(explained, /secretName\s+<string> -required-\s+The Secret to keep it in\./);
    assert.match(await kubectl.ok("explain deployment.spec.replicas"), /How many pods there are to be\./);
  });

  test("a deprecated version warns and shows the same objects", async () => {
    const kubectl = world();
    const { stdout, stderr } = await kubectl.run(["get", "certificates.v1alpha1.certs.example.com", "shop", "-o", "yaml"]);
    assert.match(stdout, /apiVersion: certs.example.com\/v1alpha1/);
    assert.match(stderr, /Warning: certs.example.com\/v1alpha1 Certificate is deprecated; use certs.example.com\/v1 Certificate/);
  });

  test("server-side apply, edit and diff know the lists of the schema", async () => {
    const kubectl = world();
    const file = kubectl.file("applied.yaml", certificate("applied", ", usages: [signing]"));
    await kubectl.ok(`apply --server-side -f ${file} --field-manager=anna`);
    assert.match(await kubectl.ok("get cert applied -o yaml --show-managed-fields"), /f:usages/);
    const { code, stderr, stdout } = await kubectl.run(["diff", "--server-side", "--field-manager=anna", "-f", file]);
    assert.is(code, 0, `nothing differs: ${stderr}${stdout}`);
  });

  test("deleting the definition deletes what it defined", async () => {
    const kubectl = world();
    await kubectl.ok("delete crd certificates.certs.example.com --timeout=20s");
    assert.match(await kubectl.fails("get certificates"), /could not find the requested resource|doesn't have a resource type/);
  });

  test("Cluster applies and waits for what its manifests define", async () => {
    const { cluster } = world();
    const [, made] = await cluster.apply(`${certificates}---${certificate("own")}`);
    assert.is(made?.metadata.name, "own");
    assert.is((await cluster.get("cert/own"))?.kind, "Certificate");
    await cluster.delete("certificate/own");
    await cluster.waitFor("certificates.certs.example.com/own", "deleted");
  });

  test("helm installs the definitions of a chart before what they define", async () => {
    const kubectl = world();
    const binary = helm();
    if (binary === undefined) {
      leaveOut("there is no helm");
      return;
    }
    const chart = join(kubectl.directory, "gizmos");
    mkdirSync(join(chart, "crds"), { recursive: true });
    mkdirSync(join(chart, "templates"));
    const definition = certificates.replaceAll("certs.example.com", "gizmos.example.com");
    const write = (name: string, text: string) => writeFileSync(join(chart, name), text);
    write("Chart.yaml", "apiVersion: v2\nname: gizmos\nversion: 1.0.0\n");
    write("crds/certificates.yaml", definition);
    write("templates/one.yaml", certificate("{{ .Release.Name }}").replaceAll("certs.example.com", "gizmos.example.com"));
    const installed = await kubectl.runOther(binary, ["install", "first", chart, "--wait"]);
    assert.is(installed.code, 0, installed.stderr);
    assert.is(await kubectl.ok("get certificates.gizmos.example.com first -o jsonpath={.spec.secretName}"), "first-tls");
    const gone = await kubectl.runOther(binary, ["uninstall", "first", "--wait"]);
    assert.is(gone.code, 0, gone.stderr);
    assert.match((await kubectl.run(["get", "certificates.gizmos.example.com"])).stderr, /No resources found/);
  });
});
