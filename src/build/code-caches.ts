/**
 * Runs a small cluster once, so that each worker leaves behind the code that V8 has made of its bundle. Skipped where the
 * caches are there. A build does without them where no cluster can run: workers then only start later.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const workers = fileURLToPath(new URL("../../workers", import.meta.url));
const missing = readdirSync(workers).filter(
  (file) => file.endsWith(".bundle.cjs") && !existsSync(join(workers, `${file}.cache`)),
);

if (missing.length > 0) {
  process.env.CHARTROOM_WRITE_CODE_CACHE = "1";
  const { Cluster } = await import("../cluster/cluster.js");
  try {
    const cluster = await Cluster.start({ nodes: 1 });
    try {
      const metadata = { name: "first" };
      await cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "main", image: "nginx" }] } });
      await cluster.waitFor("pod/first", "Ready", { timeoutMs: 20_000 });
      await cluster.delete("pod/first", { gracePeriodSeconds: 0 });
    } finally {
      await cluster.stop();
    }
  } catch (error) {
    process.stderr.write(`built without code caches: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
