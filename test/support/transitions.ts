/** Loaded before a test file when transitions are collected: writes at the end which ones were taken in this process. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { collectTransitions } from "../../src/actor/transitions-seen.js";

const directory = process.env.CHARTROOM_TRANSITIONS;
if (directory !== undefined) {
  const seen = collectTransitions();
  process.on("exit", () => writeFileSync(join(directory, `${process.pid}.json`), JSON.stringify([...seen])));
}
