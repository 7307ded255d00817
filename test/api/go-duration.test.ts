import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseGoDuration } from "../../src/api/go-duration.js";

const test = suite("Go's durations");

const cases: ReadonlyArray<readonly [string, number | string]> = [
  ["0", 0],
  ["0s", 0],
  ["30s", 30_000],
  ["1m30s", 90_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["250ms", 250],
  ["3us", 0.003],
  ["-2s", -2_000],
  ["+2s", 2_000],
  ["", 'time: invalid duration ""'],
  ["-", 'time: invalid duration "-"'],
  ["soon", 'time: invalid duration "soon"'],
  ["30", 'time: missing unit in duration "30"'],
  ["3d", 'time: unknown unit "d" in duration "3d"'],
  ["3 s", 'time: unknown unit " s" in duration "3 s"'],
  ["9999999999h", 'time: invalid duration "9999999999h"'],
];
for (const [text, expected] of cases) {
  test(`${JSON.stringify(text)} is ${expected}`, () => {
    const read = parseGoDuration(text);
    assert.equal("ms" in read ? read.ms : read.problem, expected);
  });
}

test.run();
