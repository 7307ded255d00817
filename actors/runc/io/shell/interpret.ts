/** Runs what the parser has read. Every command awaits, so that an endless script never holds the thread. */
import { closeSync, statSync } from "node:fs";
import { posix } from "node:path";
import { applets } from "./applets.js";
import { ArithmeticError } from "./arithmetic.js";
import { builtins } from "./builtins.js";
import { expandToPattern, expandToText, expandWords, patternToRegExp, ShellError, type Substitute } from "./expand.js";
import { describeError } from "./files.js";
import type { Streams } from "./host.js";
import { parseScript } from "./parse.js";
import { redirect } from "./redirect.js";
import { type AppletContext, Exit, LoopJump, Return, type ShellState } from "./state.js";
import { emptyInput, type Output, Pipe, PipeClosed } from "./streams.js";
import { type AndOr, type Command, type List, type Pipeline, ShellSyntaxError } from "./syntax.js";

const encoder = new TextEncoder();

/** Thrown when the shell's container ends. */
class Ended extends Error {}

export class Interpreter {
  private steps = 0;

  constructor(readonly state: ShellState) {}

  /** Runs a script; its exit status. */
  async script(text: string, streams: Streams): Promise<number> {
    try {
      await this.list(parseScript(text), streams);
    } catch (error) {
      this.state.status = await this.statusOf(error, streams);
    }
    return this.state.status;
  }

  /** One line that a person typed: an error in it does not end the shell, `exit` does. */
  async interactiveLine(text: string, streams: Streams): Promise<void> {
    try {
      await this.list(parseScript(text), streams);
    } catch (error) {
      if (error instanceof Exit) throw error;
      this.state.status = await this.statusOf(error, streams);
    }
  }

  private async statusOf(error: unknown, streams: Streams): Promise<number> {
    if (error instanceof Exit || error instanceof Return) return error.status;
    if (error instanceof LoopJump) return 0;
    if (error instanceof PipeClosed) return 141;
    if (error instanceof Ended) return 137;
    if (error instanceof ShellSyntaxError || error instanceof ShellError || error instanceof ArithmeticError) {
      await streams.errors.write(encoder.encode(`${this.state.name}: ${error.message}\n`));
      return 2;
    }
    throw error;
  }

  async list(list: List, streams: Streams): Promise<void> {
    for (const andOr of list) {
      if (andOr.background) {
        const below = new Interpreter(this.state.subshell());
        const running = below.guarded(() => below.andOr(andOr, { ...streams, input: emptyInput }), streams);
        // Nobody may ever wait for it: what goes wrong in it is told where it writes.
        this.state.background.push(running.catch((error: unknown) => below.failed(error, streams)));
        this.state.status = 0;
      } else {
        await this.andOr(andOr, streams);
      }
      await this.trapsThatCame(streams);
    }
  }

  /** Runs as a process of its own would: whatever ends it is its status. */
  private async guarded(run: () => Promise<unknown>, streams: Streams): Promise<number> {
    try {
      await run();
    } catch (error) {
      this.state.status = await this.statusOf(error, streams);
    }
    return this.state.status;
  }

  private async failed(error: unknown, streams: Streams): Promise<number> {
    await streams.errors.write(encoder.encode(`${this.state.name}: ${describeError(error)}\n`));
    return 1;
  }

  private async trapsThatCame(streams: Streams): Promise<void> {
    for (const signal of this.state.pending.splice(0)) {
      const text = this.state.traps.get(signal);
      if (text !== undefined) await this.list(parseScript(text), streams);
    }
  }

  private async andOr(andOr: AndOr, streams: Streams): Promise<void> {
    await this.pipeline(andOr.first, streams, andOr.rest.length > 0);
    for (const [index, { operator, pipeline }] of andOr.rest.entries()) {
      if ((this.state.status === 0) === (operator === "&&"))
        await this.pipeline(pipeline, streams, index < andOr.rest.length - 1);
    }
  }

  private async pipeline(pipeline: Pipeline, streams: Streams, isTested: boolean): Promise<void> {
    const { state } = this;
    if (pipeline.commands.length === 1) {
      await this.command(pipeline.commands[0]!, streams);
    } else {
      const pipes = pipeline.commands.slice(1).map(() => new Pipe());
      const statuses = await Promise.all(
        pipeline.commands.map((command, index) => {
          const below = new Interpreter(state.subshell());
          const input = pipes[index - 1] ?? streams.input;
          const isTerminal = streams.isTerminal && index === pipeline.commands.length - 1;
          const output = pipes[index] ?? streams.output;
          return below
            .guarded(() => below.command(command, { input, output, errors: streams.errors, isTerminal }), streams)
            .finally(() => {
              pipes[index]?.end();
              pipes[index - 1]?.abandon();
            });
        }),
      );
      state.status = statuses.at(-1) ?? 0;
    }
    if (pipeline.negated) state.status = state.status === 0 ? 1 : 0;
    if (state.errexit && state.status !== 0 && !isTested && !pipeline.negated) throw new Exit(state.status);
  }

  async command(command: Command, streams: Streams): Promise<void> {
    this.steps += 1;
    if (this.steps % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (this.state.host.ended.aborted) throw new Ended();
    if (command.kind === "function") {
      this.state.functions.set(command.name, command.body);
      this.state.status = 0;
      return;
    }
    const opened: number[] = [];
    try {
      const redirected = await redirect(command.redirections, streams, this.state, this.substitute(streams), opened);
      if (redirected === undefined) this.state.status = 1;
      else await this.compound(command, redirected);
    } finally {
      for (const descriptor of opened) closeSync(descriptor);
    }
  }

  private async compound(command: Exclude<Command, { kind: "function" }>, streams: Streams): Promise<void> {
    const { state } = this;
    switch (command.kind) {
      case "simple":
        return this.simple(command, streams);
      case "group": {
        if (!command.subshell) return this.list(command.body, streams);
        const below = new Interpreter(state.subshell());
        state.status = await below.guarded(() => below.list(command.body, streams), streams);
        return;
      }
      case "if": {
        for (const branch of command.branches) {
          if (await this.holds(branch.condition, streams)) return this.list(branch.body, streams);
        }
        state.status = 0;
        if (command.otherwise !== undefined) await this.list(command.otherwise, streams);
        return;
      }
      case "loop": {
        let status = 0;
        while ((await this.holds(command.condition, streams)) !== command.until) {
          if (await this.leavesLoop(command.body, streams)) break;
          status = state.status;
        }
        state.status = status;
        return;
      }
      case "for": {
        const values =
          command.words === undefined ? state.positional : await expandWords(command.words, state, this.substitute(streams));
        state.status = 0;
        for (const value of values) {
          state.variables.set(command.name, value);
          if (await this.leavesLoop(command.body, streams)) break;
        }
        return;
      }
      case "case": {
        const text = await expandToText(command.word, state, this.substitute(streams));
        state.status = 0;
        for (const branch of command.branches) {
          for (const pattern of branch.patterns) {
            if (!patternToRegExp(await expandToPattern(pattern, state, this.substitute(streams))).test(text)) continue;
            return this.list(branch.body, streams);
          }
        }
      }
    }
  }

  private async holds(condition: List, streams: Streams): Promise<boolean> {
    const { errexit } = this.state;
    this.state.errexit = false;
    try {
      await this.list(condition, streams);
    } finally {
      this.state.errexit = errexit;
    }
    return this.state.status === 0;
  }

  /** Runs a loop's body once; true when `break` leaves the loop. */
  private async leavesLoop(body: List, streams: Streams): Promise<boolean> {
    try {
      await this.list(body, streams);
      return false;
    } catch (error) {
      if (!(error instanceof LoopJump)) throw error;
      if (error.levels > 1) {
        error.levels -= 1;
        throw error;
      }
      return error.kind === "break";
    }
  }

  private async simple(command: Extract<Command, { kind: "simple" }>, streams: Streams): Promise<void> {
    const { state } = this;
    const substitute = this.substitute(streams);
    const statusBefore = state.status;
    const words = await expandWords(command.words, state, substitute);
    const assigned: Array<readonly [string, string]> = [];
    if (words.length === 0 && state.status === statusBefore) state.status = 0;
    for (const { name, value } of command.assignments) assigned.push([name, await expandToText(value, state, substitute)]);
    if (words.length === 0) {
      for (const [name, value] of assigned) state.variables.set(name, value);
      return;
    }
    const before = assigned.map(([name]) => [name, state.variables.get(name), state.exported.has(name)] as const);
    for (const [name, value] of assigned) {
      state.variables.set(name, value);
      state.exported.add(name);
    }
    try {
      if (state.xtrace) await streams.errors.write(encoder.encode(`+ ${words.join(" ")}\n`));
      state.status = await this.run(words, streams);
    } finally {
      for (const [name, value, wasExported] of before) {
        if (value === undefined) state.variables.delete(name);
        else state.variables.set(name, value);
        if (!wasExported) state.exported.delete(name);
      }
    }
  }

  /** Runs words: a function, a builtin, an applet, a program of the image, a script. */
  async run(words: readonly string[], streams: Streams): Promise<number> {
    const [name = "", ...args] = words;
    const { state } = this;
    const body = state.functions.get(name);
    if (body !== undefined) return this.callFunction(body, args, streams);
    const builtin = builtins.get(name);
    const context = this.contextOf(name, args, streams);
    if (builtin !== undefined) return builtin(context, this);
    const applet = findApplet(name, state);
    try {
      if (applet !== undefined) return await applet(context);
    } catch (error) {
      if (
        error instanceof Exit ||
        error instanceof LoopJump ||
        error instanceof Return ||
        error instanceof PipeClosed ||
        error instanceof Ended
      )
        throw error;
      await context.complain(describeError(error));
      return 1;
    }
    const program = state.host.program(words);
    if (program !== undefined) return program;
    return this.runFile(name, args, streams);
  }

  private async runFile(name: string, args: readonly string[], streams: Streams): Promise<number> {
    const { state } = this;
    if (name.includes("/")) {
      const path = posix.resolve(state.cwd, name);
      const found = statSync(state.host.toHost(path, false), { throwIfNoEntry: false });
      if (found?.isFile()) return this.run(["sh", path, ...args], streams);
      await streams.errors.write(
        encoder.encode(`${state.name}: ${name}: ${found === undefined ? "not found" : "Permission denied"}\n`),
      );
      return found === undefined ? 127 : 126;
    }
    await streams.errors.write(encoder.encode(`${state.name}: ${name}: not found\n`));
    return 127;
  }

  private async callFunction(body: Command, args: readonly string[], streams: Streams): Promise<number> {
    const { state } = this;
    const before = state.positional;
    state.positional = args;
    try {
      await this.command(body, streams);
      return state.status;
    } catch (error) {
      if (error instanceof Return) return error.status;
      throw error;
    } finally {
      state.positional = before;
    }
  }

  private contextOf(name: string, args: readonly string[], streams: Streams): AppletContext {
    const { state } = this;
    const short = name.slice(name.lastIndexOf("/") + 1);
    return {
      ...streams,
      state,
      host: state.host,
      name: short,
      calledAs: name,
      args,
      run: (words, others) => this.run(words, others),
      print: (text) => streams.output.write(encoder.encode(text)),
      complain: (text) => streams.errors.write(encoder.encode(`${short}: ${text}\n`)),
    };
  }

  private substitute(streams: Streams): Substitute {
    return async (list) => {
      const chunks: Uint8Array[] = [];
      const below = new Interpreter(this.state.subshell());
      const output: Output = {
        write: async (bytes) => {
          chunks.push(bytes);
        },
      };
      this.state.status = await below.guarded(() => below.list(list, { ...streams, output }), streams);
      return Buffer.concat(chunks).toString("utf8");
    };
  }
}

/** Applets go by their name, or by it in one of the usual directories. */
function findApplet(name: string, state: ShellState): ReturnType<typeof applets.get> {
  const file = /^(?:\/(?:usr\/)?s?bin\/)?([^/]+)$/.exec(name)?.[1] ?? "";
  if (state.host.lacks(file)) return undefined;
  return applets.get(file);
}
