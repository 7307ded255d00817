/**
 * Ports of pods at the client's machine: over SPDY/3.1 (kubectl 1.27 and 1.30), over a WebSocket that tunnels it (from 1.31 on,
 * KEP-4006), and over a WebSocket with a pair of channels for each port.
 * https://kubernetes.io/docs/tasks/access-application-cluster/port-forward-access-application-cluster/
 */
import { get } from "node:http";
import { createConnection } from "node:net";
import * as assert from "uvu/assert";
import WebSocket from "ws";
import { parse } from "yaml";
import { fetchText, type KubectlWorld, type Running } from "../interop/kubectl-world.js";
import { everyKubectl, kubectlVersionsSuite } from "./world.js";

const objects = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  containers:
    - { name: web, image: nginx, ports: [{ name: http, containerPort: 80 }] }
    - name: counter
      image: node
      command: [node, -e]
      args:
        - |
          require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
            let bytes = 0;
            socket.on("data", (part) => (bytes += part.length));
            socket.on("end", () => socket.end("heard " + bytes));
          }).listen(7000);
          require("node:net").createServer({ allowHalfOpen: true }, (socket) => socket.end("all of it")).listen(7001);
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 8080, targetPort: http }] }
---
apiVersion: v1
kind: Pod
metadata: { name: stuck }
spec: { nodeSelector: { no: node }, containers: [{ name: web, image: nginx }] }
`;

/** Starts to forward and tells the local port that kubectl chose. */
async function forwarding(kubectl: KubectlWorld, what: string, port: number): Promise<{ local: number; running: Running }> {
  const running = kubectl.begin(["port-forward", what, `:${port}`, "-v=4"]);
  const printed = await running.until((text) => /127\.0\.0\.1:\d+/.test(text));
  return { local: Number(/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]), running };
}

/** Sends text, ends the sending half, and tells what came back until the other half ended. */
const exchange = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = "";
    const socket = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true }, () => socket.end(text));
    socket.setEncoding("utf8").on("data", (part: string) => {
      heard += part;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(heard));
  });

/** What is said at a port until its end, to somebody who says nothing. */
const untilEnd = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    let heard = "";
    const socket = createConnection({ host: "127.0.0.1", port, allowHalfOpen: true });
    socket.setEncoding("utf8").on("data", (part: string) => {
      heard += part;
    });
    socket.on("error", reject);
    socket.on("end", () => {
      resolve(heard);
      socket.destroy();
    });
  });

kubectlVersionsSuite("port-forward", everyKubectl, { nodes: 1 }, (test, world) => {
  test("the pods are there", async () => {
    const kubectl = world("1.33");
    await kubectl.okWith(objects, "apply -f -");
    await kubectl.ok("wait --for=condition=Ready pod/web --timeout=60s");
    await kubectl.until("get endpoints web -o jsonpath={.subsets[0].addresses[0].ip}", (ip) => ip !== "");
  });

  for (const version of everyKubectl) {
    test(`kubectl ${version}: to a pod and to a Service, many connections at once and half-closed ones`, async () => {
      const kubectl = world(version);
      const { local, running } = await forwarding(kubectl, "pod/web", 80);
      const pages = await Promise.all(Array.from({ length: 8 }, () => fetchText(`http://127.0.0.1:${local}/`)));
      for (const page of pages) assert.match(page, /Welcome to nginx!/);
      await running.interrupt();
      assert.not.match(running.stderr, /fallback/, "what kubectl asks for first is what it gets");
      const counter = await forwarding(kubectl, "pod/web", 7000);
      assert.is(await exchange(counter.local, "x".repeat(3_000_000)), "heard 3000000");
      await counter.running.interrupt();
      const speaker = await forwarding(kubectl, "pod/web", 7001);
      assert.is(await untilEnd(speaker.local), "all of it", "a server may end first, and its client only listen");
      await speaker.running.interrupt();
      const service = await forwarding(kubectl, "svc/web", 8080);
      assert.match(await fetchText(`http://127.0.0.1:${service.local}/`), /Welcome to nginx!/);
      await service.running.interrupt();
    });

    test(`kubectl ${version}: what cannot be forwarded says why`, async () => {
      const kubectl = world(version);
      assert.match(await kubectl.fails("port-forward pod/absent :80"), /pods "absent" not found/);
      assert.match(await kubectl.fails("port-forward pod/stuck :80 --pod-running-timeout=1s"), /pod is not running|timed out/);
      const { local, running } = await forwarding(kubectl, "pod/web", 81);
      await new Promise((resolve) => get(`http://127.0.0.1:${local}/`).on("error", resolve).on("response", resolve));
      await running.interrupt();
      assert.match(running.stderr, /error forwarding port 81 to pod web.*connection refused/);
    });
  }

  test("over a WebSocket of channels, each begins with its port; bytes or base64", async () => {
    const { cluster } = world("1.33");
    const { clusters } = parse(cluster.kubeconfig) as { clusters: Array<{ cluster: { "certificate-authority-data": string } }> };
    const ca = Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
    const ask = "GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n";
    for (const protocol of ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"]) {
      const url = `${cluster.url.replace("https", "wss")}/api/v1/namespaces/default/pods/web/portforward?ports=80`;
      const client = new WebSocket(url, [protocol], { ca, headers: { authorization: `Bearer ${cluster.token}` } });
      const isText = protocol.includes("base64");
      const heard: Buffer[] = [];
      await new Promise<void>((resolve, reject) => {
        client.on("open", () => client.send(isText ? `0${Buffer.from(ask).toString("base64")}` : Buffer.from(`\0${ask}`)));
        client.on("message", (data: Buffer) => {
          if (data[0] !== (isText ? 0x30 : 0)) return;
          heard.push(isText ? Buffer.from(data.subarray(1).toString(), "base64") : data.subarray(1));
        });
        client.on("error", reject);
        client.on("close", () => resolve());
      });
      const [port, ...rest] = heard;
      assert.equal([...(port ?? [])], [80, 0], protocol);
      assert.match(Buffer.concat(rest).toString(), /^HTTP\/1\.1 200 [\s\S]*<\/html>/, protocol);
    }
  });
});
