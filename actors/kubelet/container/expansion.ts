/**
 * `$(NAME)` in commands, arguments and values. `$$` is a literal `$`; a name that is not defined stays as written.
 * Source: "Define Dependent Environment Variables" in the Kubernetes documentation.
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let expanded = "";
  let position = 0;
  for (;;) {
    const dollar = text.indexOf("$", position);
    if (dollar < 0 || dollar + 1 >= text.length) return expanded + text.slice(position);
    expanded += text.slice(position, dollar);
    const next = text[dollar + 1];
    const close = next === "(" ? text.indexOf(")", dollar + 2) : -1;
    if (next === "$") {
      expanded += "$";
      position = dollar + 2;
    } else if (close >= 0) {
      const name = text.slice(dollar + 2, close);
      expanded += lookup(name) ?? `$(${name})`;
      position = close + 1;
    } else if (next === "(") {
      // An opening without a close is no reference.
      expanded += "$(";
      position = dollar + 2;
    } else {
      expanded += `$${next}`;
      position = dollar + 2;
    }
  }
}
