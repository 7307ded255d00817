/**
 * What an API server is called among others, and the Lease that says that it lives.
 * https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity (KEP-1965)
 */
import { sha256 } from "./sha256.js";
import type { Lease } from "./types.js";

export const identityNamespace = "kube-system";
export const identityLabel = "apiserver.kubernetes.io/identity";
const component = "kube-apiserver";
const hostnameLabel = "kubernetes.io/hostname";
const durationSeconds = 3_600;

const base32Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648, section 6, in small letters and without padding. */
function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let waiting = 0;
  for (const byte of bytes) {
    waiting = (waiting << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += base32Alphabet[(waiting >>> (bits - 5)) & 31];
    waiting &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + base32Alphabet[(waiting << (5 - bits)) & 31];
}

/** A text after its length in two bytes, so that no two pairs of texts are hashed alike. */
function lengthPrefixed(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [bytes.length >>> 8, bytes.length & 255, ...bytes];
}

/** `apiserver-` and a hash of the host's name: the same after every restart on the same host. */
export function identityOf(hostname: string): string {
  const hash = sha256(Uint8Array.from([...lengthPrefixed(hostname), ...lengthPrefixed(component)]));
  return `apiserver-${base32(hash.subarray(0, 16))}`;
}

/** The Lease as it is first written. `renewTime` is a MicroTime. */
export function newIdentityLease(hostname: string, uuid: string, renewTime: string): Lease {
  const name = identityOf(hostname);
  return renewedIdentityLease(
    {
      kind: "Lease",
      apiVersion: "coordination.k8s.io/v1",
      metadata: { name, namespace: identityNamespace },
      spec: { holderIdentity: `${name}_${uuid}`, leaseDurationSeconds: durationSeconds },
    },
    hostname,
    renewTime,
  );
}

/** The Lease renewed. It keeps its holder, also when the API server was started anew. */
export function renewedIdentityLease(lease: Lease, hostname: string, renewTime: string): Lease {
  const labels = { ...lease.metadata.labels, [identityLabel]: component, [hostnameLabel]: hostname };
  return { ...lease, metadata: { ...lease.metadata, labels }, spec: { ...lease.spec, renewTime } };
}

export const isIdentityLease = ({ metadata }: Lease): boolean => metadata.labels?.[identityLabel] === component;

/** Whoever held the Lease is gone; so is one that does not say until when it lasts. */
export function hasExpired({ spec }: Lease, nowMs: number): boolean {
  if (spec?.renewTime === undefined || spec.leaseDurationSeconds === undefined) return true;
  return Date.parse(spec.renewTime) + spec.leaseDurationSeconds * 1_000 < nowMs;
}
