import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isPure, type Source, sourcesIn } from "./sources.js";

const sources = sourcesIn("src", "actors");
const test = suite("structure");

/** Says each breach as `file: what`. */
function none(breaches: readonly string[]): void {
  assert.equal(breaches, [], `\n${breaches.join("\n")}`);
}

const breaches = (of: readonly Source[], breach: (source: Source) => readonly string[]): string[] =>
  of.flatMap((source) => breach(source).map((what) => `${source.path}: ${what}`));

const pure = sources.filter(({ path }) => isPure(path));

test("the pure folders import no driver and nothing of Node", () => {
  const drivers = /^(node:|src\/(thread|sim|cluster|cli|pki|build|faults)\/|.*\/io\/real)/;
  none(breaches(pure, ({ imports }) => imports.filter((each) => drivers.test(each)).map((each) => `imports ${each}`)));
});

test("the pure folders import only packages that are pure themselves", () => {
  const allowed = new Set([
    "xstate",
    "nanoid",
    "yaml",
    "lossless-json",
    "protobufjs",
    "protobufjs/light.js",
    "protobufjs/minimal.js",
  ]);
  const packages = ({ imports }: Source) => imports.filter((each) => !/^(src|actors)\//.test(each) && !each.startsWith("node:"));
  none(
    breaches(pure, (source) =>
      packages(source)
        .filter((each) => !allowed.has(each))
        .map((each) => `imports ${each}`),
    ),
  );
});

test("time, chance and order come from the host", () => {
  const forbidden: ReadonlyArray<readonly [RegExp, string]> = [
    [/\bDate\.now\b/, "Date.now"],
    [/\bnew Date\(\)/, "new Date()"],
    [/\bMath\.random\b/, "Math.random"],
    [/\bperformance\.now\b/, "performance.now"],
    [/(?<![.\w])(setTimeout|setInterval|setImmediate|queueMicrotask)\((?!\w+:)/, "a timer of the engine"],
    [/\bcrypto\./, "crypto"],
    [/\b(async|await)\b/, "async or await"],
    [/\bnew Promise\b|\bPromise\.|\bfromPromise\b/, "a promise"],
    [/\bIntl\.|\.localeCompare\(|\.toLocale\w+\(/, "the locale"],
    [/(?<!\w)Buffer\./, "Buffer"],
    [/\bprocess\./, "process"],
  ];
  none(breaches(pure, ({ code }) => forbidden.filter(([pattern]) => pattern.test(code)).map(([, what]) => `uses ${what}`)));
});

test("JSON is read in one place, which loses no digit of an integer", () => {
  const others = pure.filter(({ path }) => !path.startsWith("src/json/"));
  none(breaches(others, ({ code }) => (/\bJSON\.parse\b/.test(code) ? ["reads JSON by itself"] : [])));
});

test("an actor imports another actor's messages.ts and nothing else of it", () => {
  const actors = sources.filter(({ path }) => path.startsWith("actors/"));
  none(
    breaches(actors, ({ path, imports }) => {
      const own = path.split("/")[1];
      return imports
        .filter((each) => each.startsWith("actors/") && each.split("/")[1] !== own)
        .filter((each) => !each.endsWith("/messages.ts"))
        .map((each) => `imports ${each}`);
    }),
  );
});

test("beside the actors, only the drivers know what is inside an actor", () => {
  // The public doors name what belongs to them.
  const drivers = /^src\/((thread|sim|faults|cluster)\/|(index|simulation)\.ts)/;
  const others = sources.filter(({ path }) => path.startsWith("src/") && !drivers.test(path));
  const inside = (each: string) => each.startsWith("actors/") && !each.endsWith("/messages.ts");
  none(breaches(others, ({ imports }) => imports.filter(inside).map((each) => `imports ${each}`)));
});

test("only src/thread knows workers, comlink and piscina; the containers of runc are the exception", () => {
  const threads = /^(node:worker_threads|comlink.*|piscina)$/;
  // A container lives in a worker of its own, under a shim outside of runc's thread; campaigns of simulations run in a pool.
  const exceptions = /^(src\/thread\/|actors\/runc\/io\/|src\/faults\/)/;
  const others = sources.filter(({ path }) => !exceptions.test(path));
  none(breaches(others, ({ imports }) => imports.filter((each) => threads.test(each)).map((each) => `imports ${each}`)));
});

test("no file is longer than 400 lines, and most are shorter than 300", () => {
  const lines = sources.map(({ path, text }) => ({ path, count: text.split("\n").length - 1 }));
  none(lines.filter(({ count }) => count > 400).map(({ path, count }) => `${path}: ${count} lines`));
  const long = lines.filter(({ count }) => count >= 300);
  assert.ok(
    long.length <= lines.length / 5,
    `too many long files: ${long.map(({ path, count }) => `${path} (${count})`).join(", ")}`,
  );
});

test("nothing is left for later, cast to any or swallowed", () => {
  const words: ReadonlyArray<readonly [RegExp, string]> = [
    [/\bas any\b/, "as any"],
    [/@ts-(ignore|nocheck)/, "a silenced compiler"],
  ];
  none(breaches(sources, ({ text }) => (/\b(TODO|FIXME)\b/.test(text) ? ["a note for later"] : [])));
  none(breaches(sources, ({ text }) => (/catch\s*(\(\w*\))?\s*\{\s*\}/.test(text) ? ["an empty catch"] : [])));
  none(breaches(sources, ({ code }) => words.filter(([pattern]) => pattern.test(code)).map(([, what]) => what)));
});

test("no test is skipped by hand", () => {
  const tests = sourcesIn("test").filter(({ path }) => !path.startsWith("test/structure/"));
  none(breaches(tests, ({ code }) => (/\.(skip|only)\(/.test(code) ? ["skips or singles out a test"] : [])));
});

test("a chart's file holds the chart: states are declared, not switched over", () => {
  const charts = sources.filter(({ code }) => /\.createMachine\(/.test(code));
  none(
    breaches(charts, ({ code }) => [
      ...(/\bspawnChild\b/.test(code) ? ["spawns children beside each other"] : []),
      ...(/\bsetup[(<]/.test(code) ? [] : ["names no guards, actions and delays in setup"]),
    ]),
  );
});

test.run();
