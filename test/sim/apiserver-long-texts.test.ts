/** Long YAML bodies are read one after the other, outside of the API server's thread. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { TextOutcome, TextParser } from "../../actors/apiserver/io/text-parser.js";
import { LongTexts } from "../../actors/apiserver/long-texts/long-texts.js";
import type { ParsedText } from "../../src/api/body.js";
import type { Result } from "../../src/api/status.js";
import { ApiServerWorld } from "./apiserver-world.js";

/** A parser that is done with a text when the test says so. */
class SlowParser implements TextParser {
  readonly log: string[] = [];
  private onParsed: ((outcome: TextOutcome) => void) | undefined;

  parse(text: string, onParsed: (outcome: TextOutcome) => void): () => void {
    this.log.push(text);
    this.onParsed = onParsed;
    return () => this.log.push(`stop ${text}`);
  }

  done(outcome: TextOutcome = { ok: true, value: this.log.at(-1), problems: [] }): void {
    this.onParsed?.(outcome);
  }
}

function reader() {
  const world = new ApiServerWorld().untilServing();
  const parser = new SlowParser();
  const texts = new LongTexts(world.server().host, parser);
  const told: string[] = [];
  const read = (text: string): (() => void) => texts.read(text, (outcome) => told.push(wordsOf(outcome)));
  return { world, parser, told, read };
}

const wordsOf = (outcome: Result<ParsedText>): string =>
  !outcome.ok
    ? `${outcome.error.code} ${outcome.error.status.message}`
    : outcome.value.ok
      ? JSON.stringify(outcome.value.value)
      : "";

test("one text is read at a time, in the order in which they came", () => {
  const { parser, told, read } = reader();
  for (const text of ["a", "b", "c"]) read(text);
  assert.equal([parser.log, told], [["a"], []]);
  parser.done();
  assert.equal([parser.log, told], [["a", "b"], ['"a"']]);
  parser.done();
  parser.done();
  assert.equal(told, ['"a"', '"b"', '"c"']);
});

test("JSON in the place of YAML is read at once", () => {
  const { parser, told, read } = reader();
  read('{"a":1}');
  assert.equal([parser.log, told], [[], ['{"a":1}']]);
});

test("a text whose client has gone is stopped or never begun, and the next one has its turn", () => {
  const { parser, told, read } = reader();
  const first = read("a");
  const second = read("b");
  read("c");
  second();
  first();
  assert.equal([parser.log, told], [["a", "stop a", "c"], []]);
});

test("a text that is not read within a minute of its coming is stopped and 504, however long it waited", () => {
  const { world, parser, told, read } = reader();
  read("a");
  world.run(10_000);
  read("b");
  read("c");
  world.run(50_000);
  const late = "504 Timeout: the body of the request could not be read in time";
  assert.equal([parser.log, told], [["a", "stop a", "b"], [late]]);
  world.run(9_000);
  parser.done();
  assert.equal([parser.log.at(-1), told], ["c", [late, '"b"']], "nine seconds are left for what waited for its turn");
  world.run(1_000);
  assert.equal([parser.log.at(-1), told], ["stop c", [late, '"b"', late]], "its minute is over");
});

test("no more than 16 texts are kept; what its thread has no memory for is 429", () => {
  const { parser, told, read } = reader();
  for (let index = 0; index < 17; index += 1) read(`${index}`);
  assert.equal(told, ["429 Too many requests, please try again later."]);
  parser.done({ ok: false, lost: "no memory" });
  assert.is(told[1], "429 the body of the request could not be read: no memory");
  assert.equal(parser.log, ["0", "1"]);
});

test("in the simulation reading takes virtual time, the same for every run", () => {
  const world = new ApiServerWorld().untilServing();
  const told: string[] = [];
  const read = (text: string) => world.server().longTexts.read(text, (outcome) => told.push(wordsOf(outcome)));
  read(`a: yes # ${"-".repeat(100_000)}`);
  const abandon = read("b: no");
  abandon();
  world.run(99);
  assert.equal(told, []);
  world.run(2);
  assert.equal(told, ['{"a":true}']);
});

test.run();
