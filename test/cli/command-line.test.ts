import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const chartroom = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: "utf8", timeout: 30_000 });

const test = suite("command line");

test("help names every command, and each command's help has an example", () => {
  const all = chartroom("--help");
  assert.is(all.status, 0);
  for (const command of ["up", "charts", "trace"]) {
    assert.match(all.stdout, new RegExp(`^ {2}${command} `, "m"));
    const help = chartroom(command, "--help");
    assert.is(help.status, 0);
    assert.match(help.stdout, new RegExp(`Examples:\\n {2}chartroom ${command}`));
  }
});

test("the version is the package's", () => {
  assert.match(chartroom("--version").stdout, /^\d+\.\d+\.\d+\n$/);
});

test("wrong use ends with code 2 and says what to do", () => {
  const table: ReadonlyArray<readonly [string[], RegExp]> = [
    [[], /Usage: chartroom COMMAND/],
    [["upp"], /unknown command "upp"; did you mean "up"\?/],
    [["up", "--node", "3"], /unknown flag "--node"; did you mean "--nodes"\?/],
    [["up", "--nodes", "three"], /--nodes: "three" is not a whole number from 0 to 254/],
    [["up", "--nodes"], /--nodes needs a value/],
    [["up", "--runtime", "docker"], /--runtime: "docker" is not one of auto, worker, simulated/],
    [["up", "--memory=yes"], /--memory takes no value/],
    [["up", "now"], /unexpected argument "now"/],
    [["charts", "etdc"], /unknown actor "etdc"; did you mean "etcd"\?/],
  ];
  for (const [args, expected] of table) {
    const { status, stderr } = chartroom(...args);
    assert.is(status, 2, `chartroom ${args.join(" ")}: ${stderr}`);
    assert.match(stderr, expected);
  }
});

test("charts are drawn from the machines, as Mermaid and as JSON", () => {
  assert.match(
    chartroom("charts", "etcd").stdout,
    /stateDiagram-v2\n[\s\S]*opening_listing --> opening_readingSnapshot : recovery.stepped/,
  );
  const drawn = JSON.parse(chartroom("charts", "etcd", "--format", "json").stdout) as Array<{ actor: string; states: unknown[] }>;
  assert.ok(drawn.length >= 3 && drawn.every(({ actor, states }) => actor === "etcd" && states.length > 1));
});

test("a port in use, a data directory in use and an unwritable one are refused with what to do", async () => {
  const directory = mkdtempSync(join(tmpdir(), "chartroom-test-"));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const taken = chartroom("up", "--port", String(port), "--data-dir", directory);
  assert.is(taken.status, 1);
  assert.match(taken.stderr, new RegExp(`port ${port} of 127.0.0.1 .* in use: choose another with --port`));
  server.close();
  writeFileSync(join(directory, "lock"), JSON.stringify({ pid: process.pid, startedAt: "" }));
  const used = chartroom("up", "--port", "0", "--data-dir", directory);
  assert.is(used.status, 1);
  assert.match(used.stderr, new RegExp(`in use by process ${process.pid}`));
  writeFileSync(join(directory, "file"), "");
  assert.match(chartroom("up", "--port", "0", "--data-dir", join(directory, "file")).stderr, /cannot be written .* --data-dir/);
  rmSync(directory, { recursive: true });
});

test("a trace without a cluster says how to start one", () => {
  const { status, stderr } = chartroom("trace", "--data-dir", "/nowhere");
  assert.is(status, 1);
  assert.match(stderr, /is a cluster running\? Start one with: chartroom up/);
});

test.run();
