/** Files and the input, as applets read them. */
import { closeSync, fstatSync } from "node:fs";
import { describeError, openToRead } from "./files.js";
import { fileInput } from "./redirect.js";
import type { AppletContext } from "./state.js";
import type { Input } from "./streams.js";

/** Calls `use` with each file that is named, or the input when none is; a file that cannot be read is told. */
export async function eachInput(
  context: AppletContext,
  files: readonly string[],
  use: (input: Input, name: string) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const file of files.length === 0 ? ["-"] : files) {
    if (file === "-" || file === "/dev/stdin") {
      await use(context.input, "-");
      continue;
    }
    let descriptor: number | undefined;
    try {
      descriptor = openToRead(context, file);
      if (fstatSync(descriptor).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
      await use(fileInput(descriptor), file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      await context.complain(`can't open '${file}': ${describeError(error)}`);
      status = 1;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }
  return status;
}
