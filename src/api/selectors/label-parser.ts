import type { LabelOperator, LabelPredicate, LabelRequirement, Parsed } from "./label-selector.js";
import { compileRequirements, labelKeyError, requirementError } from "./label-selector.js";

/** The text form of label selectors, as in `?labelSelector=app=web,tier in (front,back),!canary`. */

type TokenKind = "identifier" | "," | "(" | ")" | "!" | "=" | "==" | "!=" | ">" | "<" | "in" | "notin" | "end" | "error";

interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const symbols = "=!(),><";
const operators: ReadonlySet<string> = new Set([")", ",", "!", "==", "=", ">", "<", "!=", "("]);
const isSpace = (character: string): boolean => " \t\r\n".includes(character);
const isSymbol = (character: string): boolean => symbols.includes(character);

/** The longest run of symbols that is an operator, or an error token that quotes the run. */
const scanSymbol = (text: string, from: number): { token: Token; next: number } => {
  let end = from;
  let found: { token: Token; next: number } | undefined;
  while (end < text.length && isSymbol(text[end]!)) {
    end++;
    const run = text.slice(from, end);
    if (operators.has(run)) found = { token: { kind: run as TokenKind, text: run }, next: end };
    else if (found !== undefined) return found;
  }
  return found ?? { token: { kind: "error", text: `error expected: keyword found '${text.slice(from, end)}'` }, next: end };
};

const scan = (text: string): Token[] => {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const character = text[position]!;
    if (isSpace(character)) {
      position++;
    } else if (isSymbol(character)) {
      const { token, next } = scanSymbol(text, position);
      tokens.push(token);
      position = next;
    } else {
      let end = position;
      while (end < text.length && !isSpace(text[end]!) && !isSymbol(text[end]!)) end++;
      const word = text.slice(position, end);
      tokens.push({ kind: word === "in" || word === "notin" ? word : "identifier", text: word });
      position = end;
    }
  }
  return [...tokens, { kind: "end", text: "" }];
};

const good = <T>(value: T): Parsed<T> => ({ ok: true, value });
const bad = <T>(message: string): Parsed<T> => ({ ok: false, message });

class LabelParser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Parsed<LabelRequirement[]> {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === "end") return good(requirements);
      if (token.kind !== "identifier" && token.kind !== "!") {
        return bad(`found '${token.text}', expected: !, identifier, or 'end of string'`);
      }
      const requirement = this.parseRequirement();
      if (!requirement.ok) return bad(`unable to parse requirement: ${requirement.message}`);
      requirements.push(requirement.value);
      const separator = this.take();
      if (separator.kind === "end") return good(requirements);
      if (separator.kind !== ",") return bad(`found '${separator.text}', expected: ',' or 'end of string'`);
      const next = this.peek();
      if (next.kind !== "identifier" && next.kind !== "!") return bad(`found '${next.text}', expected: identifier after ','`);
    }
  }

  private parseRequirement(): Parsed<LabelRequirement> {
    let token = this.take();
    const negated = token.kind === "!";
    if (negated) token = this.take();
    if (token.kind !== "identifier") return bad(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const keyError = labelKeyError(key);
    if (keyError !== undefined) return bad(keyError);
    const following = this.peek().kind;
    if (following === "end" || following === ",") return checked({ key, operator: negated ? "!" : "exists", values: [] });
    if (negated) return checked({ key, operator: "!", values: [] });
    const operator = this.parseOperator();
    if (!operator.ok) return operator;
    const setBased = operator.value === "in" || operator.value === "notin";
    const values = setBased ? this.parseValues() : this.parseExactValue();
    if (!values.ok) return values;
    return checked({ key, operator: operator.value, values: values.value });
  }

  private parseOperator(): Parsed<LabelOperator> {
    const token = this.take(true);
    switch (token.kind) {
      case "in":
      case "notin":
      case "=":
      case "==":
      case "!=":
        return good(token.kind);
      case ">":
        return good("gt");
      case "<":
        return good("lt");
      default:
        return bad(`found '${token.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  private parseValues(): Parsed<string[]> {
    const open = this.take();
    if (open.kind !== "(") return bad(`found '${open.text}' expected: '('`);
    const first = this.peek();
    if (first.kind === ")") {
      this.take();
      return good([""]);
    }
    if (first.kind !== "identifier" && first.kind !== ",") return bad(`found '${first.text}', expected: ',', ')' or identifier`);
    const values = this.parseList();
    if (values.ok) this.take();
    return values;
  }

  /** Values up to, not including, the closing parenthesis; nothing between two commas is the empty value. */
  private parseList(): Parsed<string[]> {
    const values = new Set<string>();
    for (;;) {
      const token = this.take();
      if (token.kind === "identifier") {
        values.add(token.text);
        const next = this.peek();
        if (next.kind === ")") return good([...values].sort());
        if (next.kind !== ",") return bad(`found '${next.text}', expected: ',' or ')'`);
      } else if (token.kind === ",") {
        if (values.size === 0) values.add("");
        const next = this.peek();
        if (next.kind === ")") return good([...values.add("")].sort());
        if (next.kind === ",") values.add("");
      } else {
        return bad(`found '${token.text}', expected: ',', or identifier`);
      }
    }
  }

  private parseExactValue(): Parsed<string[]> {
    const next = this.peek();
    if (next.kind === "end" || next.kind === ",") return good([""]);
    const token = this.take();
    return token.kind === "identifier" ? good([token.text]) : bad(`found '${token.text}', expected: identifier`);
  }

  /** `in` and `notin` are operators only where an operator is due; elsewhere they are names like any other. */
  private peek(operatorDue = false): Token {
    const token = this.tokens[Math.min(this.position, this.tokens.length - 1)]!;
    if (!operatorDue && (token.kind === "in" || token.kind === "notin")) return { kind: "identifier", text: token.text };
    return token;
  }

  private take(operatorDue = false): Token {
    const token = this.peek(operatorDue);
    this.position++;
    return token;
  }
}

const checked = (requirement: LabelRequirement): Parsed<LabelRequirement> => {
  const message = requirementError(requirement);
  return message === undefined ? good(requirement) : bad(message);
};

/** Parses the text form. Errors are Kubernetes' messages; the API answers 400 with them. */
const parseLabelSelector = (text: string): Parsed<LabelRequirement[]> => new LabelParser(scan(text)).parse();

/** Parses and compiles the text form; the empty text matches everything. */
export const compileLabelSelectorText = (text: string): Parsed<LabelPredicate> => {
  const requirements = parseLabelSelector(text);
  return requirements.ok ? good(compileRequirements(requirements.value)) : requirements;
};
