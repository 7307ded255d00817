import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  quantityMilliValue,
  quantityOf,
  quantityValue,
  subtractQuantities,
} from "../../src/api/quantity.js";

const canonical: Array<[given: string, canonical: string]> = [
  ["0", "0"],
  ["0Mi", "0"],
  ["1", "1"],
  ["1000m", "1"],
  ["0.5", "500m"],
  ["100m", "100m"],
  ["1.5", "1500m"],
  ["2000", "2k"],
  ["1024Ki", "1Mi"],
  ["0.5Gi", "512Mi"],
  ["1.5Ki", "1536"],
  ["1536Mi", "1536Mi"],
  ["1Gi", "1Gi"],
  ["500Ki", "500Ki"],
  ["1023", "1023"],
  ["1e3", "1e3"],
  ["1E3", "1e3"],
  ["12e6", "12e6"],
  ["1.5e0", "1500e-3"],
  ["0.1n", "1n"],
  ["-5", "-5"],
  ["+5", "5"],
  ["1M", "1M"],
  ["0.3Ki", "307200m"],
  ["1000Gi", "1000Gi"],
  ["1024Gi", "1Ti"],
  ["128974848", "128974848"],
  ["100Ei", "9223372036854775807"],
  [".5", "500m"],
  ["5.", "5"],
  ["1E", "1E"],
];
for (const [given, wanted] of canonical) {
  test(`${given} is ${wanted} in canonical form`, () => {
    const parsed = parseQuantity(given);
    assert.ok(parsed.ok);
    assert.is(formatQuantity(parsed.value), wanted);
  });
}

const refused: Array<[string, string]> = [
  ["", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ["abc", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ["1K", "unable to parse quantity's suffix"],
  ["1.1.1", "unable to parse numeric part of quantity"],
  [".", "unable to parse numeric part of quantity"],
];
for (const [given, message] of refused) {
  test(`${JSON.stringify(given)} is no quantity`, () => assert.equal(parseQuantity(given), { ok: false, message }));
}

test("sums are exact and keep the left side's format", () => {
  assert.is(formatQuantity(addQuantities(quantityOf("100m"), quantityOf("0.9"))), "1");
  assert.is(formatQuantity(addQuantities(quantityOf("1Gi"), quantityOf("512Mi"))), "1536Mi");
  assert.is(formatQuantity(addQuantities(quantityOf("0"), quantityOf("1Mi"))), "1Mi");
  assert.is(formatQuantity(subtractQuantities(quantityOf("4"), quantityOf("250m"))), "3750m");
});

test("comparison looks at the amount, not the text", () => {
  assert.is(compareQuantities(quantityOf("1Gi"), quantityOf("1024Mi")), 0);
  assert.is(compareQuantities(quantityOf("1G"), quantityOf("1Gi")), -1);
  assert.is(compareQuantities(quantityOf("2"), quantityOf("1999m")), 1);
});

test("whole units and thousandths round up", () => {
  assert.is(quantityValue(quantityOf("1.1")), 2n);
  assert.is(quantityMilliValue(quantityOf("0.0001")), 1n);
  assert.is(quantityValue(quantityOf("1Ki")), 1024n);
});

test("text that is no quantity is left for validation to report", () => assert.is(canonicalQuantity("lots"), "lots"));

test.run();
