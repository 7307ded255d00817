import { contains } from "./character-class.js";
import type { Instruction } from "./program.js";

/** How many states are kept before all are forgotten and made again as they are needed. */
const maxStates = 500;

/** A set of places in the program that the text so far can have led to. */
interface State {
  /** Where reading goes on, and assertions that the text ends here. */
  readonly places: readonly number[];
  readonly matches: boolean;
  /** The state after a character of each class, as far as it is known. */
  readonly next: Array<State | undefined>;
}

/**
 * Matches by one step for each character: sets of places become states, made when the text first leads to them.
 * It tells whether there is a match, not where, and knows no assertions but those of the text's start and end.
 * Source: https://swtch.com/~rsc/regexp/regexp1.html#caching
 */
export class Dfa {
  readonly #program: readonly Instruction[];
  /** Where classes of characters begin: the program does not tell those in between apart. */
  readonly #starts: Uint32Array;
  readonly #asciiClasses = new Uint16Array(128);
  #states = new Map<string, State>();
  #first: State | undefined;
  #marks: Uint32Array;
  #generation = 0;
  #stepsLeft = 0;

  static canRun(program: readonly Instruction[]): boolean {
    return program.every((each) => each.kind !== "assert" || each.assertion === "textStart" || each.assertion === "textEnd");
  }

  constructor(program: readonly Instruction[]) {
    this.#program = program;
    this.#marks = new Uint32Array(program.length);
    const starts = new Set([0]);
    for (const instruction of program) {
      if (instruction.kind !== "class") continue;
      for (const [from, to] of instruction.ranges) starts.add(from).add(to + 1);
    }
    this.#starts = Uint32Array.from(starts).sort();
    for (let code = 0; code < 128; code++) this.#asciiClasses[code] = this.#search(code);
  }

  /** Undefined when making states takes more than `maxSteps` steps: some expressions have new ones for ever. */
  matches(text: string, maxSteps: number): boolean | undefined {
    this.#stepsLeft = maxSteps;
    this.#first ??= this.#state([0], true);
    let state = this.#first;
    for (let at = 0; at < text.length; at++) {
      if (state.matches) return true;
      let code = text.charCodeAt(at);
      if ((code & 0xfc00) === 0xd800 && at + 1 < text.length) {
        code = text.codePointAt(at)!;
        if (code > 0xffff) at++;
      }
      const characterClass = code < 128 ? this.#asciiClasses[code]! : this.#search(code);
      state = state.next[characterClass] ?? this.#step(state, characterClass);
      if (this.#stepsLeft < 0) return undefined;
    }
    return state.matches || this.#matchesAtEnd(state, text.length === 0);
  }

  #search(code: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= code) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #step(state: State, characterClass: number): State {
    const code = this.#starts[characterClass]!;
    const after = [0];
    for (const place of state.places) {
      const instruction = this.#program[place]!;
      if (instruction.kind === "class" && contains(instruction.ranges, code)) after.push(place + 1);
    }
    const next = this.#state(after, false);
    state.next[characterClass] = next;
    return next;
  }

  /** The state of all places that can be reached from some without reading on. */
  #state(from: readonly number[], atStart: boolean): State {
    const { places, matches } = this.#follow(from, atStart, false);
    const key = `${matches}${places.join()}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    if (this.#states.size >= maxStates) {
      this.#states = new Map();
      this.#first = undefined;
    }
    const state: State = { places, matches, next: new Array<State | undefined>(this.#starts.length).fill(undefined) };
    this.#states.set(key, state);
    return state;
  }

  #matchesAtEnd({ places }: State, atStart: boolean): boolean {
    const ends = places.filter((place) => this.#program[place]!.kind === "assert");
    return ends.length > 0 && this.#follow(ends, atStart, true).matches;
  }

  #follow(from: readonly number[], atStart: boolean, atEnd: boolean): { readonly places: number[]; readonly matches: boolean } {
    const pending = [...from];
    const places: number[] = [];
    let matches = false;
    this.#generation++;
    this.#stepsLeft -= from.length;
    while (pending.length > 0) {
      const place = pending.pop()!;
      this.#stepsLeft--;
      if (this.#marks[place] === this.#generation) continue;
      this.#marks[place] = this.#generation;
      const instruction = this.#program[place]!;
      switch (instruction.kind) {
        case "jump":
          pending.push(instruction.to);
          break;
        case "split":
          pending.push(instruction.second, instruction.first);
          break;
        case "match":
          matches = true;
          break;
        case "class":
          places.push(place);
          break;
        case "assert":
          if (instruction.assertion === "textStart" ? atStart : atEnd) pending.push(place + 1);
          else if (instruction.assertion === "textEnd") places.push(place);
      }
    }
    return { places: places.sort((one, other) => one - other), matches };
  }
}
