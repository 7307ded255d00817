/** One long text on its way to a value. */
import type { ParsedText } from "../../../src/api/body.js";
import { fail, type Result, succeed, timeout, tooManyRequests } from "../../../src/api/status.js";
import type { TextOutcome, TextParser } from "../io/text-parser.js";

export class Reading {
  private outcome: Result<ParsedText> | undefined;
  private halt: () => void = () => undefined;

  constructor(
    private readonly parser: TextParser,
    private readonly text: string,
    /** Nobody is before it. */
    readonly itsTurn: boolean,
    private readonly onRead: (outcome: Result<ParsedText>) => void,
  ) {}

  parse(onParsed: () => void): void {
    this.halt = this.parser.parse(this.text, (outcome) => {
      this.halt = () => undefined;
      this.outcome = told(outcome);
      onParsed();
    });
  }

  /** In the middle of the text, unless it has been read. */
  stop(): void {
    this.halt();
  }

  noteTimeout(): void {
    this.outcome = fail(timeout("the body of the request could not be read in time"));
  }

  tell(): void {
    if (this.outcome !== undefined) this.onRead(this.outcome);
  }
}

const told = (outcome: TextOutcome): Result<ParsedText> =>
  "lost" in outcome ? fail(tooManyRequests(`the body of the request could not be read: ${outcome.lost}`)) : succeed(outcome);
