/**
 * The package as its users get it: packed, installed elsewhere, imported plainly, inside four test runners. vitest and jest are
 * installed from the registry for this test only; where it cannot be reached, that is said and they are left out.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { leaveOut } from "../support/tools.js";

const packaged = suite("the packed tarball");
const root = fileURLToPath(new URL("../../..", import.meta.url));
const place = mkdtempSync(join(tmpdir(), "chartroom-packed-"));

const npm = (...words: string[]): void => {
  execFileSync("npm", [...words, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: place,
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 180_000,
  });
};

/** One story, told in each runner's own words: a cluster of one node starts, a pod becomes ready, the cluster stops. */
const story = `
  const cluster = await Cluster.start({ nodes: 1 });
  try {
    await cluster.apply({ apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [{ name: "web", image: "registry.k8s.io/pause:3.10" }] } });
    const pod = await cluster.waitFor("pod/web", "Ready");
    if (pod.status.phase !== "Running") throw new Error("the pod is " + pod.status.phase);
  } finally {
    await cluster.stop();
  }
`;

const files = {
  "node.test.mjs": `import { test } from "node:test";\nimport { Cluster } from "chartroom";\ntest("a pod", async () => {${story}});\n`,
  "uvu.mjs": `import { test } from "uvu";\nimport { Cluster } from "chartroom";\ntest("a pod", async () => {${story}});\ntest.run();\n`,
  "a.vitest.mjs": `import { test } from "vitest";\nimport { Cluster } from "chartroom";\ntest("a pod", async () => {${story}}, 60000);\n`,
  "a.jest.mjs": `import { Cluster } from "chartroom";\ntest("a pod", async () => {${story}}, 60000);\n`,
  "vitest.config.mjs": `export default { test: { include: ["*.vitest.mjs"] } };\n`,
  "jest.config.json": JSON.stringify({
    testMatch: ["**/*.jest.mjs"],
    transform: {},
    moduleFileExtensions: ["mjs", "js", "json"],
  }),
  "simulate.mjs": `import { simulate } from "chartroom";\nconst report = simulate({ manifests: "", seed: 7, untilMs: 1000 });\nconsole.log(report.seed);\n`,
};

packaged.before(() => {
  const tarball = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", place], {
    cwd: root,
    encoding: "utf8",
  }).trim();
  writeFileSync(join(place, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  npm("install", join(place, tarball), "uvu@0.5.6");
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
});

packaged.after(() => rmSync(place, { recursive: true, force: true }));

function run(program: string, words: string[], environment: NodeJS.ProcessEnv = {}): void {
  const result = spawnSync(program, words, {
    cwd: place,
    encoding: "utf8",
    timeout: 120_000,
    env: { ...process.env, ...environment },
  });
  assert.is(
    result.status,
    0,
    `${program} ${words.join(" ")} ended with ${result.status ?? result.signal}:\n${result.stdout}\n${result.stderr}`,
  );
}

packaged("works inside node:test", () => run(process.execPath, ["--test", "node.test.mjs"]));
packaged("works inside uvu", () => run(process.execPath, ["uvu.mjs"]));
packaged("simulates", () => run(process.execPath, ["simulate.mjs"]));
packaged("gives the command line", () => run(join(place, "node_modules/.bin/chartroom"), ["--version"]));

packaged("works inside vitest and jest", () => {
  try {
    npm("install", "vitest@3", "jest@30");
  } catch (error) {
    leaveOut(`vitest and jest cannot be installed from the registry: ${(error as Error).message}`);
    return;
  }
  run(join(place, "node_modules/.bin/vitest"), ["run"]);
  run(join(place, "node_modules/.bin/jest"), ["--config", "jest.config.json"], { NODE_OPTIONS: "--experimental-vm-modules" });
});

packaged("has types that a strict program compiles with", () => {
  mkdirSync(join(place, "typed"), { recursive: true });
  const program = `import { Cluster, simulate } from "chartroom";\nexport const start = (): Promise<Cluster> => Cluster.start({ nodes: 1 });\nexport const seed: string = simulate({ manifests: [] }).seed;\n`;
  writeFileSync(join(place, "typed/main.ts"), program);
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--skipLibCheck",
    "--types",
    "node",
    "--typeRoots",
    join(root, "node_modules/@types"),
  ];
  run(join(root, "node_modules/.bin/tsc"), [...options, "typed/main.ts"]);
});

packaged.run();
