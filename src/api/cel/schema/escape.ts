/**
 * Names of properties as identifiers of CEL: `a.b` is `a__dot__b`, `namespace` is `__namespace__`.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-expression
 */
const reserved = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

const sequences = new Map([
  ["__", "__underscores__"],
  [".", "__dot__"],
  ["-", "__dash__"],
  ["/", "__slash__"],
]);
const characters = new Map([...sequences].map(([plain, escaped]) => [escaped.slice(2, -2), plain]));

/** The identifier of a property; undefined when no expression can name it. */
export const escapeName = (name: string): string | undefined => {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (part) => sequences.get(part)!);
};

/** The property of an identifier; undefined when it holds what is no escape. */
export const unescapeName = (escaped: string): string | undefined => {
  let valid = true;
  const name = escaped.replace(/__([^_]+)__/g, (whole, inner: string) => {
    const plain = inner === "underscores" ? "__" : characters.get(inner);
    if (plain !== undefined) return plain;
    valid &&= reserved.has(inner) && whole === escaped;
    return inner;
  });
  return valid ? name : undefined;
};
