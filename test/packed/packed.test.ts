/** The package as users get it: packed, installed elsewhere, and used inside other people's test runners. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { keptBetweenRuns, leaveOut } from "../support/tools.js";

const project = fileURLToPath(new URL("../../../", import.meta.url));
/** Other runners stay installed there between runs. */
const user = keptBetweenRuns("packed");

const run = (command: string, args: string[], environment: Record<string, string> = {}) =>
  spawnSync(command, args, { cwd: user, encoding: "utf8", timeout: 180_000, env: { ...process.env, ...environment } });

/** What a user's test does, whatever runs it. */
const story = `
  const cluster = await Cluster.start({ nodes: 1 });
  try {
    await cluster.apply({ apiVersion: "v1", kind: "Pod", metadata: { name: "web" }, spec: { containers: [{ name: "web", image: "nginx" }] } });
    const pod = await cluster.waitFor("pod/web", "Ready");
    const url = "http://" + pod.status.podIP + ":" + (process.getuid() === 0 ? 80 : 10080);
    const deadline = Date.now() + 20_000;
    // Not by fetch, which refuses port 10080 (https://fetch.spec.whatwg.org/#port-blocking).
    const { get } = await import("node:http");
    const { text: textOf } = await import("node:stream/consumers");
    const asked = () => new Promise((resolve) => get(url, (answer) => resolve(textOf(answer))).on("error", () => resolve("")));
    for (let text = ""; !text.includes("nginx"); text = await asked()) {
      if (Date.now() > deadline) throw new Error("nginx did not answer");
    }
  } finally {
    await cluster.stop();
  }
`;

const files: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "user", version: "1.0.0", private: true, type: "module" }),
  "node.test.mjs": `import test from "node:test";\nimport { Cluster } from "chartroom";\ntest("a cluster", async () => {${story}});\n`,
  "uvu.test.mjs": `import { test } from "uvu";\nimport { Cluster } from "chartroom";\ntest("a cluster", async () => {${story}});\ntest.run();\n`,
  "vitest.test.js": `import { test } from "vitest";\nimport { Cluster } from "chartroom";\ntest("a cluster", async () => {${story}}, 60_000);\n`,
  "jest.spec.js": `import { Cluster } from "chartroom";\ntest("a cluster", async () => {${story}}, 60_000);\n`,
  "simulate.mjs": `import { simulate } from "chartroom";\nconsole.log((await simulate({ manifests: [], seed: 7, untilMs: 1_000 })).seed);\n`,
  "typed.ts": `import { Cluster, type ClusterOptions } from "chartroom";\nconst options: ClusterOptions = { nodes: 3 };\nexport const start = (): Promise<Cluster> => Cluster.start(options);\n`,
};

let installed = false;
const test = suite("the packed package");

test.before(() => {
  mkdirSync(user, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(user, name), text);
  const packed = spawnSync("npm", ["pack", "--ignore-scripts", "--pack-destination", user], { cwd: project, encoding: "utf8" });
  assert.is(packed.status, 0, packed.stderr);
  const tarball = packed.stdout.trim().split("\n").at(-1) as string;
  // Without this a tarball of the same version is taken from what is installed already.
  rmSync(join(user, "node_modules/chartroom"), { recursive: true, force: true });
  const runners = ["vitest@3", "jest@29", "uvu@0.5"];
  const result = run("npm", ["install", "--no-audit", "--no-fund", "--no-save", "--prefer-offline", `./${tarball}`, ...runners]);
  installed = result.status === 0;
  if (!installed) leaveOut(`npm could not install the test runners: ${result.stderr.slice(-300)}`);
});

const runners: ReadonlyArray<readonly [string, string[], Record<string, string>?]> = [
  ["node:test", ["--test", "node.test.mjs"]],
  ["uvu", ["uvu.test.mjs"]],
  ["vitest", ["node_modules/vitest/vitest.mjs", "run", "vitest.test.js"]],
  ["jest", ["node_modules/jest/bin/jest.js", "jest.spec.js"], { NODE_OPTIONS: "--experimental-vm-modules" }],
];

for (const [name, args, environment] of runners) {
  test(`starts a cluster inside ${name}`, () => {
    if (!installed) return;
    const { status, stdout, stderr } = run(process.execPath, args, environment);
    assert.is(status, 0, `${stdout}\n${stderr}`);
  });
}

test("has types that hold without this project's settings", () => {
  if (!installed) return;
  const compiler = join(project, "node_modules/typescript/bin/tsc");
  const args = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--skipLibCheck",
    "false",
    "--types",
    "node",
    "--typeRoots",
    join(project, "node_modules/@types"),
    "typed.ts",
  ];
  const { status, stdout } = run(process.execPath, [compiler, ...args]);
  assert.is(status, 0, stdout);
});

test("simulates", () => {
  if (!installed) return;
  const { status, stdout, stderr } = run(process.execPath, ["simulate.mjs"]);
  assert.is(status, 0, stderr);
  assert.is(stdout, "7\n");
});

test("brings the command line, and nothing that only its own tests need", () => {
  if (!installed) return;
  const { stdout } = run(process.execPath, ["node_modules/chartroom/dist/src/cli/main.js", "--version"]);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
  const content = readdirSync(join(user, "node_modules/chartroom/dist"));
  assert.equal(content.sort(), ["actors", "src", "workers"]);
});

test.run();
