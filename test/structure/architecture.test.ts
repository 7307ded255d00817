import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withTables } from "../../src/inspect/architecture-tables.js";

test("ARCHITECTURE.md has the message and route tables as they are declared (npm run docs writes them)", () => {
  const text = readFileSync(new URL("../../../ARCHITECTURE.md", import.meta.url), "utf8");
  assert.is(text, withTables(text));
});

test.run();
