/** Whether what a token speaks for, and what it is bound to, is still there as it was when the token was made. */
import { builtinResources } from "../../../../src/api/kinds.js";
import { storageKey } from "../../../../src/api/paths.js";
import { parseTime } from "../../../../src/api/time.js";
import type { WatchCache } from "../../watch-cache/cache.js";
import type { StoredObject } from "../../watch-cache/stored-object.js";
import type { Named, TokenClaims } from "./claims.js";

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

type Kind = keyof typeof resources;

export class Standing {
  constructor(private readonly cache: WatchCache) {}

  /** Why a token no longer holds, whatever its own times say; undefined when it does. */
  problemOf({ "kubernetes.io": about }: TokenClaims, nowMs: number): string | undefined {
    const { namespace, serviceaccount, pod, secret, node } = about;
    const problem =
      this.problemOfAccount(namespace, serviceaccount, nowMs) ??
      (secret === undefined ? undefined : this.problemOfHolder("secret", namespace, secret, nowMs));
    if (problem !== undefined) return problem;
    if (pod !== undefined) return this.problemOfHolder("pod", namespace, pod, nowMs);
    return node === undefined ? undefined : this.problemOfHolder("node", "", node, nowMs);
  }

  private problemOfAccount(namespace: string, { name, uid }: Named, nowMs: number): string | undefined {
    const found = this.find("serviceaccount", namespace, name);
    if (found === undefined) return `serviceaccounts "${name}" not found`;
    if (hasEnded(found, nowMs)) return `service account ${namespace}/${name} has been deleted`;
    return found.uid === uid ? undefined : `service account UID (${found.uid}) does not match claim (${uid})`;
  }

  private problemOfHolder(kind: Kind, namespace: string, { name, uid }: Named, nowMs: number): string | undefined {
    const found = this.find(kind, namespace, name);
    if (found === undefined || hasEnded(found, nowMs)) return invalidated;
    return found.uid === uid ? undefined : `${kind} UID (${found.uid}) does not match service account ${kind} ref claim (${uid})`;
  }

  private find(kind: Kind, namespace: string, name: string): Identity | undefined {
    const stored = this.cache.get(storageKey(resources[kind], namespace, name));
    return stored === undefined ? undefined : identityOf(stored);
  }
}

const hasEnded = ({ endsAtMs }: Identity, nowMs: number): boolean => endsAtMs !== undefined && nowMs >= endsAtMs + lingeringMs;
