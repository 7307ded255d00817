/** Writes JSON values as the protobuf messages of the API. */
import protobuf from "protobufjs/minimal.js";
import { isNumeric } from "../../json/integer.js";
import { writeJson } from "../../json/text.js";
import { parseMicroTime, parseTime } from "../time.js";
import { type Element, type Message, type MessageField, messageOf } from "./messages.js";

type Writer = protobuf.Writer;
type JsonObject = { readonly [field: string]: unknown };

const varint = 0;
const fixed64 = 1;
const lengthDelimited = 2;

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The bytes of an object as the message of that type, without envelope. Undefined when the type has no message.
 * The object has to be valid for the type (decode.ts makes it so); a value that does not fit its field is left out.
 */
export function encodeMessage(typeName: string, value: JsonObject): Uint8Array | undefined {
  const message = messageOf(typeName);
  if (message === undefined) return undefined;
  const writer = new protobuf.Writer();
  writeMessage(writer, message, value);
  return writer.finish();
}

function writeMessage(writer: Writer, message: Message, object: JsonObject): void {
  for (const field of message.fields) {
    if (field.element.type === "inline") {
      const inner = new protobuf.Writer();
      writeMessage(inner, messageOf(field.element.name)!, object);
      if (inner.len > 0) writer.uint32(tag(field.id, lengthDelimited)).bytes(inner.finish());
      continue;
    }
    if (Object.hasOwn(object, field.name)) writeField(writer, field, object[field.name]);
  }
}

const tag = (id: number, wireType: number): number => ((id << 3) | wireType) >>> 0;

function writeField(writer: Writer, { id, shape, element }: MessageField, value: unknown): void {
  if (shape === "one") writeElement(writer, id, element, value);
  else if (shape === "list") {
    if (Array.isArray(value)) for (const item of value) writeElement(writer, id, element, item);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      writer.uint32(tag(id, lengthDelimited)).fork().uint32(tag(1, lengthDelimited)).string(key);
      writeElement(writer, 2, element, value[key]);
      writer.ldelim();
    }
  }
}

function writeElement(writer: Writer, id: number, element: Element, value: unknown): void {
  switch (element.type) {
    case "string":
      if (typeof value === "string") writer.uint32(tag(id, lengthDelimited)).string(value);
      return;
    case "int32":
      if (typeof value === "number") writer.uint32(tag(id, varint)).int32(value);
      return;
    case "int64":
      if (typeof value === "number") writer.uint32(tag(id, varint)).int64(value);
      else if (typeof value === "bigint") writer.uint32(tag(id, varint)).int64(halvesOf(value));
      return;
    case "bool":
      if (typeof value === "boolean") writer.uint32(tag(id, varint)).bool(value);
      return;
    case "double":
      if (isNumeric(value)) writer.uint32(tag(id, fixed64)).double(Number(value));
      return;
    case "bytes":
      if (typeof value === "string") writer.uint32(tag(id, lengthDelimited)).bytes(bytesOfBase64(value));
      return;
    default: {
      if (value === undefined || (value === null && element.type !== "json")) return;
      writer.uint32(tag(id, lengthDelimited)).fork();
      writeContent(writer, element, value);
      writer.ldelim();
    }
  }
}

/** What is inside a message that stands for one JSON value. */
function writeContent(writer: Writer, element: Element, value: unknown): void {
  switch (element.type) {
    case "quantity":
      writer.uint32(tag(1, lengthDelimited)).string(String(value));
      return;
    case "intOrString":
      if (typeof value === "number") writer.uint32(tag(1, varint)).int64(0).uint32(tag(2, varint)).int32(value);
      else writer.uint32(tag(1, varint)).int64(1).uint32(tag(3, lengthDelimited)).string(String(value));
      return;
    case "time":
    case "microTime": {
      const parsed = element.type === "time" ? parseTime(String(value)) : parseMicroTime(String(value));
      if (!parsed.ok) return;
      const seconds = Math.floor(parsed.ms / 1000);
      const micros = Math.round((parsed.ms - seconds * 1000) * 1000);
      writer
        .uint32(tag(1, varint))
        .int64(seconds)
        .uint32(tag(2, varint))
        .int32(element.type === "time" ? 0 : micros * 1000);
      return;
    }
    case "raw":
    case "json":
      writer.uint32(tag(1, lengthDelimited)).string(writeJson(value));
      return;
    case "strings":
      if (Array.isArray(value)) for (const item of value) writeElement(writer, 1, { type: "string" }, item);
      return;
    case "schemaOrArray":
      if (Array.isArray(value)) for (const item of value) writeElement(writer, 2, jsonSchema, item);
      else writeElement(writer, 1, jsonSchema, value);
      return;
    case "schemaOrBool":
      writer.uint32(tag(1, varint)).bool(value !== false);
      if (isObject(value)) writeElement(writer, 2, jsonSchema, value);
      return;
    case "schemaOrStrings":
      if (Array.isArray(value)) for (const item of value) writeElement(writer, 2, { type: "string" }, item);
      else writeElement(writer, 1, jsonSchema, value);
      return;
    case "message":
      if (isObject(value)) writeMessage(writer, messageOf(element.name)!, value);
  }
}

/** An int64 as the library's own type for it has it: two halves of 32 bits. */
const halvesOf = (value: bigint) => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned: false,
});

const jsonSchema: Element = { type: "message", name: "JSONSchemaProps" };

function bytesOfBase64(text: string): Uint8Array {
  const { base64 } = protobuf.util;
  const bytes = new Uint8Array(base64.length(text));
  base64.decode(text, bytes, 0);
  return bytes;
}
