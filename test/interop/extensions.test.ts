/** What others answer in the test's own process: an extension API server, and a webhook that converts custom resources. */
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import * as assert from "uvu/assert";
import { encodeTextBase64 } from "../../src/api/base64.js";
import { issue } from "../../src/pki/certificate.js";
import { conversionAnswer, gadgets } from "../custom/conversion-world.js";
import { kubectlSuite } from "./kubectl-world.js";

const caSubject = { commonName: "extensions" };
const ca = issue(caSubject, { kind: "ca" }, 1);
const leaf = issue({ commonName: "flavors" }, { kind: "server", names: ["flavors.default.svc", "localhost"] }, 1, {
  ...ca,
  subject: caSubject,
});
const caBundle = encodeTextBase64(ca.certificate);

const resources = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: "ice.example.org/v1",
  resources: [
    { name: "flavors", singularName: "flavor", namespaced: false, kind: "Flavor", verbs: ["get", "list"], shortNames: ["fl"] },
  ],
};
const flavor = { kind: "Flavor", apiVersion: "ice.example.org/v1", metadata: { name: "vanilla" } };

const documentAt = "/openapi/v3/apis/ice.example.org/v1";
const flavorKind = [{ group: "ice.example.org", version: "v1", kind: "Flavor" }];
const flavorSchema = {
  type: "object",
  description: "What ice cream tastes of.",
  properties: { sweetness: { type: "integer", description: "From one to ten." } },
  "x-kubernetes-group-version-kind": flavorKind,
};
const documents: Readonly<Record<string, object>> = {
  "/openapi/v3": { paths: { "apis/ice.example.org/v1": { serverRelativeURL: `${documentAt}?hash=1` } } },
  [documentAt]: {
    openapi: "3.0.0",
    info: { title: "flavors", version: "v1" },
    paths: {
      "/apis/ice.example.org/v1/flavors/{name}": {
        get: { "x-kubernetes-action": "get", "x-kubernetes-group-version-kind": flavorKind[0], responses: {} },
      },
    },
    components: { schemas: { "org.example.ice.v1.Flavor": flavorSchema } },
  },
};

interface Asked {
  readonly url: string;
  readonly user: string | undefined;
  readonly groups: string;
  readonly trusted: boolean;
  readonly token: string | undefined;
}

const asked: Asked[] = [];

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    // A test that fails leaves it behind, and ends all the same.
    server.unref().listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );

function extensionServer(clientAuthority: string): Server {
  const options = { key: leaf.key, cert: leaf.certificate, ca: clientAuthority, requestCert: true, rejectUnauthorized: false };
  return createServer(options, (request, response) => {
    const { url = "", headers } = request;
    asked.push({
      url,
      user: headers["x-remote-user"] as string | undefined,
      groups: String(headers["x-remote-group"] ?? ""),
      trusted: (request.socket as TLSSocket).authorized,
      token: headers.authorization,
    });
    const at = url.split("?", 1)[0];
    const body =
      at === "/apis/ice.example.org/v1"
        ? resources
        : at === "/apis/ice.example.org/v1/flavors"
          ? { kind: "FlavorList", apiVersion: "ice.example.org/v1", metadata: {}, items: [flavor] }
          : at === "/apis/ice.example.org/v1/flavors/vanilla"
            ? flavor
            : documents[at ?? ""];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body ?? { kind: "Status", apiVersion: "v1", status: "Failure", code: 404 }));
  });
}

const registration = (port: number): string => `
apiVersion: v1
kind: Service
metadata: { name: flavors, namespace: default }
spec: { type: ExternalName, externalName: localhost }
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: { name: v1.ice.example.org }
spec:
  group: ice.example.org
  version: v1
  groupPriorityMinimum: 100
  versionPriority: 10
  caBundle: ${caBundle}
  service: { namespace: default, name: flavors, port: ${port} }
`;

let extension: Server;

kubectlSuite("extensions by kubectl", { nodes: 0 }, (test, world) => {
  test("every built-in version has an APIService that is available", async () => {
    const shown = await world().ok("get apiservices");
    assert.match(shown, /v1\.apps +Local +True/);
    assert.match(shown, /v1\. +Local +True/);
  });

  test("an extension API server is found, and answers as if it were the API server", async () => {
    const kubectl = world();
    const template = "{.data.requestheader-client-ca-file}";
    const authority = await kubectl.ok(`get configmap -n kube-system extension-apiserver-authentication -o jsonpath=${template}`);
    extension = extensionServer(authority);
    const port = await listen(extension);
    await kubectl.okWith(registration(port), "apply -f -");
    await kubectl.ok("wait --for=condition=Available apiservice/v1.ice.example.org --timeout=20s");
    assert.match(
      await kubectl.ok("api-resources --api-group=ice.example.org"),
      /flavors +fl +ice.example.org\/v1 +false +Flavor/,
    );
    assert.is((await kubectl.ok("get flavors -o name")).trim(), "flavor.ice.example.org/vanilla");
    assert.match(await kubectl.ok("get fl vanilla -o yaml"), /kind: Flavor/);
    const last = asked.at(-1);
    assert.is(last?.user, "kubernetes-admin");
    assert.match(last?.groups ?? "", "system:masters");
    assert.is(last?.trusted, true, "the API server shows the certificate that the ConfigMap speaks of");
    assert.is(last?.token, undefined);
    const { stderr } = await kubectl.run(["get", "--raw", "/apis/ice.example.org/v1/flavors", "-v=8"]);
    assert.match(stderr, /X-Kubernetes-Pf-Flowschema-Uid: *\[?[0-9a-f-]{36}/i);
  });

  test("what it says of its kinds is in OpenAPI, and explained", async () => {
    const kubectl = world();
    await kubectl.until("get --raw /openapi/v3", (shown) => shown.includes(documentAt));
    const explained = await kubectl.ok("explain flavors.sweetness --api-version=ice.example.org/v1");
    assert.match(explained, "From one to ten.");
    assert.is(asked.at(-1)?.user, "kubernetes-admin", "who asks for a document is told to whom it belongs");
  });

  test("one that is gone is unavailable, and its requests are refused", async () => {
    const kubectl = world();
    extension.closeAllConnections();
    await new Promise((resolve) => extension.close(resolve));
    const { code, stderr } = await kubectl.run(["get", "--raw", "/apis/ice.example.org/v1/flavors"]);
    assert.is(code, 1);
    assert.match(stderr, /error trying to reach service|service unavailable|currently unable to handle the request/);
    await kubectl.ok("delete apiservice v1.ice.example.org");
    const after = await kubectl.run(["get", "--raw", "/apis/ice.example.org/v1/flavors"]);
    assert.match(after.stderr, /NotFound/);
  });

  test("a webhook converts what is stored in one version and read in another", async () => {
    const kubectl = world();
    const webhook = createServer({ key: leaf.key, cert: leaf.certificate }, (request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => response.end(conversionAnswer(body)));
    });
    const port = await listen(webhook);
    const clientConfig = { url: `https://localhost:${port}/convert`, caBundle };
    const conversion = { strategy: "Webhook", webhook: { conversionReviewVersions: ["v1"], clientConfig } };
    await kubectl.okWith(JSON.stringify({ ...gadgets, spec: { ...gadgets.spec, conversion } }), "apply -f -");
    await kubectl.ok("wait --for=condition=Established crd/gadgets.example.com --timeout=10s");
    const old = { apiVersion: "example.com/v1", kind: "Gadget", metadata: { name: "one" }, spec: { address: "a:1" } };
    await kubectl.okWith(JSON.stringify(old), "apply -f -");
    assert.is(
      await kubectl.ok("get gadgets.v2.example.com one -o jsonpath={.spec.host}/{.spec.port}/{.spec.scheme}"),
      "a/1/",
      "what is read has the defaults of the version that it is stored in",
    );
    await kubectl.ok(`patch gadgets.v2.example.com one --type=merge -p {"spec":{"port":"2"}}`);
    assert.is(await kubectl.ok("get gadgets.v1.example.com one -o jsonpath={.spec.address}"), "a:2");
    webhook.closeAllConnections();
    await new Promise((resolve) => webhook.close(resolve));
    await kubectl.okWith(JSON.stringify({ ...old, metadata: { name: "two" } }), "create -f -");
    const { stderr } = await kubectl.run(["get", "gadgets.v2.example.com", "two"]);
    assert.match(stderr, /conversion webhook for example.com\/v1, Kind=Gadget failed: Post "https:\/\/localhost/);
  });
});
