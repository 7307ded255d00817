import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { withGeneratedParts } from "../../src/inspect/generated-parts.js";

for (const [name, withParts] of Object.entries(withGeneratedParts)) {
  test(`the generated parts of ${name} are as the program makes them (npm run docs writes them)`, () => {
    const text = readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8");
    assert.is(text, withParts(text));
  });
}

test.run();
