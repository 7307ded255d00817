import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Done, SubPathReady, VolumeFile } from "../../actors/kubelet/io/io.js";
import { memoryDirectory } from "../../actors/kubelet/io/memory-directory.js";
import { realVolumes } from "../../actors/kubelet/io/real.js";

const test = suite("kubelet: volumes on disk");

const root = mkdtempSync(join(tmpdir(), "chartroom-volumes-"));
const volumes = realVolumes(root);
const name = { podUid: "uid-1", plugin: "kubernetes.io~configmap", volume: "config" };
const directory = volumes.path(name);

const done = (work: (onDone: Done) => void): Promise<string | undefined> => new Promise((resolve) => work(resolve));
const file = (path: string, text: string, mode = 0o644): VolumeFile => ({ path, data: new TextEncoder().encode(text), mode });
const write = (...files: VolumeFile[]) => done((onDone) => volumes.writeFiles(name, files, undefined, onDone));
const writeFor = (fsGroup: number, ...files: VolumeFile[]) => done((onDone) => volumes.writeFiles(name, files, fsGroup, onDone));
const read = (path: string) => readFileSync(join(directory, path), "utf8");
const listing = () =>
  readdirSync(directory)
    .filter((each) => !each.startsWith(".."))
    .sort();

test.after(() => rmSync(root, { recursive: true, force: true }));

test("files appear as links through ..data, with their modes", async () => {
  assert.is(await write(file("a.txt", "one"), file("deep/b.txt", "two", 0o400)), undefined);
  assert.equal([read("a.txt"), read("deep/b.txt")], ["one", "two"]);
  assert.is(readlinkSync(join(directory, "a.txt")), join("..data", "a.txt"));
  assert.ok(lstatSync(join(directory, "..data")).isSymbolicLink());
  assert.is(statSync(join(directory, "deep/b.txt")).mode & 0o777, 0o400);
});

test("new content replaces the old at once: one moment is left, and no name of the old", async () => {
  const before = readlinkSync(join(directory, "..data"));
  assert.is(await write(file("a.txt", "three"), file("c.txt", "four")), undefined);
  assert.equal([read("a.txt"), read("c.txt"), listing()], ["three", "four", ["a.txt", "c.txt"]]);
  assert.not(existsSync(join(directory, before)));
});

test("a volume without files is an empty directory", async () => {
  assert.is(await write(), undefined);
  assert.equal(listing(), []);
});

test("a path that leaves the volume is refused", async () => {
  assert.is(await write(file("../../x", "no")), 'path "../../x" leaves the volume');
});

test("an empty directory keeps its content when it is made again", async () => {
  const scratch = { ...name, plugin: "kubernetes.io~empty-dir", volume: "scratch" };
  assert.is(await done((onDone) => volumes.makeDirectory(scratch, undefined, onDone)), undefined);
  assert.is(await done((onDone) => volumes.makeDirectory(scratch, undefined, onDone)), undefined);
  assert.ok(statSync(volumes.path(scratch)).isDirectory());
});

const permissions = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

test("an empty directory is everybody's; with an fsGroup what is made in it is the group's", async () => {
  const scratch = { ...name, plugin: "kubernetes.io~empty-dir", volume: "open" };
  await done((onDone) => volumes.makeDirectory(scratch, undefined, onDone));
  assert.is(permissions(volumes.path(scratch)), "777");
  await done((onDone) => volumes.makeDirectory(scratch, 2000, onDone));
  assert.is(permissions(volumes.path(scratch)), "2777");
  if (process.getuid?.() === 0) assert.is(statSync(volumes.path(scratch)).gid, 2000);
});

test("with an fsGroup files that nobody but their owner may read are the group's to read", async () => {
  assert.is(await writeFor(2000, file("a.txt", "one", 0o400), file("b.txt", "two", 0o644)), undefined);
  assert.equal([permissions(join(directory, "a.txt")), permissions(join(directory, "b.txt"))], ["440", "644"]);
  if (process.getuid?.() === 0) assert.is(statSync(join(directory, "a.txt")).gid, 2000);
});

test("a file of a user's own is his, and the group of the pod's volumes may read it", async () => {
  assert.is(await writeFor(2000, { ...file("token", "secret", 0o600), user: 1000 }), undefined);
  const { uid, gid } = statSync(join(directory, "token"));
  assert.is(permissions(join(directory, "token")), "640");
  if (process.getuid?.() === 0) assert.equal([uid, gid], [1000, 2000]);
});

test("an emptyDir of medium Memory has the modes of a tmpfs, and so has what is made in it", async () => {
  const inMemory = { ...name, plugin: "kubernetes.io~empty-dir", volume: "cache", medium: "Memory" };
  await done((onDone) => volumes.makeDirectory(inMemory, 123, onDone));
  assert.is(permissions(volumes.path(inMemory)), "3777");
  const of = { podUid: "uid-1", volume: "cache", container: "c", index: 0 };
  const made = await new Promise<SubPathReady>((resolve) => volumes.prepareSubPath(of, volumes.path(inMemory), "sub", resolve));
  assert.is(permissions(pathOf(made)), "3777");
});

test("an emptyDir of medium Memory is kept in memory", () => {
  const both = realVolumes(root, join(root, "memory"));
  assert.ok(both.path({ ...name, plugin: "kubernetes.io~empty-dir", medium: "Memory" }).startsWith(join(root, "memory")));
});

test("a local volume must be there", async () => {
  const gone = join(root, "gone");
  assert.is(await done((onDone) => volumes.prepareLocal(gone, undefined, onDone)), `path "${gone}" does not exist`);
  mkdirSync(join(root, "disk"), { mode: 0o700 });
  assert.is(await done((onDone) => volumes.prepareLocal(join(root, "disk"), 2000, onDone)), undefined);
  assert.is(permissions(join(root, "disk")), "2770");
});

const subPath = (path: string, index = 0): Promise<SubPathReady> =>
  new Promise((resolve) =>
    volumes.prepareSubPath({ podUid: "uid-1", volume: "config", container: "c", index }, directory, path, resolve),
  );
const pathOf = (ready: SubPathReady): string => ("path" in ready ? ready.path : ready.error);

test("a file by subPath stays as the container found it while the volume changes", async () => {
  await write(file("a.txt", "one"), file("deep/b.txt", "two"));
  const held = pathOf(await subPath("a.txt"));
  await write(file("a.txt", "new"), file("deep/b.txt", "two"));
  assert.is(readFileSync(held, "utf8"), "one");
  assert.is(readFileSync(pathOf(await subPath("a.txt")), "utf8"), "new", "the next container finds it new");
});

test("a subPath that is missing is made as a directory; one that leads out of the volume is refused", async () => {
  const made = pathOf(await subPath("data/mysql", 1));
  assert.is(made, join(realpathSync(directory), "data/mysql"));
  assert.is(permissions(made), permissions(directory));
  symlinkSync("/etc", join(directory, "out"));
  assert.match(pathOf(await subPath("out/passwd", 2)), /^subpath "out\/passwd" not within volume path/);
});

const hostPaths: ReadonlyArray<readonly [string, string, RegExp | undefined]> = [
  ["", join(root, "made as a mount does"), undefined],
  ["Directory", root, undefined],
  ["Directory", join(root, "none"), /hostPath type check failed: .*none is not a directory/],
  ["File", root, /is not a file/],
  ["DirectoryOrCreate", join(root, "made"), undefined],
  ["FileOrCreate", join(root, "made.txt"), undefined],
  ["File", join(root, "made.txt"), undefined],
  ["Socket", join(root, "made.txt"), /is not a socket file/],
];
for (const [type, path, expected] of hostPaths) {
  test(`hostPath of type "${type}" at ${path.slice(root.length) || "a directory"}`, async () => {
    const error = await done((onDone) => volumes.checkHostPath(path, type, onDone));
    if (expected === undefined) assert.is(error, undefined);
    else assert.match(error ?? "", expected);
  });
}

test("what is made from objects is kept in memory, and cleared away when its owner is gone", async () => {
  const place = join(root, "memory");
  mkdirSync(place);
  const owner = join(root, "node-1");
  const memory = memoryDirectory(owner, place);
  assert.is(memoryDirectory(owner, place), memory, "it is found again");
  assert.is(statSync(memory).mode & 0o777, 0o700);
  const both = realVolumes(owner, memory);
  assert.ok(both.path({ ...name, plugin: "kubernetes.io~secret" }).startsWith(memory));
  assert.ok(both.path({ ...name, plugin: "kubernetes.io~empty-dir" }).startsWith(owner));
  assert.is(await done((onDone) => both.writeFiles(name, [file("a", "b")], undefined, onDone)), undefined);
  assert.equal(await new Promise<readonly string[]>((resolve) => both.listPods(resolve)), ["uid-1"]);
  assert.is(await done((onDone) => both.removePod("uid-1", onDone)), undefined);
  assert.not(existsSync(both.path(name)));
  rmSync(owner, { recursive: true });
  memoryDirectory(join(root, "node-2"), place);
  assert.not(existsSync(memory));
  assert.is(memoryDirectory(owner, join(root, "no such place")), owner);
});

test("the volumes of a pod are listed and removed together", async () => {
  const listed = await new Promise<readonly string[]>((resolve) => volumes.listPods(resolve));
  assert.equal(listed, ["uid-1"]);
  assert.is(await done((onDone) => volumes.removePod("uid-1", onDone)), undefined);
  assert.not(existsSync(directory));
  assert.equal(await new Promise<readonly string[]>((resolve) => realVolumes(join(root, "nowhere")).listPods(resolve)), []);
});

test.run();
