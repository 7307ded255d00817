/**
 * Bundles each worker's entry into one file in dist/workers: a worker then starts in half the time, from whatever
 * directory the package lies in. Skipped for entries whose inputs have not changed.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { plainSpreads } from "./plain-spreads.js";

const dist = fileURLToPath(new URL("../..", import.meta.url));
const entriesDirectory = join(dist, "src/thread/entries");
const outputDirectory = join(dist, "workers");
const manifestPath = join(outputDirectory, "inputs.json");

/** Output file to the inputs that it was made of, by their paths in dist: a clone or a copy of it is another place. */
type Manifest = Record<string, string[]>;

/**
 * The container's program is imported by its pool, and imports users' modules: it is no bundle behind a cache. YAML's thread is
 * small, and most clusters never have one.
 */
const withoutCache = new Set(["container.js", "yaml.js"]);

const outputOf = (entry: string): string => entry.replace(/\.js$/, withoutCache.has(entry) ? ".cjs" : ".bundle.cjs");

const modifiedMs = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;

const loaderOf = (bundle: string): string =>
  `require("../src/thread/load-bundle.cjs").loadBundle(module, require("node:path").join(__dirname, "${bundle}"));\n`;

function readManifest(): Manifest {
  try {
    return JSON.parse(readFileSync(manifestPath, "utf8")) as Manifest;
  } catch {
    // None yet, or of a build that was interrupted: everything is bundled.
    return {};
  }
}

/** What bundles are made by: another one makes others of the same. */
const makers = ["bundle-workers.js", "plain-spreads.js"].map((file) => join("src/build", file));

const manifest = readManifest();
const entries = readdirSync(entriesDirectory).filter((file) => file.endsWith(".js"));
const outdated = entries.filter((file) => {
  const inputs = manifest[outputOf(file)];
  const output = statSync(join(outputDirectory, outputOf(file)), { throwIfNoEntry: false });
  return (
    inputs === undefined ||
    output === undefined ||
    [...makers, ...inputs].some((input) => modifiedMs(join(dist, input)) > output.mtimeMs)
  );
});

if (outdated.length > 0) {
  mkdirSync(outputDirectory, { recursive: true });
  const result = await build({
    entryPoints: outdated.map((file) => ({ in: join(entriesDirectory, file), out: outputOf(file).replace(/\.cjs$/, "") })),
    outdir: outputDirectory,
    absWorkingDir: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    // Node starts a worker of this form a fifth sooner than one of ES modules.
    format: "cjs",
    outExtension: { ".js": ".cjs" },
    // It finds its own worker beside itself.
    external: ["piscina"],
    plugins: [plainSpreads],
    metafile: true,
    logLevel: "warning",
    legalComments: "none",
    define: { "import.meta.url": "__moduleUrl" },
    banner: { js: 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
  });
  for (const file of outdated.filter((each) => !withoutCache.has(each))) {
    // A cache speaks of one bundle only, and V8 knows bundles by their length.
    rmSync(join(outputDirectory, `${outputOf(file)}.cache`), { force: true });
    writeFileSync(join(outputDirectory, file.replace(/\.js$/, ".cjs")), loaderOf(outputOf(file)));
  }
  for (const [output, { inputs }] of Object.entries(result.metafile.outputs)) {
    manifest[basename(output)] = Object.keys(inputs);
  }
  writeFileSync(manifestPath, JSON.stringify(manifest));
}
