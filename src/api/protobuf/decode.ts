/** Reads the protobuf messages of the API as the JSON values they stand for. */
import protobuf from "protobufjs/minimal.js";
import { exactInteger, type Integer } from "../../json/integer.js";
import { readJson } from "../../json/text.js";
import { setField } from "../json-value.js";
import { formatMicroTime, formatTime } from "../time.js";
import { type Element, type Message, type MessageField, messageOf } from "./messages.js";
import { keepsZero } from "./zero-values.js";

type Reader = protobuf.Reader;
type JsonObject = { [field: string]: unknown };

export type DecodedMessage =
  | { readonly ok: true; readonly value: JsonObject }
  /** `proto: wrong wireType = 0 for field Containers` */
  | { readonly ok: false; readonly message: string };

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;

/** Messages may nest this deep; only JSON schemas nest at all far. */
const depthLimit = 200;

/** A problem with the bytes, thrown inside this file only. */
class Malformed extends Error {}

/** Reads `bytes` as the message of that type, without envelope. Fields that the type does not have are skipped. */
export function decodeMessage(typeName: string, bytes: Uint8Array): DecodedMessage {
  const message = messageOf(typeName);
  if (message === undefined) return { ok: false, message: `no protobuf message for ${typeName}` };
  try {
    const value: JsonObject = {};
    readMessage(new protobuf.Reader(bytes), bytes.length, message, value, 0);
    return { ok: true, value };
  } catch (error) {
    // The library throws when bytes end early or a varint does not; its words are not Kubernetes'.
    return { ok: false, message: error instanceof Malformed ? error.message : "unexpected EOF" };
  }
}

function readMessage(reader: Reader, end: number, message: Message, into: JsonObject, depth: number): void {
  if (depth > depthLimit) throw new Malformed("proto: message nests too deep");
  while (reader.pos < end) {
    const key = reader.uint32();
    const field = message.byId.get(key >>> 3);
    const wireType = key & 7;
    if (field === undefined) {
      reader.skipType(wireType);
      continue;
    }
    readField(reader, wireType, field, message, into, depth);
  }
  if (reader.pos !== end) throw new Malformed("unexpected EOF");
}

function readField(
  reader: Reader,
  wireType: number,
  field: MessageField,
  message: Message,
  into: JsonObject,
  depth: number,
): void {
  const { name, shape, element } = field;
  if (shape === "map") {
    const entries = Object.hasOwn(into, name) ? (into[name] as JsonObject) : {};
    into[name] = entries;
    readEntry(reader, field, entries, depth);
    return;
  }
  if (shape === "list") {
    const items = Object.hasOwn(into, name) ? (into[name] as unknown[]) : [];
    into[name] = items;
    if (wireType === lengthDelimited && wireTypeOf(element) !== lengthDelimited) {
      const end = reader.uint32() + reader.pos;
      while (reader.pos < end) items.push(readElement(reader, element, {}, depth));
    } else {
      checkWireType(wireType, field);
      items.push(readElement(reader, element, {}, depth));
    }
    return;
  }
  checkWireType(wireType, field);
  if (element.type === "inline") {
    const end = reader.uint32() + reader.pos;
    readMessage(reader, end, messageOf(element.name)!, into, depth + 1);
    return;
  }
  const previous = element.type === "message" && Object.hasOwn(into, name) ? (into[name] as JsonObject) : {};
  const value = readElement(reader, element, previous, depth);
  if (value === undefined || (isZero(element, value) && !keepsZero(message.name, name))) return;
  into[name] = value;
}

function checkWireType(wireType: number, { name, element }: MessageField): void {
  if (wireType === wireTypeOf(element)) return;
  throw new Malformed(`proto: wrong wireType = ${wireType} for field ${name.charAt(0).toUpperCase()}${name.slice(1)}`);
}

function wireTypeOf(element: Element): number {
  switch (element.type) {
    case "int32":
    case "int64":
    case "bool":
      return varint;
    case "double":
      return fixed64;
    default:
      return lengthDelimited;
  }
}

function isZero(element: Element, value: unknown): boolean {
  return value === 0 || value === false || value === "" || (element.type === "quantity" && value === "0");
}

function readEntry(reader: Reader, { element }: MessageField, entries: JsonObject, depth: number): void {
  const end = reader.uint32() + reader.pos;
  let key = "";
  let value: unknown;
  while (reader.pos < end) {
    const entryKey = reader.uint32();
    if (entryKey >>> 3 === 1) key = reader.string();
    else if (entryKey >>> 3 === 2) value = readElement(reader, element, {}, depth);
    else reader.skipType(entryKey & 7);
  }
  setField(entries as never, key, (value ?? zeroOf(element)) as never);
}

function zeroOf(element: Element): unknown {
  switch (element.type) {
    case "string":
    case "bytes":
      return "";
    case "quantity":
      return "0";
    case "strings":
      return [];
    default:
      return {};
  }
}

/** One value; undefined for a time that was never set and for what JSON has no value for. */
function readElement(reader: Reader, element: Element, previous: JsonObject, depth: number): unknown {
  switch (element.type) {
    case "string":
      return reader.string();
    case "int32":
      return reader.int32();
    case "int64":
      return readInt64(reader);
    case "bool":
      return reader.bool();
    case "double":
      return reader.double();
    case "bytes": {
      const bytes = reader.bytes();
      return protobuf.util.base64.encode(bytes, 0, bytes.length);
    }
    case "message": {
      const end = reader.uint32() + reader.pos;
      readMessage(reader, end, messageOf(element.name)!, previous, depth + 1);
      return previous;
    }
    default:
      return readContent(new protobuf.Reader(reader.bytes()), element, depth + 1);
  }
}

function readInt64(reader: Reader): Integer {
  const start = reader.pos;
  const nearest = Number(reader.int64());
  return Number.isSafeInteger(nearest) ? nearest : exactInteger(BigInt.asIntN(64, varintIn(reader.buf, start)));
}

/** All the bits of a varint: the library gives a number, which does not hold them. */
function varintIn(bytes: Uint8Array, start: number): bigint {
  let bits = 0n;
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at]!;
    bits |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return bits;
  }
}

/** The fields of a small message, each as what it was written as: numbers or bytes. */
function readSmall(reader: Reader): Map<number, Array<number | Uint8Array>> {
  const fields = new Map<number, Array<number | Uint8Array>>();
  while (reader.pos < reader.len) {
    const key = reader.uint32();
    const wireType = key & 7;
    if (wireType !== varint && wireType !== lengthDelimited) {
      reader.skipType(wireType);
      continue;
    }
    const value = wireType === varint ? Number(readInt64(reader)) : reader.bytes();
    fields.set(key >>> 3, [...(fields.get(key >>> 3) ?? []), value]);
  }
  return fields;
}

const textOf = (bytes: number | Uint8Array | undefined): string =>
  bytes instanceof Uint8Array ? protobuf.util.utf8.read(bytes, 0, bytes.length) : "";

const numberOf = (value: number | Uint8Array | undefined): number => (typeof value === "number" ? value : 0);

/** Reads a message that stands for one JSON value. */
function readContent(reader: Reader, element: Element, depth: number): unknown {
  const fields = readSmall(reader);
  const schema = (bytes: number | Uint8Array): JsonObject => {
    const value: JsonObject = {};
    if (bytes instanceof Uint8Array)
      readMessage(new protobuf.Reader(bytes), bytes.length, messageOf("JSONSchemaProps")!, value, depth + 1);
    return value;
  };
  const first = (id: number): number | Uint8Array | undefined => fields.get(id)?.at(-1);
  switch (element.type) {
    case "quantity":
      return textOf(first(1)) || "0";
    case "intOrString":
      return numberOf(first(1)) === 0 ? numberOf(first(2)) | 0 : textOf(first(3));
    case "time":
      return fields.size === 0 ? undefined : formatTime(numberOf(first(1)) * 1000);
    case "microTime":
      return fields.size === 0
        ? undefined
        : formatMicroTime(numberOf(first(1)) * 1000 + Math.floor(numberOf(first(2)) / 1000) / 1000);
    case "raw":
    case "json":
      return rawJson(textOf(first(1)));
    case "strings":
      return (fields.get(1) ?? []).map(textOf);
    case "schemaOrArray":
      return first(1) !== undefined ? schema(first(1)!) : (fields.get(2) ?? []).map(schema);
    case "schemaOrBool":
      return first(2) !== undefined ? schema(first(2)!) : numberOf(first(1)) !== 0;
    case "schemaOrStrings":
      return first(1) !== undefined ? schema(first(1)!) : (fields.get(2) ?? []).map(textOf);
    default:
      return undefined;
  }
}

function rawJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return readJson(text);
  } catch {
    throw new Malformed("raw bytes are not JSON");
  }
}
