import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const writer = fileURLToPath(new URL("./etcd-writer.js", import.meta.url));
/** More by hand: `ETCD_KILLS=50 node dist/test/threads/etcd-kill.test.js`. */
const kills = Number(process.env.ETCD_KILLS ?? 6);

/** Runs the writer until it has acknowledged so many writes and is killed; says what it printed. */
function untilKilled(directory: string, acknowledgements: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "inherit"] });
    const deadline = setTimeout(() => child.kill("SIGKILL"), 20_000);
    let output = "";
    let lines = 0;
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      output += part;
      lines += part.split("\n").length - 1;
      if (lines > acknowledgements) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", () => {
      clearTimeout(deadline);
      resolve(output.split("\n").slice(0, -1));
    });
  });
}

test(`over ${kills} kills of the process under load no acknowledged write is lost`, async () => {
  const directory = mkdtempSync(join(tmpdir(), "chartroom-etcd-kill-"));
  let sure: number[] = [];
  let acknowledged = 0;
  try {
    for (let kill = 0; kill <= kills; kill += 1) {
      const [first = "", ...rest] = await untilKilled(directory, kill === kills ? 1 : 50 + ((kill * 397) % 1500));
      assert.match(first, /^found /, `start ${kill}: ${first}`);
      const found = JSON.parse(first.slice("found ".length)) as number[];
      found.forEach((number, client) => {
        assert.ok(
          number >= (sure[client] ?? 0),
          `client ${client}: ${sure[client]} was acknowledged, after kill ${kill} there is ${number}`,
        );
      });
      sure = found;
      for (const line of rest) {
        const [, client, number] = line.split(" ").map(Number);
        if (client !== undefined && number !== undefined) sure[client] = number;
        acknowledged += 1;
      }
    }
    assert.ok(acknowledged > kills * 50, `${acknowledged} writes were acknowledged`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test.run();
