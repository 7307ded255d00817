/**
 * Rewrites `{ ...base, more }` as `{ __proto__: Object.prototype, ...base, more }`, which means the same.
 *
 * V8 of Node 20 gives an object that begins with a spread a hidden class that cannot grow: each field that follows makes another one, anew
 * for each object. That costs half a microsecond and more, fills old memory that only a collection of the whole heap frees, and
 * code that reads such objects finds a class that it does not know each time. Begun otherwise, objects alike share theirs.
 */
import { readFile } from "node:fs/promises";
import { type ObjectExpression, parse } from "acorn";
import { simple } from "acorn-walk";
import type { Plugin } from "esbuild";

const plainBeginning = " __proto__: Object.prototype,";

/** A module of JavaScript, rewritten; its lines stay where they are. */
export function withPlainSpreads(code: string): string {
  if (!code.includes("...")) return code;
  const places: number[] = [];
  const note = (node: ObjectExpression): void => {
    if (node.properties.length > 1 && node.properties[0]!.type === "SpreadElement") places.push(node.start + 1);
  };
  const options = { ecmaVersion: 2022, allowReturnOutsideFunction: true, allowHashBang: true } as const;
  simple(parse(code, { ...options, sourceType: isModule(code) ? "module" : "script" }), { ObjectExpression: note });
  let [rewritten, from] = ["", 0];
  for (const place of places.sort((a, b) => a - b)) {
    rewritten += code.slice(from, place) + plainBeginning;
    from = place;
  }
  return rewritten + code.slice(from);
}

const isModule = (code: string): boolean => /^(import|export)\b/m.test(code);

/** For what is bundled. */
export const plainSpreads: Plugin = {
  name: "plain-spreads",
  setup: (build) => {
    build.onLoad({ filter: /\.[cm]?js$/ }, async ({ path }) => ({
      contents: withPlainSpreads(await readFile(path, "utf8")),
      loader: "js",
    }));
  },
};
