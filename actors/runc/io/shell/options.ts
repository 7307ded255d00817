/** Options as applets take them: letters after one dash, some with a value. */
export interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
  /** The first option that is not known. */
  readonly unknown: string | undefined;
}

/** `flags` and `withValue` are letters; long options of the form --name are known by `long`, which maps them to a letter. */
export function parseOptions(
  args: readonly string[],
  flags: string,
  withValue = "",
  long: Readonly<Record<string, string>> = {},
): Options {
  const found = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  let unknown: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!;
    if (argument === "--") {
      rest.push(...args.slice(at + 1));
      break;
    }
    if (argument.startsWith("--")) {
      const [name = "", value] = argument.slice(2).split(/=(.*)/s);
      const letter = long[name];
      if (letter === undefined) unknown ??= argument;
      else if (withValue.includes(letter)) values.set(letter, value ?? args[++at] ?? "");
      else found.add(letter);
    } else if (argument.startsWith("-") && argument.length > 1) {
      for (let position = 1; position < argument.length; position++) {
        const letter = argument[position]!;
        if (withValue.includes(letter)) {
          const attached = argument.slice(position + 1);
          values.set(letter, attached !== "" ? attached : (args[++at] ?? ""));
          break;
        }
        if (flags.includes(letter)) found.add(letter);
        else unknown ??= `-${letter}`;
      }
    } else {
      rest.push(argument);
    }
  }
  return { flags: found, values, rest, unknown };
}
