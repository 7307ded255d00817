import {
  addQuantities,
  compareQuantities,
  isWholeQuantity,
  type ParsedQuantity,
  parseQuantity,
  quantityValue,
  subtractQuantities,
} from "../../quantity.js";
import { type FunctionDeclaration, globalOverload, memberOverload } from "../language/functions.js";
import { bool, double, int, opaque, string } from "../language/types.js";
import { CelError, maxInt, minInt, OpaqueValue, type Result } from "../language/values.js";
import { traversal, traversalEstimate } from "./costs.js";

/** Source: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library */

export const quantityType = opaque("kubernetes.Quantity");

class QuantityValue extends OpaqueValue {
  readonly type = quantityType;
  constructor(readonly quantity: ParsedQuantity) {
    super();
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
}

const toQuantity = (text: string): Result => {
  const parsed = parseQuantity(text);
  return parsed.ok ? new QuantityValue(parsed.value) : new CelError(parsed.message);
};

const ofInt = (value: bigint): ParsedQuantity => ({ nano: value * 1_000_000_000n, format: "DecimalExponent" });

/** Whole numbers that 64 bits hold; amounts beyond were cut to the largest, which therefore counts as too large. */
const integerOf = ({ quantity }: QuantityValue): bigint | undefined => {
  if (!isWholeQuantity(quantity)) return undefined;
  const value = quantityValue(quantity);
  return value > minInt && value < maxInt ? value : undefined;
};

const isOrder = (id: string, order: -1 | 1) =>
  memberOverload(`quantity_${id}`, [quantityType, quantityType], bool, (left: QuantityValue, right: QuantityValue) => {
    return compareQuantities(left.quantity, right.quantity) === order;
  });

type Combine = (left: ParsedQuantity, right: ParsedQuantity) => ParsedQuantity;

const combined = (id: string, combine: Combine) => [
  memberOverload(`quantity_${id}`, [quantityType, quantityType], quantityType, (left: QuantityValue, right: QuantityValue) => {
    return new QuantityValue(combine(left.quantity, right.quantity));
  }),
  memberOverload(`quantity_${id}_int`, [quantityType, int], quantityType, (left: QuantityValue, right: bigint) => {
    return new QuantityValue(combine(left.quantity, ofInt(right)));
  }),
];

const parsed = { cost: traversal(0), estimate: traversalEstimate(0) };

export const quantities: readonly FunctionDeclaration[] = [
  { name: "quantity", overloads: [globalOverload("string_to_quantity", [string], quantityType, toQuantity, parsed)] },
  {
    name: "isQuantity",
    overloads: [globalOverload("is_quantity_string", [string], bool, (text: string) => parseQuantity(text).ok, parsed)],
  },
  {
    name: "sign",
    overloads: [true, false].map((member) => ({
      ...memberOverload("quantity_sign", [quantityType], int, ({ quantity: { nano } }: QuantityValue) =>
        nano > 0n ? 1n : nano < 0n ? -1n : 0n,
      ),
      member,
    })),
  },
  { name: "isGreaterThan", overloads: [isOrder("is_greater_than", 1)] },
  { name: "isLessThan", overloads: [isOrder("is_less_than", -1)] },
  {
    name: "compareTo",
    overloads: [
      memberOverload("quantity_compare_to", [quantityType, quantityType], int, (left: QuantityValue, right: QuantityValue) => {
        return BigInt(compareQuantities(left.quantity, right.quantity));
      }),
    ],
  },
  {
    name: "asApproximateFloat",
    overloads: [
      memberOverload("quantity_get_float", [quantityType], double, ({ quantity }: QuantityValue) => Number(quantity.nano) / 1e9),
    ],
  },
  {
    name: "asInteger",
    overloads: [
      memberOverload("quantity_get_int", [quantityType], int, (value: QuantityValue): Result => {
        return integerOf(value) ?? new CelError("cannot convert value to integer");
      }),
    ],
  },
  {
    name: "isInteger",
    overloads: [
      memberOverload("quantity_is_integer", [quantityType], bool, (value: QuantityValue) => integerOf(value) !== undefined),
    ],
  },
  { name: "add", overloads: combined("add", addQuantities) },
  { name: "sub", overloads: combined("sub", subtractQuantities) },
];
