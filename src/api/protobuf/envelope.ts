/**
 * `application/vnd.kubernetes.protobuf` bodies: four magic bytes, then a runtime.Unknown that says what kind the
 * message inside is. Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
import protobuf from "protobufjs/minimal.js";
import { decodeMessage } from "./decode.js";
import { encodeMessage } from "./encode.js";
import { messageOf } from "./messages.js";

export const protobufMediaType = "application/vnd.kubernetes.protobuf";

/** `k8s` and a zero byte. */
const magic = [0x6b, 0x38, 0x73, 0x00] as const;

export interface ProtobufBody {
  readonly apiVersion: string;
  readonly kind: string;
  /** The message itself, to be read with `decodeMessage` once its type is known. */
  readonly raw: Uint8Array;
  /** Media type of `raw`; empty means protobuf. */
  readonly contentType: string;
}

export type OpenedBody = { readonly ok: true; readonly body: ProtobufBody } | { readonly ok: false; readonly message: string };

export const isProtobuf = (bytes: Uint8Array): boolean => magic.every((byte, index) => bytes[index] === byte);

/** True when objects of this type can be sent and received as protobuf. */
export const hasMessage = (typeName: string): boolean => messageOf(typeName) !== undefined;

/** Takes the envelope off. The message is Kubernetes' own for bytes that have none. */
export function openProtobuf(bytes: Uint8Array): OpenedBody {
  if (!isProtobuf(bytes))
    return { ok: false, message: "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]" };
  try {
    const reader = new protobuf.Reader(bytes.subarray(magic.length));
    const body: { -readonly [Key in keyof ProtobufBody]: ProtobufBody[Key] } = {
      apiVersion: "",
      kind: "",
      raw: new Uint8Array(),
      contentType: "",
    };
    while (reader.pos < reader.len) {
      const key = reader.uint32();
      if (key === 0x0a) {
        const end = reader.uint32() + reader.pos;
        while (reader.pos < end) {
          const inner = reader.uint32();
          if (inner === 0x0a) body.apiVersion = reader.string();
          else if (inner === 0x12) body.kind = reader.string();
          else reader.skipType(inner & 7);
        }
      } else if (key === 0x12) body.raw = reader.bytes();
      else if (key === 0x22) body.contentType = reader.string();
      else reader.skipType(key & 7);
    }
    return { ok: true, body };
  } catch {
    return { ok: false, message: "unexpected EOF" };
  }
}

/** An object in its envelope; `typeName` is the type of its kind. Undefined when the type has no message. */
export function sealProtobuf(
  typeName: string,
  object: { readonly apiVersion?: string; readonly kind?: string; readonly [field: string]: unknown },
): Uint8Array | undefined {
  const raw = encodeMessage(typeName, object);
  if (raw === undefined) return undefined;
  const writer = new protobuf.Writer();
  writer.uint32(0x0a).fork();
  writer.uint32(0x0a).string(object.apiVersion ?? "");
  writer.uint32(0x12).string(object.kind ?? "");
  writer.ldelim();
  writer.uint32(0x12).bytes(raw).uint32(0x1a).string("").uint32(0x22).string("");
  return withPrefix(Uint8Array.from(magic), writer.finish());
}

/**
 * One event of a watch in `application/vnd.kubernetes.protobuf;stream=watch`: four bytes of length, most significant
 * first, then a WatchEvent without envelope whose object has one.
 */
export function watchFrame(eventType: string, sealedObject: Uint8Array): Uint8Array {
  const event = watchMessage(eventType, sealedObject);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, event.length);
  return withPrefix(length, event);
}

/** One event of a watch by itself. */
export function watchMessage(eventType: string, sealedObject: Uint8Array): Uint8Array {
  const writer = new protobuf.Writer();
  return writer.uint32(0x0a).string(eventType).uint32(0x12).fork().uint32(0x0a).bytes(sealedObject).ldelim().finish();
}

function withPrefix(prefix: Uint8Array, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(prefix.length + bytes.length);
  whole.set(prefix);
  whole.set(bytes, prefix.length);
  return whole;
}

export { decodeMessage, encodeMessage };
