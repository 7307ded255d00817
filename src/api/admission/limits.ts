/** How one amount of a LimitRange is held against what is asked for. Each answers what is wrong, undefined for nothing. */
import type { Quantities } from "../pod-resources.js";
import { compareQuantities, formatQuantity, type ParsedQuantity, quantityOf } from "../quantity.js";

export interface Bound {
  /** Container, Pod or PersistentVolumeClaim. */
  readonly type: string;
  /** The resource: `cpu`. */
  readonly name: string;
  readonly amount: string;
}

const isBelow = (quantity: ParsedQuantity, bound: ParsedQuantity): boolean => compareQuantities(quantity, bound) < 0;
const isAbove = (quantity: ParsedQuantity, bound: ParsedQuantity): boolean => compareQuantities(quantity, bound) > 0;

const usage = (extreme: string, { name, type, amount }: Bound): string =>
  `${extreme} ${name} usage per ${type} is ${formatQuantity(quantityOf(amount))}`;

export function minimumFault(bound: Bound, requests: Quantities, limits: Quantities): string | undefined {
  const least = quantityOf(bound.amount);
  const request = requests.get(bound.name);
  const limit = limits.get(bound.name);
  if (request === undefined) return `${usage("minimum", bound)}.  No request is specified`;
  if (isBelow(request, least)) return `${usage("minimum", bound)}, but request is ${formatQuantity(request)}`;
  if (limit === undefined || !isBelow(limit, least)) return undefined;
  return `${usage("minimum", bound)}, but limit is ${formatQuantity(limit)}`;
}

/** For what has only a request, such as a volume's size. */
export function maximumRequestFault(bound: Bound, requests: Quantities): string | undefined {
  const request = requests.get(bound.name);
  if (request === undefined) return `${usage("maximum", bound)}.  No request is specified`;
  if (!isAbove(request, quantityOf(bound.amount))) return undefined;
  return `${usage("maximum", bound)}, but request is ${formatQuantity(request)}`;
}

export function maximumFault(bound: Bound, requests: Quantities, limits: Quantities): string | undefined {
  const most = quantityOf(bound.amount);
  const request = requests.get(bound.name);
  const limit = limits.get(bound.name);
  if (limit === undefined) return `${usage("maximum", bound)}.  No limit is specified`;
  if (isAbove(limit, most)) return `${usage("maximum", bound)}, but limit is ${formatQuantity(limit)}`;
  if (request === undefined || !isAbove(request, most)) return undefined;
  return `${usage("maximum", bound)}, but request is ${formatQuantity(request)}`;
}

export function ratioFault(bound: Bound, requests: Quantities, limits: Quantities): string | undefined {
  const most = quantityOf(bound.amount);
  const request = requests.get(bound.name);
  const limit = limits.get(bound.name);
  const rule = `${bound.name} max limit to request ratio per ${bound.type} is ${formatQuantity(most)}`;
  if (request === undefined || request.nano === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === undefined || limit.nano === 0n) return `${rule}, but no limit is specified or limit is 0`;
  const ratio = Number(limit.nano) / Number(request.nano);
  return ratio > Number(most.nano) / 1e9 ? `${rule}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}
