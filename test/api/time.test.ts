import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatMicroTime, formatTime, parseMicroTime, parseTime } from "../../src/api/time.js";

const good: Array<[string, string]> = [
  ["2024-05-01T10:00:00Z", "2024-05-01T10:00:00.000000Z"],
  ["2024-05-01T10:00:00+02:00", "2024-05-01T08:00:00.000000Z"],
  ["2024-05-01T00:30:00-01:30", "2024-05-01T02:00:00.000000Z"],
  ["2024-02-29T23:59:59.123456789Z", "2024-02-29T23:59:59.123456Z"],
  ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"],
];
for (const [text, expected] of good) {
  test(`${text} is an instant`, () => {
    const parsed = parseTime(text);
    assert.ok(parsed.ok);
    assert.is(formatMicroTime(parsed.ms), expected);
    assert.is(formatTime(parsed.ms), `${expected.slice(0, 19)}Z`);
  });
}

test("microseconds survive reading and writing", () => {
  for (const micros of ["000001", "999999", "123456", "000000"]) {
    const text = `2026-11-23T15:00:00.${micros}Z`;
    const parsed = parseMicroTime(text);
    assert.ok(parsed.ok);
    assert.is(formatMicroTime(parsed.ms), text);
  }
});

const layout = '"2006-01-02T15:04:05Z07:00"';
const bad: Array<[string, string]> = [
  ["x", `parsing time "x" as ${layout}: cannot parse "x" as "2006"`],
  ["2024-13-01T00:00:00Z", 'parsing time "2024-13-01T00:00:00Z": month out of range'],
  ["2023-02-29T00:00:00Z", 'parsing time "2023-02-29T00:00:00Z": day out of range'],
  ["2024-01-01T24:00:00Z", 'parsing time "2024-01-01T24:00:00Z": hour out of range'],
  ["2024-01-01", `parsing time "2024-01-01" as ${layout}: cannot parse "" as "T"`],
  ["2024-01-01T00:00:00", `parsing time "2024-01-01T00:00:00" as ${layout}: cannot parse "" as "Z07:00"`],
  ["2024-01-01T00:00:00Zx", 'parsing time "2024-01-01T00:00:00Zx": extra text: "x"'],
];
for (const [text, message] of bad) test(`${text} is refused`, () => assert.equal(parseTime(text), { ok: false, message }));

test("a MicroTime wants six digits", () => {
  const parsed = parseMicroTime("2024-01-01T00:00:00Z");
  assert.not(parsed.ok);
});

test.run();
