import type { Host } from "../../../src/actor/host.js";

/**
 * What chance and the clock say to one write: the same again each time its plan is made, so that a plan that was
 * interrupted by a question comes to the same question, and finds the answer.
 */
export class Draws {
  private drawn: Map<string, string> | undefined;
  private numbers: Map<string, number> | undefined;
  private atMs: number | undefined;

  constructor(private readonly host: Pick<Host, "ids" | "clock">) {}

  /** When the write was first planned; milliseconds since 1970. */
  get nowMs(): number {
    this.atMs ??= this.host.clock.nowMs();
    return this.atMs;
  }

  /** A UUID for what is named. */
  uuid(of: string): string {
    return this.once(of, () => this.host.ids.uuid());
  }

  /** Random characters for the name of what is named. */
  suffix(of: string, length: number): string {
    return this.once(of, () => this.host.ids.suffix(length));
  }

  /** A number for what is named: the one that was drawn before where it is still good, another where it is not. */
  number(of: string, isGood: (number: number) => boolean, draw: () => number | undefined): number | undefined {
    const known = this.numbers?.get(of);
    if (known !== undefined && isGood(known)) return known;
    const drawn = draw();
    this.numbers ??= new Map();
    if (drawn !== undefined) this.numbers.set(of, drawn);
    return drawn;
  }

  private once(of: string, draw: () => string): string {
    this.drawn ??= new Map();
    const known = this.drawn.get(of);
    if (known !== undefined) return known;
    const made = draw();
    this.drawn.set(of, made);
    return made;
  }
}
