/** Runs a sed script over lines. */
import type { Address, SedCommand, Substitution } from "./parse.js";

export interface SedLines {
  /** Undefined after the last. */
  next(): Promise<string | undefined>;
  isLast(): Promise<boolean>;
}

export interface SedOutput {
  print(text: string): Promise<void>;
  /** What a file has, for `r`; "" when it cannot be read. */
  read(file: string): string;
  append(file: string, text: string): void;
}

/** The commands of one line that a loop may take; an endless one ends here. */
const stepsMost = 1_000_000;

/** What comes next after a command: the following one, another, the next line, or the end. */
type Onward = { readonly to: number } | "next line" | "again" | "quit" | "quit silently" | undefined;

export class SedRun {
  private line = 0;
  private pattern = "";
  private hold = "";
  private substituted = false;
  private after: string[] = [];
  /** By command: the line up to which its range lasts; Infinity until its end is found. */
  private readonly ranges = new Map<SedCommand, number>();

  constructor(
    private readonly commands: readonly SedCommand[],
    private readonly silent: boolean,
    private readonly lines: SedLines,
    private readonly output: SedOutput,
  ) {}

  async run(): Promise<void> {
    let again = false;
    for (;;) {
      if (!again) {
        const line = await this.lines.next();
        if (line === undefined) return;
        this.line += 1;
        this.pattern = line;
      }
      const how = await this.cycle();
      again = how === "again";
      if (!this.silent && how !== "next line" && how !== "again" && how !== "quit silently")
        await this.output.print(`${this.pattern}\n`);
      for (const text of this.after.splice(0)) await this.output.print(text);
      if (how === "quit" || how === "quit silently") return;
    }
  }

  private async cycle(): Promise<Onward> {
    this.substituted = false;
    let steps = 0;
    for (let at = 0; at < this.commands.length; ) {
      steps += 1;
      if (steps > stepsMost) return "quit";
      const command = this.commands[at]!;
      if ((await this.selects(command)) === command.negated) {
        at = command.name === "{" ? command.end : at + 1;
        continue;
      }
      const onward = await this.execute(command);
      if (typeof onward === "string") return onward;
      at = onward?.to ?? at + 1;
    }
    return undefined;
  }

  private async selects(command: SedCommand): Promise<boolean> {
    const { from, to } = command;
    if (from === undefined) return true;
    if (to === undefined) return this.matches(from);
    const until = this.ranges.get(command);
    if (until === undefined) {
      if (!(await this.matches(from))) return false;
      const end = to.kind === "line" ? to.number : to.kind === "after" ? this.line + to.lines : Number.POSITIVE_INFINITY;
      if (end > this.line) this.ranges.set(command, end);
      return true;
    }
    if (this.line >= until || (until === Number.POSITIVE_INFINITY && (await this.matches(to)))) this.ranges.delete(command);
    return this.line <= until;
  }

  private async matches(address: Address): Promise<boolean> {
    switch (address.kind) {
      case "line":
        return this.line === address.number;
      case "last":
        return this.lines.isLast();
      case "regex":
        return address.regex.test(this.pattern);
      case "step":
        return address.step === 0
          ? this.line === address.first
          : this.line >= address.first && (this.line - address.first) % address.step === 0;
      case "after":
        return false;
    }
  }

  private async execute(command: SedCommand): Promise<Onward> {
    const { name, text, substitution, map } = command;
    switch (name) {
      case "s":
        if (substitution !== undefined && this.substitute(substitution) && substitution.prints)
          await this.output.print(`${this.pattern}\n`);
        return undefined;
      case "y":
        this.pattern = [...this.pattern].map((char) => map?.get(char) ?? char).join("");
        return undefined;
      case "d":
        return "next line";
      case "D": {
        const end = this.pattern.indexOf("\n");
        if (end < 0) return "next line";
        this.pattern = this.pattern.slice(end + 1);
        return "again";
      }
      case "p":
        await this.output.print(`${this.pattern}\n`);
        return undefined;
      case "P":
        await this.output.print(`${this.pattern.split("\n")[0]}\n`);
        return undefined;
      case "=":
        await this.output.print(`${this.line}\n`);
        return undefined;
      case "l":
        await this.output.print(`${JSON.stringify(this.pattern).slice(1, -1)}$\n`);
        return undefined;
      case "a":
        this.after.push(`${text}\n`);
        return undefined;
      case "r":
        this.after.push(this.output.read(text));
        return undefined;
      case "w":
        this.output.append(text, `${this.pattern}\n`);
        return undefined;
      case "i":
        await this.output.print(`${text}\n`);
        return undefined;
      case "c":
        if (!this.ranges.has(command)) await this.output.print(`${text}\n`);
        return "next line";
      case "n":
      case "N":
        return this.takeNext(name === "N");
      case "h":
        this.hold = this.pattern;
        return undefined;
      case "H":
        this.hold += `\n${this.pattern}`;
        return undefined;
      case "g":
        this.pattern = this.hold;
        return undefined;
      case "G":
        this.pattern += `\n${this.hold}`;
        return undefined;
      case "x":
        [this.pattern, this.hold] = [this.hold, this.pattern];
        return undefined;
      case "q":
        return "quit";
      case "Q":
        return "quit silently";
      case "b":
        return this.jump(text);
      case "t":
        if (!this.substituted) return undefined;
        this.substituted = false;
        return this.jump(text);
      default:
        return undefined;
    }
  }

  private jump(label: string): Onward {
    const found = this.commands.findIndex(({ name, text }) => name === ":" && text === label);
    return { to: found < 0 ? this.commands.length : found };
  }

  private async takeNext(joins: boolean): Promise<Onward> {
    if (await this.lines.isLast()) return "quit";
    if (!joins && !this.silent) await this.output.print(`${this.pattern}\n`);
    const line = (await this.lines.next()) ?? "";
    this.line += 1;
    this.pattern = joins ? `${this.pattern}\n${line}` : line;
    return undefined;
  }

  private substitute({ regex, replacement, everywhere, from }: Substitution): boolean {
    let count = 0;
    let replaced = false;
    this.pattern = this.pattern.replace(new RegExp(regex.source, `${regex.flags}g`), (...found: unknown[]) => {
      count += 1;
      if (count < from || (replaced && !everywhere)) return String(found[0]);
      replaced = true;
      return replacement.replace(/\\([\s\S])|&/g, (whole, escaped: string | undefined) => {
        if (whole === "&") return String(found[0]);
        if (/\d/.test(escaped ?? "")) return String(found[Number(escaped)] ?? "");
        return escaped === "n" ? "\n" : escaped === "t" ? "\t" : (escaped ?? "");
      });
    });
    if (replaced) this.substituted = true;
    return replaced;
  }
}
