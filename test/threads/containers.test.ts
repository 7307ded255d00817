import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContainerRecord } from "../../actors/runc/io/driver.js";
import { registeredImage } from "../../actors/runc/io/shim/start.js";
import { get, RuntimeHarness } from "./runtime-harness.js";

const test = suite("containers in threads");
let harness: RuntimeHarness;
test.before(async () => {
  harness = await RuntimeHarness.started();
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
