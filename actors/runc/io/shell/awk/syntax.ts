/** What an awk program is made of: https://pubs.opengroup.org/onlinepubs/9699919799/utilities/awk.html */

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  /** Alone it is matched against the record. */
  | { readonly kind: "regex"; readonly source: string }
  | { readonly kind: "group"; readonly of: Expression }
  | Target
  | { readonly kind: "assign"; readonly operator: string; readonly target: Target; readonly value: Expression }
  | { readonly kind: "increment"; readonly by: 1 | -1; readonly before: boolean; readonly target: Target }
  | { readonly kind: "unary"; readonly operator: "!" | "-" | "+"; readonly of: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "condition"; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
  | { readonly kind: "in"; readonly keys: readonly Expression[]; readonly array: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "getline"; readonly target: Target | undefined; readonly file: Expression | undefined };

/** What can be assigned to. */
export type Target =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "element"; readonly array: string; readonly keys: readonly Expression[] }
  | { readonly kind: "field"; readonly index: Expression };

export type Statement =
  | { readonly kind: "expression"; readonly of: Expression }
  | {
      readonly kind: "print";
      readonly formatted: boolean;
      readonly args: readonly Expression[];
      readonly to: { readonly append: boolean; readonly file: Expression } | undefined;
    }
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | { readonly kind: "if"; readonly test: Expression; readonly then: Statement; readonly otherwise: Statement | undefined }
  | { readonly kind: "while"; readonly test: Expression; readonly body: Statement; readonly bodyFirst: boolean }
  | {
      readonly kind: "for";
      readonly first: Statement | undefined;
      readonly test: Expression | undefined;
      readonly step: Statement | undefined;
      readonly body: Statement;
    }
  | { readonly kind: "each"; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly kind: "delete"; readonly array: string; readonly keys: readonly Expression[] | undefined }
  | { readonly kind: "jump"; readonly to: "next" | "break" | "continue" }
  | { readonly kind: "leave"; readonly from: "program" | "function"; readonly value: Expression | undefined };

export type Pattern =
  | { readonly kind: "begin" }
  | { readonly kind: "end" }
  | { readonly kind: "always" }
  | { readonly kind: "when"; readonly test: Expression }
  | { readonly kind: "range"; readonly from: Expression; readonly to: Expression };

export interface Rule {
  readonly pattern: Pattern;
  /** Undefined prints the record. */
  readonly action: Statement | undefined;
}

export interface AwkFunction {
  readonly parameters: readonly string[];
  readonly body: Statement;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
}

export class AwkError extends Error {}
