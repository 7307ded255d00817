/** What one shell, or a subshell of it, remembers. */
import type { ShellHost, Streams } from "./host.js";
import type { Command } from "./syntax.js";

/** Control flow of the interpreter, thrown past the commands it skips. */
export class Exit {
  constructor(readonly status: number) {}
}
export class LoopJump {
  constructor(
    readonly kind: "break" | "continue",
    public levels: number,
  ) {}
}
export class Return {
  constructor(readonly status: number) {}
}

export class ShellState {
  readonly variables: Map<string, string>;
  readonly exported: Set<string>;
  readonly functions: Map<string, Command>;
  readonly traps: Map<string, string>;
  readonly background: Array<Promise<number>> = [];
  /** Signals that have come and whose traps have not run yet. */
  pending: string[] = [];
  wakeOnSignal: (() => void) | undefined;
  /** The shell that this one runs in its foreground. */
  inner: ShellState | undefined;
  positional: readonly string[];
  cwd: string;
  status = 0;
  errexit = false;
  xtrace = false;
  name: string;

  /** Ends the line that a person typed and that runs now. */
  interruptLine: (() => void) | undefined;

  constructor(
    public host: ShellHost,
    from: {
      readonly variables: ReadonlyMap<string, string>;
      readonly exported: ReadonlySet<string>;
      readonly cwd: string;
      readonly name: string;
    },
    parent?: ShellState,
  ) {
    this.variables = new Map(from.variables);
    this.exported = new Set(from.exported);
    this.cwd = from.cwd;
    this.name = from.name;
    this.functions = new Map(parent?.functions);
    this.traps = new Map();
    this.positional = parent?.positional ?? [];
    this.status = parent?.status ?? 0;
    this.errexit = parent?.errexit ?? false;
    this.xtrace = parent?.xtrace ?? false;
  }

  subshell(): ShellState {
    return new ShellState(this.host, this, this);
  }

  /** A signal has come; false when no trap is set for it here or in a shell below. `name` is without SIG. */
  signalled(name: string): boolean {
    if (this.inner?.signalled(name)) return true;
    const text = this.traps.get(name);
    if (text === undefined) return false;
    if (text !== "") this.pending.push(name);
    this.wakeOnSignal?.();
    return true;
  }

  /** Control-C: ends what the innermost shell that is typed at runs; false when no shell is typed at. */
  interrupted(): boolean {
    if (this.inner?.interrupted()) return true;
    this.interruptLine?.();
    return this.interruptLine !== undefined;
  }

  environment(): Array<readonly [string, string]> {
    return [...this.variables].filter(([name]) => this.exported.has(name));
  }
}

/** What an applet gets. */
export interface AppletContext extends Streams {
  readonly state: ShellState;
  readonly host: ShellHost;
  /** Without the applet's own name. */
  readonly args: readonly string[];
  readonly name: string;
  /** As it was typed, `/bin/sh` say. */
  readonly calledAs: string;
  /** Runs a command line of words; for applets that run others. */
  run(words: readonly string[], streams: Streams): Promise<number>;
  print(text: string): Promise<void>;
  complain(text: string): Promise<void>;
}

export type Applet = (context: AppletContext) => Promise<number>;
