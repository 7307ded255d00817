/** The project's sources, as the structure tests read them. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Source {
  /** From the top of the project: `actors/etcd/machine.ts`. */
  readonly path: string;
  readonly text: string;
  /** Without comments and without what stands in string literals of one line. */
  readonly code: string;
  /** What it imports: packages by name, own files by their path from the top. */
  readonly imports: readonly string[];
}

export function sourcesIn(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((file) => join(folder, file).split(sep).join("/"))
      .filter((path) => path.endsWith(".ts") && !path.includes("/generated/"))
      .sort()
      .map(read),
  );
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const code = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"/g, '""');
  const specifiers = [...text.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|import\("([^"]+)"\)/gm)];
  const imports = specifiers.map((match) => {
    const specifier = (match[1] ?? match[2] ?? match[3]) as string;
    if (!specifier.startsWith(".")) return specifier;
    return normalize(join(dirname(path), specifier))
      .split(sep)
      .join("/")
      .replace(/\.js$/, ".ts");
  });
  return { path, text, code, imports };
}

/** True for what must run in both worlds, and in a browser: no driver, no Node. What containers run is none of an actor's logic. */
export const isPure = (path: string): boolean =>
  /^src\/(json|wire|actor|api)\//.test(path)
    ? !path.startsWith("src/api/generate/")
    : path.startsWith("actors/") && !path.includes("/io/") && !path.startsWith("actors/runc/images/");
