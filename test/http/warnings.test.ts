/** The header Warning: what it says, and how much of it there may be. https://kubernetes.io/blog/2020/09/03/warnings/ */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boundedWarnings, warningHeader } from "../../actors/apiserver/http/warnings.js";

test("a text is quoted, and what no header may contain is taken out", () => {
  assert.is(warningHeader('use \\"x\\"\nnot "ü"'), '299 - "use \\\\\\"x\\\\\\" not \\" \\""');
});

test("each text is told once, in the order in which it was first said", () => {
  assert.equal(boundedWarnings(["b", "a", "b", ""]), ["b", "a"]);
});

test("up to 4,096 characters are told whole; above, 256 of each, as long as there is room", () => {
  const whole = ["x".repeat(4_000), "y".repeat(96)];
  assert.equal(boundedWarnings(whole), whole);
  assert.equal(boundedWarnings([...whole, "z"]), ["x".repeat(256), "y".repeat(96), "z"]);
  const many = boundedWarnings(Array.from({ length: 100 }, (_, index) => `${index} ${"ü".repeat(300)}`));
  assert.is(many.length, 16);
  assert.ok(many.every((text) => [...text].length === 256));
});

test.run();
