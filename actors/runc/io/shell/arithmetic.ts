/** `$(( … ))`: integers, the usual operators, variables by name. */

export class ArithmeticError extends Error {}

const levels: ReadonlyArray<readonly string[]> = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** The value of an expression; assignments in it change `variables`. Throws ArithmeticError. */
export function evaluate(text: string, variables: Map<string, string>): number {
  const tokens = text.match(/\d+|[A-Za-z_]\w*|\|\||&&|[=!<>]=|<<|>>|[-+*/%]=|\+\+|--|[-+*/%<>()!~&|^?:=]/g) ?? [];
  if (tokens.join("").length !== text.replace(/\s/g, "").length) throw new ArithmeticError(`arithmetic syntax error`);
  let at = 0;
  const numberOf = (name: string): number => Number.parseInt(variables.get(name) ?? "0", 10) || 0;
  const set = (name: string, value: number): number => {
    variables.set(name, String(value));
    return value;
  };

  function primary(): number {
    const token = tokens[at++];
    if (token === undefined) throw new ArithmeticError("arithmetic syntax error");
    if (/^\d/.test(token)) return token.length > 1 && token.startsWith("0") ? Number.parseInt(token, 8) : Number(token);
    if (token === "(") {
      const value = assignment();
      if (tokens[at++] !== ")") throw new ArithmeticError("arithmetic syntax error");
      return value;
    }
    if (token === "-") return -primary();
    if (token === "+") return primary();
    if (token === "!") return primary() === 0 ? 1 : 0;
    if (token === "~") return ~primary();
    if (token === "++" || token === "--") {
      const name = tokens[at++] ?? "";
      return set(name, numberOf(name) + (token === "++" ? 1 : -1));
    }
    if (!/^[A-Za-z_]/.test(token)) throw new ArithmeticError("arithmetic syntax error");
    if (tokens[at] === "++" || tokens[at] === "--") {
      const before = numberOf(token);
      set(token, before + (tokens[at++] === "++" ? 1 : -1));
      return before;
    }
    return numberOf(token);
  }

  function binary(level: number): number {
    const operators = levels[level];
    if (operators === undefined) return primary();
    let left = binary(level + 1);
    while (operators.includes(tokens[at] ?? "")) {
      const operator = tokens[at++]!;
      left = apply(operator, left, binary(level + 1));
    }
    return left;
  }

  function conditional(): number {
    const condition = binary(0);
    if (tokens[at] !== "?") return condition;
    at += 1;
    const yes = assignment();
    if (tokens[at++] !== ":") throw new ArithmeticError("arithmetic syntax error");
    const no = assignment();
    return condition !== 0 ? yes : no;
  }

  function assignment(): number {
    const name = tokens[at];
    const operator = tokens[at + 1];
    if (name !== undefined && /^[A-Za-z_]/.test(name) && operator !== undefined && /^[-+*/%]?=$/.test(operator)) {
      at += 2;
      const value = assignment();
      return set(name, operator === "=" ? value : apply(operator[0]!, numberOf(name), value));
    }
    return conditional();
  }

  const value = tokens.length === 0 ? 0 : assignment();
  if (at < tokens.length) throw new ArithmeticError("arithmetic syntax error");
  return value;
}

function apply(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
    case "%":
      if (right === 0) throw new ArithmeticError("divide by zero");
      return operator === "/" ? Math.trunc(left / right) : left % right;
    case "<<":
      return left << right;
    case ">>":
      return left >> right;
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    case "&&":
      return left !== 0 && right !== 0 ? 1 : 0;
    case "||":
      return left !== 0 || right !== 0 ? 1 : 0;
    default: {
      const holds = {
        "<": left < right,
        ">": left > right,
        "<=": left <= right,
        ">=": left >= right,
        "==": left === right,
        "!=": left !== right,
      };
      return holds[operator as keyof typeof holds] ? 1 : 0;
    }
  }
}
