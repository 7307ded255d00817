import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bindingRules, type Reach } from "../../actors/runc/io/ports.js";
import { serveClusterDns } from "../support/cluster-dns.js";
import { RuntimeHarness } from "./runtime-harness.js";

const test = suite("containers in threads: addresses, ports and names");
let harness: RuntimeHarness;
test.before(async () => {
  harness = await RuntimeHarness.started();
});
test.after(() => harness.stop());

async function portThatIsFree(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("a port of the node leads to the pod's, connections and datagrams alike, until the sandbox stops", async () => {
  const hostIp = harness.nodeAddress;
  const tcp = { protocol: "TCP", containerPort: 8080, hostPort: 54_321, hostIp };
  const udp = { protocol: "UDP", containerPort: 8081, hostPort: 54_321, hostIp };
  const { id: sandboxId } = await harness.sandbox("ports", { portMappings: [tcp, udp] });
  const server = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", { sandboxId, args: ["netexec"] });
  await harness.portOf(server.id);
  await harness.log(server.id, {}, (text) => text.includes("Started UDP server"));
  const client = await harness.shell(`wget -qO- http://${hostIp}:54321/hostname`);
  assert.is((await harness.exitOf(client.id)).exitCode, 0);
  assert.is(await harness.log(client.id), "ports");
  const datagram = createSocket("udp4");
  const answered = new Promise<string>((resolve) => datagram.once("message", (bytes) => resolve(String(bytes))));
  datagram.send("hostname", 54_321, hostIp);
  assert.is(await answered, "ports");
  datagram.close();
  const freePort = await portThatIsFree();
  const atLoopback = await harness.sandbox("local", { portMappings: [{ ...tcp, hostPort: freePort, hostIp: "127.0.0.1" }] });
  const local = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", {
    sandboxId: atLoopback.id,
    args: ["netexec"],
  });
  await harness.portOf(local.id);
  const onNode = await harness.run("busybox", {
    sandboxId: (await harness.sandbox("node", { hostNetwork: true })).id,
    args: ["sleep", "60"],
  });
  const asked = await harness.exec(onNode.id, ["wget", "-qO-", `http://127.0.0.1:${freePort}/hostname`]);
  assert.is(asked.stdout, "local", "a pod on the node's network sees the ports of its 127.0.0.1");
  await harness.done<void>((onDone) => harness.driver.stopSandbox(atLoopback.id, onDone));
  const taken = await harness.sandbox("other", { portMappings: [tcp] }).catch((error: Error) => error.message);
  assert.match(String(taken), "EADDRINUSE");
  await harness.done<void>((onDone) => harness.driver.stopSandbox(sandboxId, onDone));
  const again = await harness.sandbox("again", { portMappings: [tcp] });
  await harness.done<void>((onDone) => harness.driver.stopSandbox(again.id, onDone));
});

test("two containers of a pod share its address and its volume, and nothing else", async () => {
  const hostPath = join(harness.directory, "pod");
  const mounts = [{ hostPath, containerPath: "/data", readonly: false }];
  const { id: sandboxId } = await harness.sandbox();
  const server = await harness.run("hashicorp/http-echo", { sandboxId, args: ["-text=hi there"], mounts });
  await harness.portOf(server.id);
  const script = "echo private > /tmp/x; wget -qO- http://localhost:5678 > /data/answer; cat /data/answer";
  const client = await harness.shell(script, { sandboxId, mounts });
  assert.is((await harness.exitOf(client.id)).exitCode, 0);
  assert.is(await harness.log(client.id), "hi there\n");
  assert.is(readFileSync(join(hostPath, "answer"), "utf8"), "hi there\n");
  const other = await harness.shell("cat /tmp/x", { sandboxId, mounts });
  assert.is((await harness.exitOf(other.id)).exitCode, 1);
  await harness.kill(server.id, "SIGKILL");
});

test("a pod's own names are in its hosts file, and resolve", async () => {
  const { id } = await harness.shell("sleep 1000");
  const hosts = (await harness.exec(id, ["cat", "/etc/hosts"])).stdout;
  assert.match(hosts, /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
  assert.match(hosts, /\n# Entries added by HostAliases\.\n127\.20\.9\.9\tfoo\.local\tbar\.local\n$/);
  assert.match(hosts, /\n127\.\d+\.1\.\d+\tweb\.shop\.default\.svc\.cluster\.local\tweb\n/);
  const plain = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.53");
  const { stdout } = await harness.exec(plain.id, ["getent", "hosts", "bar.local", "web.shop.default.svc.cluster.local"]);
  assert.match(stdout, /^127\.20\.9\.9\s+bar\.local\n127\.\d+\.1\.\d+\s+web\.shop\.default\.svc\.cluster\.local\n$/);
  await harness.kill(plain.id, "SIGKILL");
});

test("names of Services resolve, short and long; unknown ones do not", async () => {
  const server = await harness.run("hashicorp/http-echo", { args: ["-text=by name"] });
  await harness.portOf(server.id);
  const dns = await serveClusterDns(harness.dnsAddress, bindingRules());
  dns.services.set("default/shop", server.podIP);
  const script =
    "for n in shop shop.default shop.default.svc.cluster.local; do wget -qO- http://$n:5678; done; wget -qO- http://nobody.default.svc.cluster.local";
  const client = await harness.shell(script);
  assert.is((await harness.exitOf(client.id)).exitCode, 1);
  const log = await harness.log(client.id);
  assert.is(log.split("by name\n").length, 4, log);
  assert.match(log, "wget: bad address 'nobody.default.svc.cluster.local'");
  const own = await harness.run("node:20", {
    command: ["node", "-e", "fetch('http://shop:5678').then(async (r) => console.log(await r.text()))"],
  });
  assert.is((await harness.exitOf(own.id)).exitCode, 0);
  assert.is(await harness.log(own.id), "by name\n\n");
  await harness.kill(server.id, "SIGKILL");
  dns.close();
});

/** Machines: one where every port may be bound, one where low ones may not, and one that has only 127.0.0.1. */
const machines: ReadonlyArray<readonly [string, Reach]> = [
  ["as this machine is", bindingRules()],
  ["where low ports may not be bound", { firstFreePort: 1024, loopbackOnly: false }],
  ["where 127.0.0.1 is the only address", { firstFreePort: 1024, loopbackOnly: true }],
];
for (const [where, reach] of machines) {
  test(`a server at a low port is reached by its address and by name ${where}`, async () => {
    const other = await RuntimeHarness.started({ reach });
    const { id, podIP } = await other.run("nginx");
    await other.portOf(id);
    const dns = await serveClusterDns(other.dnsAddress, reach);
    dns.services.set("default/low", podIP);
    const code = `for (const url of ["http://${podIP}", "http://low", "http://low:80/"]) {
      require("http").get(url, (response) => { console.log(response.statusCode); response.resume(); });
      fetch(url).then((response) => console.log(response.status));
    }`;
    const client = await other.run("node:20", { command: ["node", "-e", code] });
    assert.is((await other.exitOf(client.id)).exitCode, 0, await other.log(client.id));
    assert.is(await other.log(client.id), "200\n".repeat(6));
    if (!reach.loopbackOnly) assert.match(await other.log(id), `${client.podIP} - - `, "the pod's address is what others see");
    assert.match((await other.exec(id, ["curl", "-s", "http://low"])).stdout, "Welcome");
    await other.kill(id, "SIGKILL");
    await other.stop();
    dns.close();
  });
}

test.run();
