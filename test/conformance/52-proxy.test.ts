/**
 * Proxies to pods, Services and nodes.
 * https://kubernetes.io/docs/tasks/access-application-cluster/access-cluster-services/#manually-constructing-apiserver-proxy-urls
 * https://kubernetes.io/docs/concepts/cluster-administration/proxies/
 */
import type { IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import * as assert from "uvu/assert";
import WebSocket from "ws";
import { parse } from "yaml";
import { fetchText, kubectlSuite } from "../interop/kubectl-world.js";

const objects = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - name: web
      image: node
      ports: [{ containerPort: 8080 }]
      command: [node, -e]
      args:
        - |
          const { createServer } = require("node:http");
          const { createHash } = require("node:crypto");
          const server = createServer((request, response) => {
            if (request.url === "/page") {
              response.writeHead(200, { "content-type": "text/html; charset=utf-8", "access-control-allow-origin": "*" });
              response.end('<a href="/next">next</a><img src="logo.png">');
            } else if (request.url === "/moved") {
              response.writeHead(302, { location: "/page" });
              response.end();
            } else {
              const parts = [];
              request.on("data", (part) => parts.push(part));
              request.on("end", () => {
                response.writeHead(request.url === "/teapot" ? 418 : 200, { "content-type": "application/json" });
                const { method, url, headers } = request;
                response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(parts).length }));
              });
            }
          });
          server.on("upgrade", (request, socket) => {
            const key = createHash("sha1").update(request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
            socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n" +
              "Sec-WebSocket-Accept: " + key.digest("base64") + "\\r\\n\\r\\n");
            socket.write(Buffer.from([0x81, 5, ...Buffer.from("hello")]));
            socket.on("data", () => socket.end());
          });
          server.listen(8080);
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: other, port: 81, targetPort: 9 }] }
`;
/** Warns of every connection, and lets it be. */
const watchful = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: watchful }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CONNECT], resources: [pods/exec, pods/proxy] }]
  validations: [{ expression: "false", message: somebody looks in }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: watchful }
spec: { policyName: watchful, validationActions: [Warn] }
`;
const pod = "/api/v1/namespaces/default/pods/web:8080/proxy";

interface Echo {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: number;
}

kubectlSuite("proxy", { nodes: 1 }, (test, world) => {
  const ca = () => {
    const { clusters } = parse(world().cluster.kubeconfig) as {
      clusters: Array<{ cluster: { "certificate-authority-data": string } }>;
    };
    return Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
  };
  const ask = (method: string, path: string, body = "", chunked = false, more: Record<string, string> = {}) =>
    new Promise<{ code: number; headers: IncomingMessage["headers"]; text: string }>((resolve, reject) => {
      const { cluster } = world();
      const framing = chunked ? { "transfer-encoding": "chunked" } : { "content-length": String(body.length) };
      const given = { authorization: `Bearer ${cluster.token}`, ...framing, ...more };
      const sent = httpsRequest(`${cluster.url}${path}`, { method, ca: ca(), headers: given, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        response.on("end", () => resolve({ code: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.on("error", reject);
      sent.end(body);
    });
  const echoed = async (path: string): Promise<Echo> => JSON.parse(await world().ok(`get --raw ${path}`)) as Echo;

  test("the pod and its Service are there", async () => {
    const kubectl = world();
    await kubectl.okWith(objects, "apply -f -");
    await kubectl.ok("wait --for=condition=Ready pod/web --timeout=60s");
    await kubectl.until("get endpoints web -o jsonpath={.subsets[0].addresses[0].ip}", (ip) => ip !== "");
    await kubectl.until(`get --raw ${pod}/`, (text) => text !== "");
  });

  test("a pod by its port, or by the first that it declares; path and query as they were written", async () => {
    assert.is((JSON.parse((await ask("GET", `${pod}/a//b%2Fc/?x=%20&y`)).text) as Echo).url, "/a//b%2Fc/?x=%20&y");
    assert.is((await echoed("/api/v1/namespaces/default/pods/web/proxy/")).url, "/");
    assert.is((await echoed("/api/v1/namespaces/default/pods/http:web:8080/proxy/")).url, "/");
  });

  test("a Service by number, name and scheme of its port", async () => {
    for (const name of ["web:80", "web:http", "http:web:http"])
      assert.is((await echoed(`/api/v1/namespaces/default/services/${name}/proxy/x`)).url, "/x");
  });

  test("every method, the body and its length; credentials stay with the API server", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      for (const chunked of [false, true]) {
        const { code, text } = await ask(method, `${pod}/x`, "x".repeat(300_000), chunked);
        const echo = JSON.parse(text) as Echo;
        assert.equal([code, echo.method, echo.body], [200, method, 300_000]);
        assert.equal([echo.headers.authorization, echo.headers["x-forwarded-uri"]], [undefined, `${pod}/x`]);
      }
    }
    assert.is((await ask("GET", `${pod}/teapot`)).code, 418, "answers are handed back as they are");
  });

  test("without a path it leads to the root; redirects and links of pages lead through the proxy, and are not followed", async () => {
    const root = await ask("GET", `${pod}?q=1`);
    assert.equal([root.code, root.headers.location], [301, `${pod}/?q=1`]);
    const moved = await ask("GET", `${pod}/moved`);
    assert.equal([moved.code, moved.headers.location], [302, `${pod}/page`]);
    const page = await ask("GET", `${pod}/page`);
    assert.is(page.text, `<a href="${pod}/next">next</a><img src="logo.png">`);
    assert.is(page.headers["access-control-allow-origin"], undefined);
  });

  test("what cannot be reached is told as a Status", async () => {
    const refused = async (path: string) => {
      const { code, text } = await ask("GET", path);
      const { reason, message } = JSON.parse(text) as { reason: string; message: string };
      return [code, reason, message];
    };
    const at = "/api/v1/namespaces/default";
    assert.equal(await refused(`${at}/pods/none/proxy/`), [404, "NotFound", 'pods "none" not found']);
    assert.equal(await refused(`${at}/services/web:82/proxy/`), [
      503,
      "ServiceUnavailable",
      'no service port 82 found for service "web"',
    ]);
    assert.equal(await refused(`${at}/services/a:b:c:d/proxy/`), [400, "BadRequest", 'invalid service request "a:b:c:d"']);
    const [code, reason, message] = await refused(`${at}/pods/web:9/proxy/`);
    assert.equal([code, reason], [503, "ServiceUnavailable"]);
    assert.match(String(message), /^error trying to reach service: dial tcp 127\.\S+:9: connect: connection refused$/);
    const tls = await refused(`${at}/pods/https:web:8080/proxy/`);
    assert.is(tls[2], "error trying to reach service: tls: first record does not look like a TLS handshake");
  });

  test("a WebSocket to a pod passes untouched", async () => {
    const { cluster } = world();
    const client = new WebSocket(`${cluster.url.replace("https", "wss")}${pod}/socket`, {
      ca: ca(),
      headers: { authorization: `Bearer ${cluster.token}` },
    });
    const said = await new Promise<string>((resolve, reject) => {
      client.on("message", (data: Buffer) => resolve(data.toString()));
      client.on("error", reject);
    });
    assert.is(said, "hello");
    client.terminate();
  });

  test("endpoints that are no pods are reached from the API server itself", async () => {
    const { code, text } = await ask("GET", "/api/v1/namespaces/default/services/https:kubernetes:https/proxy/version");
    assert.equal([code, (JSON.parse(text) as { major: string }).major], [200, "1"]);
  });

  test("a node is its kubelet: health, pods, statistics, metrics", async () => {
    const at = (path: string) => world().ok(`get --raw /api/v1/nodes/node-1/proxy/${path}`);
    assert.is(await at("healthz"), "ok");
    const pods = JSON.parse(await at("pods")) as { items: Array<{ metadata: { name: string } }> };
    assert.ok(pods.items.some(({ metadata }) => metadata.name === "web"));
    const summary = JSON.parse(await at("stats/summary")) as { pods: Array<{ podRef: { name: string } }> };
    assert.ok(summary.pods.some(({ podRef }) => podRef.name === "web"));
    assert.match(await at("metrics"), /^kubelet_running_pods \d+$/m);
    const post = await ask("POST", "/api/v1/nodes/node-1/proxy/run/default/web/web");
    assert.is(post.code, 405);
    assert.match(await world().fails("get --raw /api/v1/nodes/none/proxy/healthz"), /nodes "none" not found/);
  });

  test("what admission warns of a connection goes with the answer, whoever gives it, except with one that upgrades", async () => {
    const kubectl = world();
    await kubectl.okWith(watchful, "apply -f -");
    const exec = "/api/v1/namespaces/default/pods/web/exec?command=true&stdout=true";
    const warning = `299 - "Validation failed for ValidatingAdmissionPolicy 'watchful' with binding 'watchful': somebody looks in"`;
    let told = await ask("POST", exec);
    for (let tries = 0; told.headers.warning === undefined && tries < 100; tries += 1) told = await ask("POST", exec);
    assert.equal([told.code, told.headers.warning], [400, warning]);
    assert.is(JSON.parse(told.text).message, "Upgrade request required");
    const absent = await ask("POST", exec.replace("web", "nobody"));
    assert.equal(
      [absent.code, absent.headers.warning],
      [404, warning],
      "its pod is looked for before it is asked for an upgrade",
    );
    const unspoken = { connection: "Upgrade", upgrade: "SPDY/3.1", "x-stream-protocol-version": "v9.channel.k8s.io" };
    const refused = await ask("POST", exec, "", false, unspoken);
    assert.equal([refused.code, refused.headers.warning], [403, warning]);
    assert.match(String(refused.headers["audit-id"]), /^[0-9a-f-]{36}$/);
    for (const path of ["", "/x"]) assert.is((await ask("GET", `${pod}${path}`)).headers.warning, warning);
    await kubectl.ok("delete validatingadmissionpolicybinding watchful");
  });

  test("proxied requests are counted by what they go to, not path by path", async () => {
    const metrics = await world().ok("get --raw /metrics");
    assert.match(metrics, /^apiserver_request_total\{.*resource="pods",.*subresource="proxy".*\} \d+$/m);
    assert.not.match(metrics, "/teapot");
  });

  test("kubectl proxy serves the API on a port of the client's machine", async () => {
    const running = world().begin(["proxy", "--port=0"]);
    const printed = await running.until((text) => /127\.0\.0\.1:\d+/.test(text));
    const base = `http://${/127\.0\.0\.1:\d+/.exec(printed)?.[0]}`;
    assert.is((JSON.parse(await fetchText(`${base}/api/v1/namespaces/default`)) as { kind: string }).kind, "Namespace");
    const echo = JSON.parse(await fetchText(`${base}/api/v1/namespaces/default/services/web:80/proxy/x`)) as Echo;
    assert.is(echo.url, "/x");
    await running.interrupt();
  });
});
