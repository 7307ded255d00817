import { createSocket } from "node:dgram";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContainerRecord, ProbeResult } from "../../actors/runc/io/driver.js";
import { bindingRules, type Reach } from "../../actors/runc/io/ports.js";
import { registeredImage } from "../../actors/runc/io/shim/start.js";
import { serveClusterDns } from "../support/cluster-dns.js";
import { get, RuntimeHarness } from "./runtime-harness.js";

const test = suite("containers in threads");
let harness: RuntimeHarness;
test.before(() => {
  harness = new RuntimeHarness(61);
});
test.after(() => harness.stop());

test("nginx serves on the pod's address, logs each request and ends with 0 on SIGTERM", async () => {
  const { id, podIP } = await harness.run("nginx:1.27");
  const mapping = await harness.portOf(id);
  assert.is(mapping.podIP, podIP);
  assert.is(mapping.port, 80);
  const { status, body } = await get(mapping);
  assert.is(status, 200);
  assert.match(body, "Welcome to nginx!");
  assert.is((await get(mapping, "/nothing")).status, 404);
  assert.match(await harness.log(id, {}, (text) => text.includes("/nothing")), /"GET \/ HTTP\/1.1" 200/);
  await harness.kill(id, "SIGTERM");
  const exit = await harness.exitOf(id);
  assert.equal([exit.exitCode, exit.reason], [0, "Completed"]);
});

test("a mount is the container's own path, and a readonly one refuses writes", async () => {
  const hostPath = join(harness.directory, "html");
  mkdirSync(hostPath, { recursive: true });
  writeFileSync(join(hostPath, "index.html"), "from the mount\n");
  const { id } = await harness.run("nginx", { mounts: [{ hostPath, containerPath: "/usr/share/nginx/html", readonly: true }] });
  assert.is((await get(await harness.portOf(id))).body, "from the mount\n");
  const written = await harness.exec(id, ["sh", "-c", "echo no > /usr/share/nginx/html/x"]);
  assert.is(written.exitCode, 1);
  assert.match(written.stderr, "Read-only file system");
  await harness.kill(id, "SIGKILL");
});

test("a port of the node leads to the pod's, connections and datagrams alike, until the sandbox stops", async () => {
  const hostIp = "127.61.0.9";
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
  const atLoopback = await harness.sandbox("local", { portMappings: [{ ...tcp, hostPort: 54_322, hostIp: "127.0.0.1" }] });
  const local = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", {
    sandboxId: atLoopback.id,
    args: ["netexec"],
  });
  await harness.portOf(local.id);
  const onNode = await harness.run("busybox", {
    sandboxId: (await harness.sandbox("node", { hostNetwork: true })).id,
    args: ["sleep", "60"],
  });
  const asked = await harness.exec(onNode.id, ["wget", "-qO-", "http://127.0.0.1:54322/hostname"]);
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

test("a program of the user's own has its environment, arguments, files and exit code", async () => {
  await harness.shim.register(
    registeredImage("example.com/mine", async function mine({ env, args }: { env: Record<string, string>; args: string[] }) {
      const fs = await import("node:fs");
      const os = await import("node:os");
      fs.writeFileSync("/tmp/note", `${env.GREETING} ${args.join(",")} ${os.hostname()} ${process.cwd()}`);
      console.log(fs.readFileSync("/tmp/note", "utf8"));
      console.error(fs.existsSync(process.execPath), fs.readdirSync("/").includes("tmp"));
      return 7;
    }),
  );
  const { id } = await harness.run("example.com/mine:v1", {
    args: ["a", "b"],
    env: [{ name: "GREETING", value: "hello" }],
    workingDir: "/srv",
  });
  assert.is((await harness.exitOf(id)).exitCode, 7);
  assert.is(await harness.log(id), "hello a,b web /srv\nfalse true\n");
});

test("a sidecar reads the main container's data and keeps it in a real database", async () => {
  await harness.shim.register(registeredImage("row-keeper", new URL("./images/row-keeper.js", import.meta.url)));
  const volume = (name: string) => ({ hostPath: join(harness.directory, name), containerPath: `/${name}`, readonly: false });
  const { id: sandboxId } = await harness.sandbox();
  const main = await harness.shell("for i in 1 2 3; do echo line $i >> /shared/lines; done", {
    sandboxId,
    mounts: [volume("shared")],
  });
  await harness.exitOf(main.id);
  const sidecar = await harness.run("row-keeper", { sandboxId, mounts: [volume("shared"), volume("data")] });
  const { body } = await get(await harness.portOf(sidecar.id));
  assert.equal(JSON.parse(body), { count: 3, last: "line 3" });
  await harness.kill(sidecar.id, "SIGTERM");
  assert.is((await harness.exitOf(sidecar.id)).exitCode, 143);
});

test("a plain module runs until nothing is left to do, and process.exit ends it", async () => {
  const file = join(harness.directory, "plain.mjs");
  writeFileSync(
    file,
    "import { readFile } from 'node:fs/promises';\nsetTimeout(async () => { console.log((await readFile('/etc/hostname', 'utf8')).trim()); process.exitCode = 3; }, 20);\n",
  );
  await harness.shim.register(registeredImage("plain", new URL(`file://${file}`)));
  const plain = await harness.run("plain");
  assert.is((await harness.exitOf(plain.id)).exitCode, 3);
  assert.is(await harness.log(plain.id), "web\n");
  const exits = await harness.run("plain", { command: ["node", "-e", "setInterval(() => {}, 1000); process.exit(9)"] });
  assert.is((await harness.exitOf(exits.id)).exitCode, 9);
});

test("an error that nobody catches is in the log, and the exit code is 1", async () => {
  for (const code of ["throw new Error('boom')", "Promise.reject(new Error('boom')); setInterval(() => {}, 1000)"]) {
    const { id } = await harness.run("node:20", { command: ["node", "-e", code] });
    assert.is((await harness.exitOf(id)).exitCode, 1);
    assert.match(await harness.log(id), "boom");
  }
});

test("SIGTERM is the program's to handle; by default it ends it with 143", async () => {
  const handled = await harness.run("node:20", {
    command: [
      "node",
      "-e",
      "process.on('SIGTERM', () => { console.log('bye'); process.exit(4); }); setInterval(() => {}, 1000); console.log('up')",
    ],
  });
  await harness.log(handled.id, {}, (text) => text.includes("up"));
  await harness.kill(handled.id, "SIGTERM");
  assert.is((await harness.exitOf(handled.id)).exitCode, 4);
  const plain = await harness.shell("echo up; sleep 1000");
  await harness.log(plain.id, {}, (text) => text.includes("up"));
  await harness.kill(plain.id, "SIGTERM");
  const exit = await harness.exitOf(plain.id);
  assert.equal([exit.exitCode, exit.signal, exit.reason], [143, "SIGTERM", "Error"]);
  const trapped = await harness.shell("trap 'echo trapped; exit 5' TERM; echo up; sleep 1000 & wait");
  await harness.log(trapped.id, {}, (text) => text.includes("up"));
  await harness.kill(trapped.id, "SIGTERM");
  assert.is((await harness.exitOf(trapped.id)).exitCode, 5);
});

test("SIGKILL ends even an endless loop, with 137", async () => {
  const { id } = await harness.run("node:20", { command: ["node", "-e", "console.log('looping'); for (;;);"] });
  assert.is(await harness.log(id, {}, (text) => text.includes("looping")), "looping\n");
  await harness.kill(id, "SIGTERM");
  await harness.kill(id, "SIGKILL");
  assert.is((await harness.exitOf(id)).exitCode, 137);
});

test("a program that takes more than its memory is OOMKilled", async () => {
  const code = "const all = []; for (;;) all.push(new Array(1000).fill(Math.random()))";
  const { id } = await harness.run("node:20", { command: ["node", "-e", code], memoryLimitBytes: 24 * 1024 * 1024 });
  const exit = await harness.exitOf(id);
  assert.equal([exit.exitCode, exit.reason], [137, "OOMKilled"]);
});

test("a program that writes without end is held to what its log keeps", async () => {
  const { id } = await harness.run("node:20", { command: ["node", "-e", "for (;;) console.log('x'.repeat(10000))"] });
  await harness.log(id, { tailLines: 1 }, (text) => text.length > 200_000);
  await harness.kill(id, "SIGKILL");
  await harness.exitOf(id);
  const { length } = await harness.log(id);
  assert.ok(length < 11 * 1024 * 1024, `the log keeps ${length} bytes`);
});

test("a command that is not there fails the start, as runc words it", async () => {
  const { id } = await harness.create("hello-world", { command: ["/bin/sh"] });
  try {
    await harness.done<void>((onDone) => harness.driver.start(id, onDone));
    assert.unreachable();
  } catch (error) {
    assert.is((error as { reason: string }).reason, "StartError");
    assert.match((error as Error).message, 'exec: "/bin/sh": stat /bin/sh: no such file or directory');
  }
  const hello = await harness.run("hello-world");
  assert.is((await harness.exitOf(hello.id)).exitCode, 0);
  assert.match(await harness.log(hello.id), "Hello from Chartroom!");
});

test("exec has the container's files, environment and network; its exit code, stdin and terminal", async () => {
  const { id } = await harness.run("nginx", { env: [{ name: "COLOUR", value: "red" }] });
  await harness.portOf(id);
  assert.equal(await harness.exec(id, ["env"]).then((result) => result.stdout.includes("COLOUR=red")), true);
  assert.is((await harness.exec(id, ["curl", "-s", "localhost"])).stdout.includes("Welcome to nginx!"), true);
  assert.equal(await harness.exec(id, ["sh", "-c", "cat; exit 6"], "typed"), { exitCode: 6, stdout: "typed", stderr: "" });
  const terminal = await harness.exec(id, ["sh"], "echo $COLOUR\rexit 2\r", true);
  assert.is(terminal.exitCode, 2);
  assert.match(terminal.stdout, "/ # echo $COLOUR\r\n");
  assert.match(terminal.stdout, "red\r\n");
  const failed = await harness.exec(id, ["nope"]).catch((error: Error) => error.message);
  assert.match(String(failed), 'exec: "nope": executable file not found in $PATH');
  const big = await harness.exec(id, ["sh", "-c", "seq 1 200000 | tail -n 1"]);
  assert.is(big.stdout, "200000\n");
  const endless = harness.exec(id, ["sh", "-c", "while true; do :; done"]);
  await harness.kill(id, "SIGKILL");
  assert.is((await endless).exitCode, 137, "what runs in a container ends with it");
});

test("Control-C ends what a typed line runs, not the shell; a container that ends takes its terminals along", async () => {
  const { id } = await harness.shell("sleep 1000");
  const result = await harness.terminal(id, [
    ["# ", "sleep 1000\r"],
    ["sleep 1000\r\n", "\x03"],
    ["# ", "echo status $?\r"],
    ["status 130", "exit 7\r"],
  ]);
  assert.is(result.exitCode, 7);
  const idle = harness.terminal(id, []);
  await harness.kill(id, "SIGKILL");
  assert.is((await idle).exitCode, 137);
});

test("a pod's own names are in its hosts file, and resolve", async () => {
  const { id } = await harness.shell("sleep 1000");
  const hosts = (await harness.exec(id, ["cat", "/etc/hosts"])).stdout;
  assert.match(hosts, /^# Kubernetes-managed hosts file\.\n127\.0\.0\.1\tlocalhost\n/);
  assert.match(hosts, /\n# Entries added by HostAliases\.\n127\.20\.9\.9\tfoo\.local\tbar\.local\n$/);
  assert.match(hosts, /\n127\.61\.1\.\d+\tweb\.shop\.default\.svc\.cluster\.local\tweb\n/);
  const plain = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.53");
  const { stdout } = await harness.exec(plain.id, ["getent", "hosts", "bar.local", "web.shop.default.svc.cluster.local"]);
  assert.match(stdout, /^127\.20\.9\.9\s+bar\.local\n127\.61\.1\.\d+\s+web\.shop\.default\.svc\.cluster\.local\n$/);
  await harness.kill(plain.id, "SIGKILL");
});

test("a container's last words: the file that it was told, the end of its log when it fails", async () => {
  const wordsOf = async (script: string, fallbackToLogs = false, path = "/dev/termination-log") => {
    const { id } = await harness.shell(script, { terminationMessage: { path, fallbackToLogs } });
    return (await harness.exitOf(id)).message;
  };
  assert.is(await wordsOf("echo -n bye > /dev/termination-log"), "bye");
  assert.is(await wordsOf("mkdir -p /tmp/x; echo -n there > /tmp/x/words; exit 1", true, "/tmp/x/words"), "there");
  assert.is(await wordsOf("echo one; echo two; exit 1", true), "one\ntwo\n");
  assert.is(await wordsOf("echo one; exit 1"), "");
  assert.is(await wordsOf("echo one", true), "", "a log is taken of one that failed only");
});

test("exec runs the image's own programs too, in a thread of their own", async () => {
  const { id } = await harness.run("node:20", { command: ["node", "-e", "setInterval(() => {}, 1000)"] });
  await harness.exec(id, ["sh", "-c", "echo kept > /tmp/x"]);
  const code =
    "process.stdin.on('data', (data) => { console.log(require('fs').readFileSync('/tmp/x', 'utf8') + data); process.exit(5); })";
  assert.equal(await harness.exec(id, ["node", "-e", code], "typed"), { exitCode: 5, stdout: "kept\ntyped\n", stderr: "" });
  assert.is((await harness.exec(id, ["sh", "-c", "node -p 6*7 | cat"])).stdout, "42\n");
  const endless = harness.exec(id, ["node", "-e", "for (;;);"]);
  await harness.kill(id, "SIGKILL");
  assert.is((await endless).exitCode, 137);
});

test("a shell as the first process is typed at over attach, with a terminal and without", async () => {
  const terminal = await harness.run("busybox", { stdin: true, tty: true });
  const typed = await harness.attach(
    terminal.id,
    [
      ["/ # ", "echo $((6 * 7))\r"],
      ["42", "exit 3\r"],
    ],
    true,
  );
  assert.is(typed.exitCode, 3);
  assert.match(typed.output, /echo \$\(\(6 \* 7\)\)\r\n(?:\/ # )?42\r\n/);
  const plain = await harness.run("busybox", {
    stdin: true,
    command: ["sh", "-c", "echo ready; read line; echo got $line; exit 4"],
  });
  const answered = await harness.attach(plain.id, [], false);
  assert.is(answered.exitCode, 4);
  assert.match(await harness.log(plain.id), "got");
  const idle = await harness.run("busybox", { stdin: true, command: ["sh", "-c", "echo done"] });
  assert.is((await harness.exitOf(idle.id)).exitCode, 0, "what does not read its input does not wait for it");
});

test("standard input stays open for who attaches next, unless it is to be read once", async () => {
  const open = await harness.run("busybox", { stdin: true, command: ["sh", "-c", "read a; read b; echo $a $b"] });
  assert.is(await harness.type(open.id, "one\n"), 0, "who has no more to type is let go");
  assert.is(await harness.type(open.id, "two\n"), 0);
  assert.is((await harness.exitOf(open.id)).exitCode, 0);
  assert.is(await harness.log(open.id), "one two\n");
  const once = await harness.run("busybox", { stdin: true, stdinOnce: true, command: ["sh", "-c", "cat; echo end; exit 3"] });
  assert.is(await harness.type(once.id, "all\n"), 3, "who typed at an input that is read once hears the process to its end");
  assert.is(await harness.log(once.id), "all\nend\n");
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
for (const [index, [where, reach]] of machines.entries()) {
  test(`a server at a low port is reached by its address and by name ${where}`, async () => {
    const other = new RuntimeHarness(64 + index, { reach });
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

test("probes are answered in the kubelet's words", async () => {
  const { id, podIP } = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", {
    args: ["netexec", "--http-port=8080"],
  });
  await harness.portOf(id);
  const probe = (change: object): Promise<ProbeResult> =>
    new Promise((resolve) =>
      harness.driver.probe(
        {
          podIP,
          port: 8080,
          timeoutMs: 1_000,
          kind: "http",
          scheme: "HTTP",
          host: "",
          path: "/healthz",
          headers: [],
          ...change,
        } as never,
        resolve,
      ),
    );
  assert.equal(await probe({}), { success: true, message: "" });
  assert.equal(await probe({ path: "/echo?code=503" }), { success: false, message: "HTTP probe failed with statuscode: 503" });
  assert.equal(await probe({ kind: "tcp" }), { success: true, message: "" });
  const refused = `dial tcp ${podIP}:8081: connect: connection refused`;
  assert.equal(await probe({ kind: "tcp", port: 8081 }), { success: false, message: refused });
  await harness.kill(id, "SIGKILL");
});

test("a probe follows redirects within the pod, and takes one that leads elsewhere for an answer", async () => {
  const { id, podIP } = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", { args: ["liveness"] });
  await harness.portOf(id);
  const redirected = (to: string): Promise<ProbeResult> =>
    new Promise((resolve) => {
      const path = `/redirect?loc=${encodeURIComponent(to)}`;
      const target = { podIP, port: 8080, timeoutMs: 1_000, kind: "http", scheme: "HTTP", host: "", path, headers: [] } as const;
      harness.driver.probe(target, resolve);
    });
  assert.equal(await redirected("/healthz"), { success: true, message: "" });
  assert.equal(await redirected("/absent"), { success: false, message: "HTTP probe failed with statuscode: 404" });
  assert.equal(await redirected("http://elsewhere.example/"), {
    success: true,
    message: 'Probe terminated redirects, Response body: <a href="http://elsewhere.example/">Found</a>.\n\n',
  });
  await harness.kill(id, "SIGKILL");
});

test("a signal waits until the program has begun: one that ends by itself has its own exit code", async () => {
  const { id } = await harness.create("busybox", { command: ["false"] });
  await harness.done<void>((onDone) => harness.driver.start(id, onDone));
  await harness.kill(id, "SIGTERM");
  assert.is((await harness.exitOf(id)).exitCode, 1);
});

test("an unknown image runs simulated, and says so", async () => {
  const { id } = await harness.run("example.com/unknown:1");
  const notice = await harness.waitFor((event) => (event.type === "notice" && event.id === id ? event : undefined));
  assert.match(notice.message, "simulated");
  assert.match(await harness.log(id), "simulated container");
  await harness.kill(id, "SIGTERM");
  assert.is((await harness.exitOf(id)).exitCode, 0);
});

test("containers go on when the one who used the runtime goes away, and are found again", async () => {
  const { id } = await harness.run("nginx");
  const mapping = await harness.portOf(id);
  harness.driver.close();
  harness.driver = harness.connect();
  assert.is((await get(mapping)).status, 200);
  const found = await harness.done((onDone) => harness.driver.state(id, onDone));
  assert.is((found as { state: string }).state, "running");
  await harness.kill(id, "SIGTERM");
  assert.is((await harness.exitOf(id)).exitCode, 0);
});

test("a sandbox that is removed takes its containers along", async () => {
  const { id: sandboxId } = await harness.sandbox();
  const { id } = await harness.shell("sleep 1000", { sandboxId });
  await harness.done<void>((onDone) => harness.driver.removeSandbox(sandboxId, onDone));
  assert.is((await harness.exitOf(id)).exitCode, 137);
  const left = await harness.done<readonly ContainerRecord[]>((onDone) => harness.driver.list(onDone));
  assert.not.ok(left.some((record) => record.spec.id === id));
});

test.run();
