import { type ObjectType, typeOf, type ValueType } from "../../src/api/schema.js";

const mostFields = 400;

/** Objects of any type of the API, with fields at random and values that somebody might send: a seed always gives the same. */
export class AnyObject {
  /** How many fields the object may still get: some types contain themselves many times over. */
  private left = 0;

  constructor(private state: number) {}

  /** An object of a type: each field is there or not. */
  of(typeName: string, depth = 0): { [field: string]: unknown } {
    if (depth === 0) this.left = mostFields;
    return this.object(typeOf(typeName)!, depth);
  }

  /** A whole number below `limit`. */
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return (this.state >>> 8) % limit;
  }

  private pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  private object(type: ObjectType, depth: number): { [field: string]: unknown } {
    const object: { [field: string]: unknown } = {};
    const density = this.pick(depth < 3 ? [2, 3, 10] : [2, 6, 20]);
    for (const [name, field] of type.fields) {
      if (name === "apiVersion" || name === "kind" || this.left <= 0 || this.below(density) !== 0) continue;
      this.left -= 1;
      object[name] = this.value(field.value, depth + 1);
    }
    return object;
  }

  private value(value: ValueType, depth: number): unknown {
    switch (value.type) {
      case "string":
        return this.pick([
          "",
          "a",
          "web",
          "Bad Name",
          "../x",
          "/x",
          "10.0.0.1",
          "TCP",
          "Always",
          "RollingUpdate",
          "é",
          "__proto__",
          "In",
        ]);
      case "bytes":
        return this.pick(["", "eA=="]);
      case "integer":
        return this.pick([0, 1, -1, 80, 70000, 2147483647]);
      case "int64":
        return this.pick([0, 1, -1, 80, 70000, 2147483647, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]);
      case "number":
        return this.pick([0, 1.5]);
      case "boolean":
        return this.below(2) === 1;
      case "quantity":
        return this.pick(["0", "1", "500m", "-1", "1Gi"]);
      case "intOrString":
        return this.pick<number | string>([0, 80, "http", "25%", "200%", ""]);
      case "time":
        return "2026-01-01T00:00:00Z";
      case "microTime":
        return "2026-01-01T00:00:00.000000Z";
      case "array":
        return Array.from({ length: depth > 8 ? 0 : this.below(3) }, () => this.value(value.items, depth));
      case "map":
        return Object.fromEntries(
          ["a", "cpu", "x.io/gpu"].slice(0, this.below(4)).map((key) => [key, this.value(value.values, depth)]),
        );
      case "ref":
        return depth > 8 ? {} : this.of(value.name, depth);
      case "oneOf":
        return depth > 8 ? {} : this.value(this.pick(value.options), depth + 1);
      case "raw":
      case "json":
        return {};
    }
  }
}
