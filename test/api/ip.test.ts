/** Addresses and ranges: what is understood, and what Go's strict reader takes of it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { canonicalIp, isIp, isStrictCidr, isStrictIp, parseCidr } from "../../src/api/ip.js";

const addresses: ReadonlyArray<readonly [text: string, understood: boolean, strict: boolean]> = [
  ["10.9.8.7", true, true],
  ["010.009.0008.7", true, false],
  ["10.9.8.256", false, false],
  ["10.9.8", false, false],
  ["10.9.8.-7", false, false],
  ["2001:db8::1", true, true],
  ["::ffff:10.9.8.7", true, true],
  ["::ffff:10.9.08.7", true, false],
  ["::12345", false, false],
  ["", false, false],
];
for (const [text, understood, strict] of addresses)
  test(`"${text}" is ${understood ? "an" : "no"} address${understood && !strict ? ", loosely" : ""}`, () =>
    assert.equal([isIp(text), isStrictIp(text)], [understood, strict]));

const ranges: ReadonlyArray<readonly [text: string, prefixBits: number | undefined, strict: boolean]> = [
  ["10.0.0.0/8", 8, true],
  ["010.0.0.0/8", 8, false],
  ["10.0.0.0/08", 8, false],
  ["10.0.0.0/33", undefined, false],
  ["::ffff:10.0.0.0/104", 8, true],
  ["::ffff:10.0.0.0/129", undefined, false],
  ["2001:db8::/64", 64, true],
  ["10.0.0.0", undefined, false],
];
for (const [text, prefixBits, strict] of ranges)
  test(`"${text}" has ${prefixBits ?? "no"} bits${strict ? "" : ", if any, loosely"}`, () =>
    assert.equal([parseCidr(text)?.prefixBits, isStrictCidr(text)], [prefixBits, strict]));

test("an IPv4 address has one text, however it is written", () => {
  assert.equal(["010.0.0.1", "::ffff:10.0.0.1", "2001:DB8::1", "None"].map(canonicalIp), [
    "10.0.0.1",
    "10.0.0.1",
    "2001:DB8::1",
    "None",
  ]);
});

test.run();
