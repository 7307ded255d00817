/** Requests for certificates: PKCS #10 (RFC 2986), as far as who asks and for what. Signatures are checked where there is cryptography. */
import { type Element, elementsIn, inside, objectIdentifier, tags, textOf } from "./asn1.js";
import { pemBlocks } from "./pem.js";

export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  /** 4 or 16 bytes each. */
  readonly ipAddresses: readonly Uint8Array[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** The whole request. */
  readonly whole: Uint8Array;
  /** What is signed. */
  readonly signed: Uint8Array;
  readonly subject: Uint8Array;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** The names asked for, as an extension has them; absent for none. */
  readonly alternativeNames: Uint8Array | undefined;
  /** Of the signature algorithm. */
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

const oid = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  extensionRequest: "1.2.840.113549.1.9.14",
  subjectAltName: "2.5.29.17",
} as const;

type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string };

/** Reads the one request in PEM; `problem` as Kubernetes words it. */
export function readCertificateRequest(pem: string): Read<CertificateRequest> {
  const [block] = pemBlocks(pem);
  if (block?.type !== "CERTIFICATE REQUEST") return { ok: false, problem: "PEM block type must be CERTIFICATE REQUEST" };
  const request = parse(block.bytes);
  return request === undefined
    ? { ok: false, problem: "asn1: structure error: it is no certificate request" }
    : { ok: true, value: request };
}

function parse(bytes: Uint8Array): CertificateRequest | undefined {
  const [outer, ...more] = elementsIn(bytes) ?? [];
  const [info, algorithm, signature] = inside(outer, tags.sequence) ?? [];
  const [version, subject, publicKey, attributes] = inside(info, tags.sequence) ?? [];
  const [algorithmName] = inside(algorithm, tags.sequence) ?? [];
  if (more.length > 0 || outer === undefined || info === undefined || signature?.tag !== tags.bitString) return undefined;
  if (version?.tag !== tags.integer || subject === undefined || publicKey?.tag !== tags.sequence) return undefined;
  const named = attributesOf(subject);
  const algorithmId = algorithmName === undefined ? undefined : objectIdentifier(algorithmName);
  if (named === undefined || algorithmId === undefined) return undefined;
  const alternativeNames = extensionIn(attributes, oid.subjectAltName);
  const names = alternativeNames === undefined ? noNames : readNames(alternativeNames);
  if (names === undefined) return undefined;
  return {
    commonName: named.filter(({ type }) => type === oid.commonName).at(-1)?.value ?? "",
    organizations: named.filter(({ type }) => type === oid.organization).map(({ value }) => value),
    ...names,
    whole: outer.whole,
    signed: info.whole,
    subject: subject.whole,
    publicKey: publicKey.whole,
    alternativeNames,
    algorithm: algorithmId,
    // The first byte counts the bits that are not used: none.
    signature: signature.content.subarray(1),
  };
}

interface Attribute {
  readonly type: string;
  readonly value: string;
}

function attributesOf(subject: Element): Attribute[] | undefined {
  const sets = inside(subject, tags.sequence);
  if (sets === undefined) return undefined;
  const found: Attribute[] = [];
  for (const set of sets) {
    for (const pair of inside(set, tags.set) ?? []) {
      const [type, value] = inside(pair, tags.sequence) ?? [];
      const name = type === undefined ? undefined : objectIdentifier(type);
      if (name === undefined || value === undefined) return undefined;
      found.push({ type: name, value: textOf(value) });
    }
  }
  return found;
}

/** The content of one extension among those that are asked for. */
function extensionIn(attributes: Element | undefined, wanted: string): Uint8Array | undefined {
  const implicitSet = 0xa0;
  for (const attribute of inside(attributes, implicitSet) ?? []) {
    const [type, values] = inside(attribute, tags.sequence) ?? [];
    if (type === undefined || objectIdentifier(type) !== oid.extensionRequest) continue;
    const [list] = inside(values, tags.set) ?? [];
    for (const extension of inside(list, tags.sequence) ?? []) {
      const parts = inside(extension, tags.sequence) ?? [];
      const value = parts.at(-1);
      if (parts[0] !== undefined && objectIdentifier(parts[0]) === wanted && value?.tag === tags.octetString)
        return value.content;
    }
  }
  return undefined;
}

type Names = Pick<CertificateRequest, "dnsNames" | "ipAddresses" | "emailAddresses" | "uris">;
const noNames: Names = { dnsNames: [], ipAddresses: [], emailAddresses: [], uris: [] };

/** GeneralNames (RFC 5280 4.2.1.6): by their context tags. */
function readNames(extension: Uint8Array): Names | undefined {
  const [list] = elementsIn(extension) ?? [];
  const names = inside(list, tags.sequence);
  if (names === undefined) return undefined;
  const of = (tag: number): Element[] => names.filter((name) => name.tag === tag);
  return {
    emailAddresses: of(0x81).map(textOf),
    dnsNames: of(0x82).map(textOf),
    uris: of(0x86).map(textOf),
    ipAddresses: of(0x87).map(({ content }) => content),
  };
}
