import { suite } from "uvu";
import * as assert from "uvu/assert";
import { RuntimeHarness } from "./runtime-harness.js";

const test = suite("containers in threads: what is typed and run in them");
let harness: RuntimeHarness;
test.before(async () => {
  harness = await RuntimeHarness.started();
});
test.after(() => harness.stop());

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

test.run();
