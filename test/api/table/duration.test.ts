import { test } from "uvu";
import * as assert from "uvu/assert";
import { humanDuration } from "../../../src/api/table/duration.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const durations: Array<[ms: number, text: string]> = [
  [-2 * second, "<invalid>"],
  [-second, "0s"],
  [0, "0s"],
  [119 * second, "119s"],
  [120 * second, "2m"],
  [125 * second, "2m5s"],
  [9 * minute + 59 * second, "9m59s"],
  [10 * minute + 5 * second, "10m"],
  [179 * minute, "179m"],
  [3 * hour, "3h"],
  [3 * hour + minute, "3h1m"],
  [8 * hour + minute, "8h"],
  [47 * hour, "47h"],
  [2 * day, "2d"],
  [3 * day + 4 * hour, "3d4h"],
  [8 * day + hour, "8d"],
  [700 * day, "700d"],
  [800 * day, "2y70d"],
  [9 * 365 * day, "9y"],
];
for (const [ms, text] of durations) test(`${ms} ms is ${text}`, () => assert.is(humanDuration(ms), text));

test.run();
