/** Copies of what travels between actors: plain data, as a thread would get it, so that nothing is shared. */

/** A deep copy of plain data: arrays, objects, bytes, strings, numbers, bigints. Anything else is copied as threads copy it. */
export function copyOf<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null) {
    if (typeof value === "function" || typeof value === "symbol") return structuredClone(value);
    return value;
  }
  if (Array.isArray(value)) return value.map(copyOf) as Value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  // All its keys are its own, since it is plain.
  for (const key in value) {
    const inner: unknown = (value as Record<string, unknown>)[key];
    // An assignment to it would set the prototype.
    if (key === "__proto__")
      Object.defineProperty(copy, key, { value: copyOf(inner), enumerable: true, writable: true, configurable: true });
    else copy[key] = copyOf(inner);
  }
  return copy as Value;
}
