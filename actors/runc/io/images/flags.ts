/** The flags of a command line: `--name=value` and `--name value`; undefined when it is not given. */
export function flagOf(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const equals = args[at]!.indexOf("=");
  return equals > 0 ? args[at]!.slice(equals + 1) : args[at + 1];
}
