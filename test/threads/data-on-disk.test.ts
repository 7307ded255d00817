/** What a cluster keeps on disk, and what becomes of it when the process is killed or the disk is damaged. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ApiClient, KubernetesError } from "../../src/cluster/api-client.js";
import { Cluster } from "../../src/cluster/cluster.js";
import { credentialsFrom } from "../../src/cluster/kubeconfig-reader.js";

const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
const collection = "/api/v1/namespaces/default/configmaps";
const main = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

const test = suite<{ dataDir: string }>("data on disk");

test.before.each((context) => {
  context.dataDir = mkdtempSync(join(tmpdir(), "chartroom-test-"));
});
test.after.each(({ dataDir }) => rmSync(dataDir, { recursive: true, force: true }));

/** `chartroom up` in a process of its own, until its screen is there. */
async function up(dataDir: string) {
  const child = spawn(process.execPath, [main, "up", "--port", "0", "--nodes", "0", "--data-dir", dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let output = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (part: Buffer) => {
      output += part.toString();
      if (output.includes("Ctrl-C stops")) resolve();
    });
    void exited.then(() => reject(new Error(`it ended instead: ${output}`)));
  });
  return { child, exited };
}

test("a process killed while it writes loses nothing that was acknowledged, and its lock does not outlive it", async ({
  dataDir,
}) => {
  const { child, exited } = await up(dataDir);
  const client = new ApiClient(credentialsFrom(join(dataDir, "kubeconfig")));
  const acknowledged: string[] = [];
  const writer = async (of: number): Promise<void> => {
    for (let index = 0; ; index++) {
      const name = `w${of}-${index}`;
      const answered = await client.text({ method: "POST", path: collection, body: configMap(name) }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof KubernetesError) throw error;
          return false;
        },
      );
      if (!answered) return;
      acknowledged.push(name);
      if (acknowledged.length === 100) child.kill("SIGKILL");
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(writer));
  await exited;
  client.close();
  assert.ok(acknowledged.length >= 100);

  const cluster = await Cluster.start({ nodes: 0, dataDir });
  try {
    const there = new Set((await cluster.list("configmaps", { namespace: "default" })).map(({ metadata }) => metadata.name));
    assert.equal(
      acknowledged.filter((name) => !there.has(name)),
      [],
    );
  } finally {
    await cluster.stop();
  }
});

test("a log that was damaged is refused by name, and left as it is", async ({ dataDir }) => {
  const cluster = await Cluster.start({ nodes: 0, dataDir });
  await cluster.stop();
  const name = readdirSync(join(dataDir, "etcd")).find((each) => each.startsWith("log-")) as string;
  const file = join(dataDir, "etcd", name);
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.length / 3)]! ^= 0x10;
  writeFileSync(file, bytes);
  try {
    await (await Cluster.start({ nodes: 0, dataDir })).stop();
    assert.unreachable("it started on a damaged log");
  } catch (error) {
    assert.match(String(error), new RegExp(`${name} is damaged at byte \\d+: .* restore the data directory`));
  }
  assert.equal(readFileSync(file), bytes);
});

test.run();
