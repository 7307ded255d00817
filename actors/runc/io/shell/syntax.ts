/** What a script is made of, once it has been read. The language is the POSIX shell's, as far as busybox users lean on it. */

export type WordPart =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: "parameter";
      readonly name: string;
      /** "" for a plain `$name`; "length" for `${#name}`. */
      readonly operator: "" | "length" | ":-" | "-" | ":=" | "=" | ":+" | "+" | ":?" | "?" | "#" | "##" | "%" | "%%";
      readonly word: Word;
      readonly quoted: boolean;
    }
  | { readonly kind: "command"; readonly list: List; readonly quoted: boolean }
  | { readonly kind: "arithmetic"; readonly expression: Word; readonly quoted: boolean };

export type Word = readonly WordPart[];

export interface Redirection {
  readonly descriptor: number;
  readonly operator: ">" | ">>" | "<" | ">&" | "<<" | "&>";
  readonly target: Word;
}

export type Command =
  | {
      readonly kind: "simple";
      readonly assignments: ReadonlyArray<{ readonly name: string; readonly value: Word }>;
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: "group"; readonly body: List; readonly subshell: boolean; readonly redirections: readonly Redirection[] }
  | {
      readonly kind: "if";
      readonly branches: ReadonlyArray<{ readonly condition: List; readonly body: List }>;
      readonly otherwise: List | undefined;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: "loop";
      readonly until: boolean;
      readonly condition: List;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: "for";
      readonly name: string;
      /** Undefined: the positional parameters. */
      readonly words: readonly Word[] | undefined;
      readonly body: List;
      readonly redirections: readonly Redirection[];
    }
  | {
      readonly kind: "case";
      readonly word: Word;
      readonly branches: ReadonlyArray<{ readonly patterns: readonly Word[]; readonly body: List }>;
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: "function"; readonly name: string; readonly body: Command; readonly redirections: readonly Redirection[] };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

export interface AndOr {
  readonly first: Pipeline;
  readonly rest: ReadonlyArray<{ readonly operator: "&&" | "||"; readonly pipeline: Pipeline }>;
  readonly background: boolean;
}

export type List = readonly AndOr[];

export class ShellSyntaxError extends Error {}
