/**
 * Runs a worker's bundle from the code that V8 made of it before, which takes a third off a worker's start. What another
 * version of V8 made is refused by it, and the bundle is compiled as usual.
 */
import fs = require("node:fs");
import nodeModule = require("node:module");
import path = require("node:path");
import vm = require("node:vm");

/** Set while a build makes the caches: each worker then leaves its own behind when it ends. */
const writes = process.env.CHARTROOM_WRITE_CODE_CACHE === "1";

function readIfThere(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch {
    // The first start, or a package without caches.
    return undefined;
  }
}

/** `file` is a bundle in CommonJS form; its cache lies beside it. */
function loadBundle(module: NodeModule, file: string): void {
  const cacheFile = `${file}.cache`;
  const cachedData = writes ? undefined : readIfThere(cacheFile);
  const source = `(function (exports, require, module, __filename, __dirname) {${fs.readFileSync(file, "utf8")}\n})`;
  const script = new vm.Script(source, cachedData === undefined ? { filename: file } : { filename: file, cachedData });
  const run = script.runInThisContext() as (...scope: unknown[]) => void;
  run(module.exports, nodeModule.createRequire(file), module, file, path.dirname(file));
  // What has run by then is compiled, and goes in.
  if (writes) process.on("exit", () => fs.writeFileSync(cacheFile, script.createCachedData()));
}

export = { loadBundle };
