import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DataDirectory, KubeconfigPlace } from "../../src/cluster/data-directory.js";
import { serverNames } from "../../src/pki/authority.js";

const test = suite<{ path: string }>("data directory");

test.before.each((context) => {
  context.path = mkdtempSync(join(tmpdir(), "chartroom-test-"));
});
test.after.each(({ path }) => rmSync(path, { recursive: true, force: true }));

test("keys are kept for their owner's eyes, and come back", ({ path }) => {
  const first = DataDirectory.open(path);
  const keys = first.keys(serverNames("127.17.0.1"));
  first.slot = 3;
  first.close();
  assert.is(statSync(join(path, "pki/ca.key")).mode & 0o777, 0o600);
  const second = DataDirectory.open(path);
  assert.equal(second.keys(serverNames("127.17.0.1")), keys);
  assert.is(second.slot, 3);
  second.close();
});

test("a directory in use is refused by the process that uses it", ({ path }) => {
  const holder = DataDirectory.open(path);
  assert.throws(() => DataDirectory.open(path), new RegExp(`in use by process ${process.pid}`));
  holder.close();
  DataDirectory.open(path).close();
});

test("a living process's lock holds", ({ path }) => {
  writeFileSync(join(path, "lock"), JSON.stringify({ pid: process.ppid, startedAt: "" }));
  assert.throws(() => DataDirectory.open(path), new RegExp(`in use by process ${process.ppid}.*--data-dir`));
});

test("the lock of a process that has ended, or of an earlier one with the same id, is taken over", ({ path }) => {
  const ended = spawnSync(process.execPath, ["-e", ""]).pid;
  for (const holder of [
    { pid: ended, startedAt: "" },
    { pid: process.pid, startedAt: "1" },
    { pid: process.ppid, startedAt: "1" },
  ]) {
    if (holder.pid === process.ppid && !existsSync("/proc/self/stat")) continue;
    writeFileSync(join(path, "lock"), JSON.stringify(holder));
    DataDirectory.open(path).close();
  }
});

test("another format version is refused by name", ({ path }) => {
  writeFileSync(join(path, "chartroom.json"), JSON.stringify({ formatVersion: 99 }));
  assert.throws(() => DataDirectory.open(path), /format version 99, this release reads 1/);
  assert.not.ok(existsSync(join(path, "lock")), "a refused directory is not left locked");
});

test("a place that cannot be written to is refused with what to do", ({ path }) => {
  const file = join(path, "a-file");
  writeFileSync(file, "");
  assert.throws(() => DataDirectory.open(join(file, "below")), /cannot be written \(ENOTDIR\).*--data-dir.*--memory/);
  // Nothing can be made there, whoever asks.
  if (existsSync("/proc/self")) assert.throws(() => DataDirectory.open("/proc/chartroom/data"), /cannot be written \(ENOENT\)/);
});

test("without a path it is temporary and goes with its cluster", () => {
  const directory = DataDirectory.open(undefined);
  directory.write("kubeconfig", "text", 0o600);
  assert.is(readFileSync(join(directory.path, "kubeconfig"), "utf8"), "text");
  directory.close();
  assert.not.ok(existsSync(directory.path));
});

test("where nothing is kept, the named directory holds the kubeconfig and nothing else, as long as the cluster runs", ({
  path,
}) => {
  const directory = join(path, "new");
  const place = KubeconfigPlace.open(directory);
  const kubeconfig = place.write("kubeconfig", "text", 0o600);
  assert.throws(() => DataDirectory.open(directory), /in use by process/);
  assert.ok(existsSync(kubeconfig));
  place.close();
  assert.not.ok(existsSync(directory));
  const kept = DataDirectory.open(path);
  kept.close();
  KubeconfigPlace.open(path).close();
  assert.ok(existsSync(join(path, "chartroom.json")), "what another cluster keeps there stays");
});

test.run();
