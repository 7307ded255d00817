/** Whether what a token speaks for, and what it is bound to, is still there as it was when the token was made. */
import { decodeTextBase64 } from "../../../../src/api/base64.js";
import { builtinResources } from "../../../../src/api/kinds.js";
import { storageKey } from "../../../../src/api/paths.js";
import { parseTime } from "../../../../src/api/time.js";
import type { Secret } from "../../../../src/api/types.js";
import type { WatchCache } from "../../watch-cache/cache.js";
import type { StoredObject } from "../../watch-cache/stored-object.js";
import type { LegacyClaims, Named, TokenClaims } from "./claims.js";

/** How long after its end an object that waits for finalizers still vouches for its tokens. */
const lingeringMs = 60_000;

interface Identity {
  readonly uid: string;
  /** Absent while it is not on its way out. */
  readonly endsAtMs: number | undefined;
}

const identities = new WeakMap<StoredObject, Identity>();

function identityOf(stored: StoredObject): Identity {
  const known = identities.get(stored);
  if (known !== undefined) return known;
  const { uid = "", deletionTimestamp } = stored.object.metadata;
  const ends = deletionTimestamp === undefined ? undefined : parseTime(deletionTimestamp);
  const made = { uid, endsAtMs: ends?.ok ? ends.ms : undefined };
  identities.set(stored, made);
  stored.forget();
  return made;
}

const resourceOf = (plural: string) => builtinResources().preferred("", plural)!;
const resources = {
  serviceaccount: resourceOf("serviceaccounts"),
  pod: resourceOf("pods"),
  secret: resourceOf("secrets"),
  node: resourceOf("nodes"),
} as const;

const invalidated = "service account token has been invalidated";

export class Standing {
  constructor(private readonly cache: WatchCache) {}

  /** Why a token no longer holds, whatever its own times say; undefined when it does. */
  problemOf({ "kubernetes.io": about }: TokenClaims, nowMs: number): string | undefined {
    const { namespace, serviceaccount, pod, secret, node } = about;
    if (!this.stands("serviceaccount", namespace, serviceaccount, nowMs)) return invalidated;
    if (secret !== undefined && !this.stands("secret", namespace, secret, nowMs)) return invalidated;
    if (pod !== undefined) return this.stands("pod", namespace, pod, nowMs) ? undefined : invalidated;
    return node === undefined || this.stands("node", "", node, nowMs) ? undefined : invalidated;
  }

  /** A token in a Secret holds as long as the Secret has it. */
  problemOfLegacy(claims: LegacyClaims, token: string, nowMs: number): string | undefined {
    const namespace = claims["kubernetes.io/serviceaccount/namespace"];
    const secretName = claims["kubernetes.io/serviceaccount/secret.name"];
    const secret = this.cache.get(storageKey(resources.secret, namespace, secretName))?.object as Secret | undefined;
    if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return invalidated;
    if (decodeTextBase64(secret.data?.token ?? "") !== token) return "token does not match server's copy";
    const { "kubernetes.io/serviceaccount/service-account.name": name, "kubernetes.io/serviceaccount/service-account.uid": uid } =
      claims;
    return this.stands("serviceaccount", namespace, { name, uid }, nowMs) ? undefined : invalidated;
  }

  private stands(kind: keyof typeof resources, namespace: string, { name, uid }: Named, nowMs: number): boolean {
    const stored = this.cache.get(storageKey(resources[kind], namespace, name));
    if (stored === undefined) return false;
    const found = identityOf(stored);
    return found.uid === uid && (found.endsAtMs === undefined || nowMs < found.endsAtMs + lingeringMs);
  }
}
