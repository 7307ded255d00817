/** Which directories of the host an image made of a module needs to see: its package, and what it is installed with. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export function imageRootsOf(url: string): string[] {
  if (!url.startsWith("file:")) return [];
  const roots: string[] = [];
  let directory = dirname(fileURLToPath(url));
  let own: string | undefined;
  for (;;) {
    if (own === undefined && existsSync(join(directory, "package.json"))) own = directory;
    if (existsSync(join(directory, "node_modules"))) roots.push(join(directory, "node_modules"));
    const parent = dirname(directory);
    if (parent === directory) break;
    directory = parent;
  }
  const named = [own ?? dirname(fileURLToPath(url)), ...roots];
  // Modules are loaded by their real names, and packages are often linked.
  return [...new Set([...named, ...named.map((root) => realpathSync(root))])];
}
