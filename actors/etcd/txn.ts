import type { WireError } from "../../src/wire/errors.js";
import { compareKeys, inRange, isWellFormed } from "./keys.js";
import type { Compare, CompareOperator, KeyValue, PutRequest, TxnOperation, TxnRequest } from "./messages.js";
import { duplicateKey, keyNotProvided, notUtf8, requestTooLarge, tooManyOperations } from "./rejection.js";

export interface RequestLimits {
  /** Keys and values of one request together. */
  readonly requestBytes: number;
  /** Compares, and operations of either branch. */
  readonly txnOperations: number;
}

/** etcd's own defaults. */
export const defaultRequestLimits: RequestLimits = { requestBytes: 1.5 * 1024 * 1024, txnOperations: 128 };

const noKey: KeyValue = { key: "", value: "", createRevision: 0n, modRevision: 0n, version: 0, lease: 0n };

function holds(order: number, operator: CompareOperator): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
  }
}

const orderOf = (left: bigint | number, right: bigint | number): number => (left < right ? -1 : left > right ? 1 : 0);

function compareHolds(compare: Compare, kv: KeyValue): boolean {
  if (compare.target === "value") return holds(compareKeys(kv.value, compare.expected), compare.operator);
  return holds(orderOf(kv[compare.target], compare.expected), compare.operator);
}

/** Whether a compare holds for the keys that exist in its range. */
export function evaluateCompare(compare: Compare, existing: readonly KeyValue[]): boolean {
  if (existing.length === 0) return compare.target !== "value" && compareHolds(compare, noKey);
  return existing.every((kv) => compareHolds(compare, kv));
}

/** Bytes of text in UTF-8, at least; exact where the text is ASCII. Counts exactly only when that can matter. */
function textBytes(text: string, limitBytes: number): number {
  if (text.length > limitBytes || text.length * 3 <= limitBytes) return text.length;
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Each half of a surrogate pair counts two of the four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

export function checkKey(key: string): WireError | undefined {
  if (key === "") return keyNotProvided();
  return isWellFormed(key) ? undefined : notUtf8("key");
}

export function checkPut(request: PutRequest, limits: RequestLimits): WireError | undefined {
  const wrong = checkKey(request.key);
  if (wrong !== undefined) return wrong;
  if (!isWellFormed(request.value)) return notUtf8("value");
  const bytes = textBytes(request.key, limits.requestBytes) + textBytes(request.value, limits.requestBytes);
  return bytes > limits.requestBytes ? requestTooLarge(limits.requestBytes) : undefined;
}

/** A branch may put a key once, and may not also delete it. */
function checkDuplicates(operations: readonly TxnOperation[]): WireError | undefined {
  const puts = new Set<string>();
  for (const operation of operations) {
    if (operation.type !== "put") continue;
    if (puts.has(operation.key)) return duplicateKey(operation.key);
    puts.add(operation.key);
  }
  for (const operation of operations) {
    if (operation.type !== "deleteRange") continue;
    for (const key of puts) if (inRange(key, operation.key, operation.rangeEnd)) return duplicateKey(key);
  }
  return undefined;
}

/** What is wrong with a transaction, whichever branch it takes. */
export function checkTxn(request: TxnRequest, limits: RequestLimits): WireError | undefined {
  const most = Math.max(request.compares.length, request.success.length, request.failure.length);
  if (most > limits.txnOperations) return tooManyOperations();
  let bytes = 0;
  for (const { key } of request.compares) {
    const wrong = checkKey(key);
    if (wrong !== undefined) return wrong;
  }
  for (const operations of [request.success, request.failure]) {
    for (const operation of operations) {
      const wrong = operation.type === "put" ? checkPut(operation, limits) : checkKey(operation.key);
      if (wrong !== undefined) return wrong;
      if (operation.type === "put")
        bytes += textBytes(operation.key, limits.requestBytes) + textBytes(operation.value, limits.requestBytes);
    }
    const duplicate = checkDuplicates(operations);
    if (duplicate !== undefined) return duplicate;
  }
  return bytes > limits.requestBytes ? requestTooLarge(limits.requestBytes) : undefined;
}

const isRead = (operation: TxnOperation): boolean => operation.type === "range";

/** True when neither branch can write. */
export const isReadOnly = (request: TxnRequest): boolean => request.success.every(isRead) && request.failure.every(isRead);
