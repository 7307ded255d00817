/** As whom a container runs and what it may write: "Configure a Security Context for a Pod or Container". */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ContainerSpec } from "../../actors/runc/io/driver.js";
import { RuntimeHarness } from "./runtime-harness.js";

const test = suite("a container's security context");
let harness: RuntimeHarness;
test.before(async () => {
  harness = await RuntimeHarness.started();
});
test.after(() => harness.stop());

const anyone: ContainerSpec["security"] = { supplementalGroups: [], readonlyRootfs: false, privileged: false, noNewPrivs: false };

async function outcome(image: string, change: Partial<ContainerSpec>): Promise<[number, string]> {
  const { id } = await harness.run(image, change);
  const { exitCode } = await harness.exitOf(id);
  return [exitCode, await harness.log(id)];
}
const shell = (script: string, security: Partial<typeof anyone> = {}, change: Partial<ContainerSpec> = {}) =>
  outcome("busybox", { command: ["sh", "-c", script], security: { ...anyone, ...security }, ...change });

test("runs as the user and groups that are asked for", async () => {
  const security = { runAsUser: 1000, runAsGroup: 3000, supplementalGroups: [2000] };
  assert.equal(await shell("id -u; id -g; id -G; id; whoami; echo $HOME", security), [
    0,
    "1000\n3000\n3000 2000\nuid=1000 gid=3000 groups=3000,2000\nwhoami: unknown uid 1000\n/\n",
  ]);
  assert.equal(await shell("id; whoami", { runAsUser: 65534 }), [
    0,
    "uid=65534(nobody) gid=65534(nobody) groups=65534(nobody)\nnobody\n",
  ]);
});

test("runs as its image's user, root where it names none, and so do commands beside it", async () => {
  const { id } = await harness.run("registry.k8s.io/e2e-test-images/nonroot:1.4", { command: ["sh", "-c", "id -u; sleep 60"] });
  await harness.log(id, {}, (text) => text === "1234\n");
  assert.is((await harness.exec(id, ["id", "-u"])).stdout, "1234\n");
  await harness.kill(id, "SIGKILL");
  assert.equal(await shell("id; echo $HOME"), [0, "uid=0(root) gid=0(root) groups=0(root)\n/root\n"]);
});

test("a program that sets the user id becomes root, unless nobody may gain privileges", async () => {
  const nnp = (noNewPrivs: boolean) =>
    outcome("registry.k8s.io/e2e-test-images/nonewprivs:1.3", { security: { ...anyone, runAsUser: 1000, noNewPrivs } });
  assert.equal(await nnp(false), [0, "Effective uid: 0\n"]);
  assert.equal(await nnp(true), [0, "Effective uid: 1000\n"]);
});

test("a read-only root file system takes no files; volumes and devices do", async () => {
  const hostPath = join(harness.directory, "writable");
  mkdirSync(hostPath);
  const [exitCode, log] = await shell(
    "touch /file; echo x > /tmp/x; echo why > /dev/termination-log; echo y > /data/y; cat /data/y",
    { readonlyRootfs: true },
    { mounts: [{ hostPath, containerPath: "/data", readonly: false }] },
  );
  assert.is(exitCode, 0);
  assert.is(log, "touch: /file: Read-only file system\nsh: can't create /tmp/x: Read-only file system\ny\n");
});

test("a pod has its kernel parameters, and the node's names with the node's network", async () => {
  const { id: sandboxId } = await harness.sandbox("tuned", {
    hostNetwork: true,
    sysctls: [["kernel.shm_rmid_forced", "1"]],
  });
  const [, log] = await shell("/bin/sysctl kernel.shm_rmid_forced; cat /etc/hosts", {}, { sandboxId });
  const [parameter, header, ...rest] = log.split("\n");
  assert.is(parameter, "kernel.shm_rmid_forced = 1");
  assert.is(header, "# Kubernetes-managed hosts file (host network).");
  assert.ok(rest.join("\n").startsWith(readFileSync("/etc/hosts", "utf8").trimEnd()), "then comes the node's own file");
  assert.match(log, "\n# Entries added by HostAliases.\n127.20.9.9\tfoo.local\tbar.local\n");
});

test("who is not root writes only where owners and modes let it", async () => {
  const hostPath = join(harness.directory, "owned");
  mkdirSync(hostPath);
  writeFileSync(join(hostPath, "secret"), "x");
  chmodSync(join(hostPath, "secret"), 0o600);
  mkdirSync(join(hostPath, "closed"), { mode: 0o700 });
  writeFileSync(join(hostPath, "closed/in"), "x");
  mkdirSync(join(hostPath, "open"));
  chmodSync(join(hostPath, "open"), 0o777);
  const change = { mounts: [{ hostPath, containerPath: "/data", readonly: false }] };
  const asRoot = process.getuid?.() === 0;
  const script = (...lines: string[]) => shell(lines.join("\n"), { runAsUser: 1000, runAsGroup: 3000 }, change);
  const [, log] = await script(
    "echo mine > /data/open/mine && cat /data/open/mine",
    "mkdir -p /data/open/a/b && touch /data/open/a/b/c && stat -c '%u %g' /data/open/mine /data/open/a/b /data/open/a/b/c",
    "echo x > /tmp/mine && rm /tmp/mine && echo temporary",
    "echo done > /dev/termination-log",
    "chmod 600 /data/open/mine && stat -c %a /data/open/mine",
  );
  assert.is(log, "mine\n1000 3000\n1000 3000\n1000 3000\ntemporary\n600\n");
  // Without root on the host everything is the user's own, and nothing is refused.
  if (!asRoot) return;
  const [, refused] = await script(
    "echo x > /etc/hostname; touch /new; cat /data/secret; ls /data/closed; cat /data/closed/in; rm /data/secret",
    "chmod 777 /data; chown 0 /data/open/mine; mv /data/open/mine /data/mine; cd /data/closed",
  );
  assert.is(
    refused,
    [
      "sh: can't create /etc/hostname: Permission denied",
      "touch: /new: Permission denied",
      "cat: can't open '/data/secret': Permission denied",
      "ls: /data/closed: Permission denied",
      "cat: can't open '/data/closed/in': Permission denied",
      "rm: can't remove '/data/secret': Permission denied",
      "chmod: /data: Operation not permitted",
      "chown: /data/open/mine: Operation not permitted",
      "mv: can't rename '/data/open/mine': Permission denied",
      "",
    ].join("\n"),
  );
});

test("commands beside a container of a user are held to the same", async () => {
  const { id } = await harness.shell("sleep 60", { security: { ...anyone, runAsUser: 1000 } });
  const { stdout, stderr } = await harness.exec(id, ["sh", "-c", "id -u; touch /tmp/mine && stat -c %u /tmp/mine; touch /new"]);
  assert.is(stdout, "1000\n1000\n");
  if (process.getuid?.() === 0) assert.is(stderr, "touch: /new: Permission denied\n");
  await harness.kill(id, "SIGKILL");
});

test("interfaces are added by who is privileged", async () => {
  const [, log] = await shell("ip link add dummy0 type dummy || echo refused; ip addr | grep -c inet");
  assert.is(log, "ip: RTNETLINK answers: Operation not permitted\nrefused\n2\n");
  const script = "ip link add dummy1 type dummy && ip link show dummy1 | grep -c dummy1; ip link del dummy1; ip link | grep -c :";
  assert.equal(await shell(script, { privileged: true }), [0, "1\n2\n"]);
});

test("a path of the node is what it is where it is mounted, and elsewhere the container's own", async () => {
  const node = join(harness.directory, "node");
  mkdirSync(node);
  writeFileSync(join(node, "hosts"), "the node's\n");
  const mounts = [
    { hostPath: join(node, "hosts"), containerPath: "/hosts-of-node", readonly: true },
    { hostPath: node, containerPath: "/mnt", readonly: false },
  ];
  // The node's path as the container's own path: what is there is in the container.
  const script = `mkdir -p ${node}; echo own > ${node}/hosts; cat ${node}/hosts /hosts-of-node; echo new > /mnt/new; ls -d /mnt; cd /mnt; pwd; ls`;
  const [, log] = await shell(script, {}, { mounts });
  assert.is(log, "own\nthe node's\n/mnt\n/mnt\nhosts\nnew\n");
  assert.is(readFileSync(join(node, "new"), "utf8"), "new\n");
  assert.is(readFileSync(join(node, "hosts"), "utf8"), "the node's\n");
});

test.run();
