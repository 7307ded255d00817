import { type CelType, dyn, listOf, mapOf, optionalOf } from "./types.js";

const isDynamic = (type: CelType): boolean => type.kind === "dyn" || type.kind === "error";

/** Types of which null is a value too. */
const takesNull = (type: CelType): boolean =>
  ["null", "timestamp", "duration", "struct", "opaque", "optional"].includes(type.kind);

/** What the checker learns of type parameters as it goes. What is learned in an attempt that fails is forgotten. */
export class Inference {
  readonly #known = new Map<string, CelType>();
  readonly #trail: Array<readonly [name: string, before: CelType | undefined]> = [];

  /** Whether values of the types `from` may stand where `to` are wanted. */
  assign(to: readonly CelType[], from: readonly CelType[]): boolean {
    if (to.length !== from.length) return false;
    const start = this.#trail.length;
    if (to.every((wanted, index) => this.#unify(wanted, from[index]!))) return true;
    while (this.#trail.length > start) {
      const [name, before] = this.#trail.pop()!;
      if (before === undefined) this.#known.delete(name);
      else this.#known.set(name, before);
    }
    return false;
  }

  /** A type with its parameters replaced by what is known of them; with `finish`, unknown ones become dyn. */
  substitute(type: CelType, finish: boolean): CelType {
    return replaceParameters(type, (parameter) => {
      const known = this.#known.get(parameter.name);
      if (known !== undefined) return this.substitute(known, finish);
      return finish ? dyn : parameter;
    });
  }

  #learn(name: string, type: CelType): void {
    this.#trail.push([name, this.#known.get(name)]);
    this.#known.set(name, type);
  }

  #unify(to: CelType, from: CelType): boolean {
    if (to.kind === "parameter") return this.#unifyParameter(to, from, (known) => this.#unify(known, from));
    if (from.kind === "parameter") return this.#unifyParameter(from, to, (known) => this.#unify(to, known));
    if (isDynamic(to) || isDynamic(from)) return true;
    if (from.kind === "null") return takesNull(to);
    if (to.kind === "null") return takesNull(from);
    switch (to.kind) {
      case "list":
        return from.kind === "list" && this.#unify(to.item, from.item);
      case "map":
        return from.kind === "map" && this.#unify(to.key, from.key) && this.#unify(to.value, from.value);
      case "optional":
        return from.kind === "optional" && this.#unify(to.value, from.value);
      case "opaque":
        return from.kind === "opaque" && to.name === from.name;
      case "struct":
        return from.kind === "struct" && to.name === from.name;
      default:
        return to.kind === from.kind;
    }
  }

  #unifyParameter(wanted: CelType & { readonly kind: "parameter" }, given: CelType, again: (known: CelType) => boolean): boolean {
    if (given.kind === "parameter" && given.name === wanted.name) return true;
    const known = this.#known.get(wanted.name);
    if (known !== undefined) {
      if (!again(known)) return false;
      // A parameter that was learned from an int and now meets a dyn is dyn.
      if (given.kind === "dyn" && known.kind !== "parameter") this.#learn(wanted.name, given);
      return true;
    }
    if (this.#mentions(given, wanted.name)) return false;
    this.#learn(wanted.name, given);
    return true;
  }

  #mentions(type: CelType, name: string): boolean {
    let found = false;
    replaceParameters(type, (parameter) => {
      const known = this.#known.get(parameter.name);
      found ||= parameter.name === name || (known !== undefined && this.#mentions(known, name));
      return parameter;
    });
    return found;
  }
}

/** A type with each of its parameters replaced. */
export const replaceParameters = (
  type: CelType,
  replace: (parameter: CelType & { readonly kind: "parameter" }) => CelType,
): CelType => {
  switch (type.kind) {
    case "parameter":
      return replace(type);
    case "list":
      return listOf(replaceParameters(type.item, replace));
    case "map":
      return mapOf(replaceParameters(type.key, replace), replaceParameters(type.value, replace));
    case "optional":
      return optionalOf(replaceParameters(type.value, replace));
    case "type":
      return type.of === undefined ? type : { kind: "type", of: replaceParameters(type.of, replace) };
    default:
      return type;
  }
};
