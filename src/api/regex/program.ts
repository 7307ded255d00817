import type { Ranges } from "./character-class.js";
import { type Assertion, parseRegex, RegexError, type RegexNode } from "./regex-parser.js";

/** What an expression becomes: steps to take along the text. Source: https://swtch.com/~rsc/regexp/regexp2.html */
export type Instruction =
  | { readonly kind: "class"; readonly ranges: Ranges }
  | { readonly kind: "assert"; readonly assertion: Assertion }
  /** Goes on at both, the first preferred. */
  | Split
  | { readonly kind: "jump"; to: number }
  | { readonly kind: "match" };

interface Split {
  readonly kind: "split";
  first: number;
  second: number;
}

class Assembler {
  readonly program: Instruction[] = [];

  emit(instruction: Instruction): number {
    if (this.program.length >= maxInstructions) throw new RegexError("expression too large", "");
    this.program.push(instruction);
    return this.program.length - 1;
  }

  add(node: RegexNode): void {
    switch (node.kind) {
      case "class":
        this.emit({ kind: "class", ranges: node.ranges });
        break;
      case "assertion":
        this.emit({ kind: "assert", assertion: node.assertion });
        break;
      case "sequence":
        for (const part of node.parts) this.add(part);
        break;
      case "choice":
        this.#choice(node.options);
        break;
      case "repeat":
        this.#repeat(node);
    }
  }

  #choice(options: readonly RegexNode[]): void {
    const ends: Array<{ to: number }> = [];
    options.forEach((option, index) => {
      if (index === options.length - 1) {
        this.add(option);
        return;
      }
      const split = { kind: "split" as const, first: this.program.length + 1, second: 0 };
      this.emit(split);
      this.add(option);
      const jump = { kind: "jump" as const, to: 0 };
      this.emit(jump);
      ends.push(jump);
      split.second = this.program.length;
    });
    for (const jump of ends) jump.to = this.program.length;
  }

  #repeat({ part, min, max, greedy }: RegexNode & { kind: "repeat" }): void {
    for (let count = 0; count < min; count++) this.add(part);
    if (max === Number.POSITIVE_INFINITY) {
      const split = this.#split();
      this.add(part);
      this.emit({ kind: "jump", to: this.program.indexOf(split) });
      this.#leave(split, greedy);
      return;
    }
    const splits: Split[] = [];
    for (let count = min; count < max; count++) {
      splits.push(this.#split());
      this.add(part);
    }
    for (const split of splits) this.#leave(split, greedy);
  }

  #split(): Split {
    const split: Split = { kind: "split", first: this.program.length + 1, second: 0 };
    this.emit(split);
    return split;
  }

  /** Lets a split go on after what was emitted last; a lazy one prefers to. */
  #leave(split: Split, greedy: boolean): void {
    const after = this.program.length;
    if (greedy) split.second = after;
    else {
      split.second = split.first;
      split.first = after;
    }
  }
}

/** The largest program that an expression may become. */
const maxInstructions = 20_000;

/** The program of an expression. Throws a RegexError when it is none, or becomes too large. */
export const assemble = (pattern: string): readonly Instruction[] => {
  const assembler = new Assembler();
  assembler.add(parseRegex(pattern));
  assembler.emit({ kind: "match" });
  return assembler.program;
};
