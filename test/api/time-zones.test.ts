/** Which offset a time zone has when, against what is known of some. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { offsetAt, timeZone } from "../../src/api/time-zones/zone.js";

const test = suite("time zones");

/** `+5:30`, in the form of the table below. */
function offsetText(zone: string, time: string): string {
  const found = timeZone(zone);
  if (found === undefined) return "none";
  const seconds = offsetAt(found, Date.parse(time) / 1_000);
  const [hours, minutes, rest] = [3_600, 60, 1].map((unit, index) =>
    Math.floor((Math.abs(seconds) / unit) % (index === 0 ? 100 : 60)),
  );
  return `${seconds < 0 ? "-" : "+"}${hours}:${String(minutes).padStart(2, "0")}${rest === 0 ? "" : `:${rest}`}`;
}

const rows: Array<[zone: string, time: string, offset: string, why: string]> = [
  ["Europe/Berlin", "2025-03-30T00:59:59Z", "+1:00", "until the last Sunday of March"],
  ["Europe/Berlin", "2025-03-30T01:00:00Z", "+2:00", "from then on"],
  ["Europe/Berlin", "2025-10-26T00:59:59Z", "+2:00", "until the last Sunday of October"],
  ["Europe/Berlin", "2025-10-26T01:00:00Z", "+1:00", "and back"],
  ["Europe/Berlin", "2099-07-01T00:00:00Z", "+2:00", "by its rule, as long as that holds"],
  ["Europe/Berlin", "1945-06-01T00:00:00Z", "+3:00", "as it once was"],
  ["Europe/Berlin", "1800-01-01T00:00:00Z", "+0:53:28", "by the sun"],
  ["America/New_York", "2025-03-09T06:59:59Z", "-5:00", "until the second Sunday of March"],
  ["America/New_York", "2025-03-09T07:00:00Z", "-4:00", "from then on"],
  ["America/New_York", "2006-03-20T12:00:00Z", "-5:00", "before the law was changed"],
  ["Europe/Dublin", "2025-01-15T00:00:00Z", "+0:00", "where winter is the exception"],
  ["Europe/Dublin", "2025-07-15T00:00:00Z", "+1:00", "and summer the rule"],
  ["Australia/Sydney", "2025-01-15T00:00:00Z", "+11:00", "summer in the south"],
  ["Australia/Sydney", "2025-07-15T00:00:00Z", "+10:00", "winter in the south"],
  ["Australia/Lord_Howe", "2025-01-15T00:00:00Z", "+11:00", "half an hour of summer time"],
  ["Asia/Kolkata", "2025-01-15T00:00:00Z", "+5:30", "half an hour"],
  ["Asia/Kathmandu", "2025-01-15T00:00:00Z", "+5:45", "a quarter"],
  ["Asia/Jerusalem", "2025-03-28T00:00:00Z", "+3:00", "the day after a Thursday: two o'clock on Friday"],
  ["Asia/Jerusalem", "2025-03-27T23:59:59Z", "+2:00", "a second before"],
  ["Pacific/Apia", "2011-12-30T09:59:59Z", "-10:00", "before it skipped a day"],
  ["Pacific/Apia", "2011-12-30T10:00:00Z", "+14:00", "and after"],
  ["America/Nuuk", "2025-03-30T01:00:00Z", "-1:00", "summer begins on the evening before"],
  ["Etc/GMT+5", "2025-01-15T00:00:00Z", "-5:00", "counted west"],
  ["Z", "2025-01-15T00:00:00Z", "none", "no name"],
  ["europe/berlin", "2025-01-15T00:00:00Z", "none", "letters are as they are"],
  ["", "2025-01-15T00:00:00Z", "none", "no name at all"],
];
for (const [zone, time, offset, why] of rows)
  test(`${zone} at ${time}: ${offset} (${why})`, () => assert.is(offsetText(zone, time), offset));

test.run();
