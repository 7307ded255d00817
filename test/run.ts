/**
 * Runs every test file in a process of its own, two at a time, and sums up. Arguments choose files by parts of their path:
 * `npm test -- threads etcd`. With CHARTROOM_TRANSITIONS=<directory> it also reports which transitions no test took.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { reportTransitions } from "./support/transition-report.js";

const built = fileURLToPath(new URL(".", import.meta.url));
const sources = fileURLToPath(new URL("../../test/", import.meta.url));
const atOnce = 2;
const fileDeadlineMs = Number(process.env.CHARTROOM_TEST_DEADLINE_MS ?? 300_000);
const transitionsDirectory = process.env.CHARTROOM_TRANSITIONS;

interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What a test says with a line `# skipped: <why>`. */
  readonly reasons: readonly string[];
  readonly output: string;
  readonly seconds: number;
}

function testFiles(chosen: readonly string[]): string[] {
  return readdirSync(built, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.js"))
    .filter((file) => existsSync(join(sources, file.replace(/\.js$/, ".ts"))))
    .filter((file) => chosen.length === 0 || chosen.some((part) => file.split(sep).join("/").includes(part)))
    .sort();
}

function run(file: string): Promise<FileResult> {
  const startedMs = performance.now();
  const collect =
    transitionsDirectory === undefined ? [] : ["--import", new URL("./support/transitions.js", import.meta.url).href];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...collect, join(built, file)], {
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const read = (part: Buffer) => {
      output += part.toString("utf8");
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    const timer = setTimeout(() => {
      output += `\n${file} did not end within ${fileDeadlineMs / 1000} s\n`;
      child.kill("SIGKILL");
    }, fileDeadlineMs);
    child.on("close", (code) => {
      clearTimeout(timer);
      const sum = (label: string) =>
        [...output.matchAll(new RegExp(`^\\s+${label}:\\s+(\\d+)`, "gm"))].reduce((all, match) => all + Number(match[1]), 0);
      const [total, passed, skipped] = [sum("Total"), sum("Passed"), sum("Skipped")];
      const failed = total - passed;
      resolve({
        file,
        passed,
        // A file that ends badly without a failed test has failed as a whole.
        failed: failed === 0 && (code !== 0 || total + skipped === 0) ? 1 : failed,
        skipped,
        reasons: [...output.matchAll(/^# skipped: (.*)$/gm)].map((match) => match[1] as string),
        output,
        seconds: (performance.now() - startedMs) / 1000,
      });
    });
  });
}

const files = testFiles(process.argv.slice(2));
if (transitionsDirectory !== undefined) {
  rmSync(transitionsDirectory, { recursive: true, force: true });
  mkdirSync(transitionsDirectory, { recursive: true });
}
const results: FileResult[] = [];
const waiting = [...files];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await run(file);
      results.push(result);
      const verdict = result.failed > 0 ? "FAILED" : "ok";
      process.stdout.write(
        `${verdict.padEnd(7)}${relative("", join("test", file))}  ${result.passed} passed, ${result.seconds.toFixed(1)} s\n`,
      );
      if (result.failed > 0) process.stdout.write(`${result.output}\n`);
    }
  }),
);

const sum = (count: (result: FileResult) => number): number => results.reduce((all, result) => all + count(result), 0);
const failed = results.filter((result) => result.failed > 0);
if (failed.length > 0) process.stdout.write(`\nFailed: ${failed.map(({ file }) => file).join(", ")}\n`);
for (const { file, reasons } of results) for (const reason of reasons) process.stdout.write(`skipped in ${file}: ${reason}\n`);
if (transitionsDirectory !== undefined) {
  const report = await reportTransitions(transitionsDirectory);
  writeFileSync(
    join(transitionsDirectory, "report.txt"),
    report.untaken.map(({ module, transitions }) => `${module}\n${transitions.map((each) => `  ${each}\n`).join("")}`).join(""),
  );
  process.stdout.write(
    `transitions taken by tests: ${report.taken} of ${report.all}; the others are in ${join(transitionsDirectory, "report.txt")}\n`,
  );
}
const skipped = sum((result) => result.skipped + result.reasons.length);
process.stdout.write(`\n${files.length} files${skipped === 0 ? "" : `, ${skipped} skipped`}\n`);
process.stdout.write(`${sum((result) => result.passed)} passed, ${sum((result) => result.failed)} failed\n`);
process.exitCode = sum((result) => result.failed) === 0 && files.length > 0 ? 0 : 1;
