/** The pure parts of the proxies to pods, Services and nodes: names, targets, headers, links. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LinkRewriter, throughProxy } from "../../actors/apiserver/http/html-links.js";
import { requestHeaders, responseHeaders } from "../../actors/apiserver/http/proxy-headers.js";
import { podTarget, proxyName, serviceTarget } from "../../actors/apiserver/http/proxy-target.js";
import { route } from "../../actors/apiserver/http/routing.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { Endpoints, Pod, Service } from "../../src/api/types.js";

const proxy = suite("proxies");

proxy("a proxied name has a scheme and a port, or not", () => {
  const read = (id: string) => {
    const name = proxyName(id, "service");
    return name.ok ? [name.value.tls, name.value.name, name.value.port] : name.error.status.message;
  };
  assert.equal(read("web"), [false, "web", ""]);
  assert.equal(read("web:http"), [false, "web", "http"]);
  assert.equal(read("https:web:443"), [true, "web", "443"]);
  assert.equal(read("https:web:"), [true, "web", ""]);
  for (const wrong of ["", ":80", "ftp:web:80", "a:b:c:d"]) assert.is(read(wrong), `invalid service request "${wrong}"`);
});

proxy("what follows the subresource is kept as it was written", () => {
  const rest = (path: string, method = "GET") => {
    const to = route(method, path, false, builtinResources());
    return to.type === "proxy" ? [to.verb, to.path.resource, to.path.name, to.rest] : to.type;
  };
  assert.equal(rest("/api/v1/namespaces/a/pods/b/proxy"), ["get", "pods", "b", ""]);
  assert.equal(rest("/api/v1/namespaces/a/services/b:80/proxy/x//y%2Fz/", "POST"), ["create", "services", "b:80", "/x//y%2Fz/"]);
  assert.equal(rest("/api/v1/nodes/n/proxy/pods", "DELETE"), ["delete", "nodes", "n", "/pods"]);
  assert.is(rest("/api/v1/namespaces/a/configmaps/b/proxy/x"), "refused");
});

const pod = (change: object = {}): Pod => ({
  metadata: { name: "web", namespace: "a" },
  spec: { containers: [{ name: "main" }, { name: "side", ports: [{ containerPort: 8080 }] }] },
  status: { podIP: "10.0.0.1" },
  ...change,
});

proxy("a pod is reached at the port that is named, else at the first that it declares", () => {
  const at = (port: string, of = pod(), tls = false) => {
    const target = podTarget(of, { tls, name: "web", port });
    return target.ok ? `${target.value.host}:${target.value.port}` : target.error.status.message;
  };
  assert.is(at("81"), "10.0.0.1:81");
  assert.is(at(""), "10.0.0.1:8080");
  assert.is(at("", pod({ spec: { containers: [] } })), "10.0.0.1:80");
  assert.is(at("", pod({ spec: { containers: [] } }), true), "10.0.0.1:443");
  assert.is(at("", pod({ status: {} })), "address not allowed");
  assert.is(at("70000"), 'invalid pod request "web:70000"');
});

proxy("a Service is reached at one of its ready endpoints, by the port's number or name", () => {
  const service: Service = {
    metadata: { name: "web" },
    spec: {
      ports: [
        { name: "http", port: 80 },
        { name: "admin", port: 90 },
      ],
    },
  };
  const targetRef = { kind: "Pod", namespace: "a", name: "web-1" };
  const endpoints: Endpoints = {
    metadata: { name: "web" },
    subsets: [
      {
        addresses: [{ ip: "10.0.0.1", targetRef }, { ip: "10.0.0.2" }],
        ports: [
          { name: "http", port: 8080 },
          { name: "admin", port: 9090 },
        ],
      },
      { notReadyAddresses: [{ ip: "10.0.0.3" }], ports: [{ name: "http", port: 8080 }] },
    ],
  };
  const at = (port: string, choice = 0) => {
    const target = serviceTarget(service, endpoints, { tls: false, name: "web", port }, () => choice);
    return target.ok ? [target.value.host, target.value.port, target.value.pod?.name] : target.error.status.message;
  };
  assert.equal(at("80"), ["10.0.0.1", 8080, "web-1"]);
  assert.equal(at("admin", 1), ["10.0.0.2", 9090, undefined]);
  assert.is(at("81"), 'no service port 81 found for service "web"');
  assert.is(at(""), 'no endpoints available for service "web"', "its ports have names");
});

proxy("credentials and what is between two neighbours stay; who forwarded is told", () => {
  const headers = {
    host: "api:6443",
    authorization: "Bearer secret",
    "impersonate-user": "jane",
    connection: "keep-alive",
    accept: "text/html",
    "x-forwarded-for": "10.0.0.9",
    upgrade: "websocket",
    ":path": "/",
  };
  const forwarded = { host: "10.0.0.1", from: "127.0.0.1", uri: "/api/x", authority: "api:6443" };
  const told = {
    accept: "text/html",
    host: "10.0.0.1",
    "x-forwarded-for": "10.0.0.9, 127.0.0.1",
    "x-forwarded-host": "api:6443",
    "x-forwarded-proto": "https",
    "x-forwarded-uri": "/api/x",
  };
  assert.equal(requestHeaders(headers, forwarded), told);
  assert.equal(requestHeaders(headers, forwarded, true), { ...told, connection: "Upgrade", upgrade: "websocket" });
  assert.equal(
    responseHeaders({ "access-control-allow-origin": "*", "transfer-encoding": "chunked", "set-cookie": ["a", "b"] }),
    {
      "set-cookie": ["a", "b"],
    },
  );
});

const page = { host: "10.0.0.1:8080", prefix: "/api/v1/namespaces/a/pods/b/proxy" };

proxy("links to the same server lead through the proxy, others stay", () => {
  const links: Array<[string, string]> = [
    ["/style.css", `${page.prefix}/style.css`],
    ["http://10.0.0.1:8080/x?y=1", `${page.prefix}/x?y=1`],
    ["http://10.0.0.1:8080", `${page.prefix}/`],
    ["style.css", "style.css"],
    ["//other/x", "//other/x"],
    ["https://example.com/x", "https://example.com/x"],
    [`${page.prefix}/x`, `${page.prefix}/x`],
    ["#top", "#top"],
  ];
  for (const [link, rewritten] of links) assert.is(throughProxy(link, page), rewritten);
});

proxy("a page is rewritten however it is cut", () => {
  const html = `<a class=x href="/one">1</a> a < b <IMG SRC='/two'><script src=/three></script><p title="/no">`;
  const wanted = `<a class=x href="${page.prefix}/one">1</a> a < b <IMG SRC='${page.prefix}/two'><script src=${page.prefix}/three></script><p title="/no">`;
  for (const size of [1, 5, 1_000]) {
    const rewriter = new LinkRewriter(page);
    let text = "";
    for (let at = 0; at < html.length; at += size) text += rewriter.push(html.slice(at, at + size));
    assert.is(text + rewriter.end(), wanted);
  }
});

proxy.run();
