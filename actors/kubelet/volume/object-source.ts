/**
 * ConfigMaps, Secrets and tokens for the pods of a node: read when needed, believed for a short while, asked for once
 * however many pods wait for the same.
 */
import { askApiserver } from "../../../src/actor/api-requests.js";
import type { Host } from "../../../src/actor/host.js";
import { secondsInMs } from "../../../src/api/go-duration.js";
import type {
  ConfigMap,
  KubernetesObject,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  TokenRequest,
} from "../../../src/api/types.js";
import type { Integer } from "../../../src/json/integer.js";
import type { Outcome } from "../../../src/wire/errors.js";
import { statusOf } from "../../apiserver/messages.js";
import { kubeletLimits, kubeletTimings } from "../configuration.js";
import type { PodObjects } from "../container/environment.js";
import type { ClaimedObjects } from "./claims.js";
import { type Reference, referenceKey } from "./references.js";

/** An object, or that it is not there. */
type Known = { readonly untilMs: number; readonly object: KubernetesObject | undefined };

export interface FetchedObjects extends PodObjects, ClaimedObjects {
  token(audience: string, expirationSeconds: Integer): string | undefined;
}

export type Fetched = { readonly ok: true; readonly objects: FetchedObjects } | { readonly ok: false; readonly message: string };

type OnKnown = (error: string | undefined) => void;

/** The part of a token's life after which it is renewed. */
const renewAt = 0.8;

export class ObjectSource {
  private readonly known = new Map<string, Known>();
  private readonly asked = new Map<string, OnKnown[]>();

  constructor(private readonly host: Host) {}

  /** Gets all that the references name. An object that is not there is no failure: whoever needs it says so. */
  fetch(pod: Pod, references: readonly Reference[], onFetched: (fetched: Fetched) => void): void {
    let missing = references.length;
    let failure: string | undefined;
    const finish = () =>
      onFetched(failure === undefined ? { ok: true, objects: this.objectsOf(pod) } : { ok: false, message: failure });
    if (missing === 0) {
      finish();
      return;
    }
    for (const reference of references) {
      this.need(pod, reference, (error) => {
        failure ??= error;
        missing -= 1;
        if (missing === 0) finish();
      });
    }
  }

  /** What is known of these may be old by now; tokens are what they were. */
  doubt(pod: Pod, references: readonly Reference[]): void {
    for (const reference of references) if (reference.kind !== "token") this.known.delete(keyFor(pod, reference));
  }

  /** Drops what is known about a pod's tokens. */
  forget(podUid: string): void {
    for (const key of [...this.known.keys()]) if (key.startsWith(`${podUid}/token/`)) this.known.delete(key);
  }

  private need(pod: Pod, reference: Reference, onKnown: OnKnown): void {
    const key = keyFor(pod, reference);
    const known = this.known.get(key);
    if (known !== undefined && known.untilMs > this.host.clock.monotonicMs()) {
      onKnown(undefined);
      return;
    }
    const waiting = this.asked.get(key);
    if (waiting !== undefined) {
      waiting.push(onKnown);
      return;
    }
    this.asked.set(key, [onKnown]);
    this.ask(pod, reference, key);
  }

  private ask(pod: Pod, reference: Reference, key: string): void {
    const namespace = pod.metadata.namespace ?? "";
    const settle = (outcome: Outcome<{ object?: KubernetesObject }>, lifetimeMs: number) => {
      const absent = !outcome.ok && reference.kind !== "token" && statusOf(outcome.error)?.code === 404;
      if (outcome.ok) this.keep(key, outcome.reply.object, lifetimeMs);
      // What is not there yet is asked for again the next time that somebody needs it.
      else if (absent) this.keep(key, undefined, 0);
      const error = outcome.ok || absent ? undefined : failureText(reference, outcome.error.message);
      const waiting = this.asked.get(key) ?? [];
      this.asked.delete(key);
      for (const onKnown of waiting) onKnown(error);
    };
    if (reference.kind !== "token") {
      const where = reference.kind === "persistentvolumes" ? {} : { namespace };
      const path = { group: "", version: "v1", resource: reference.kind, ...where, name: reference.name };
      // A claim that is waited for is soon another.
      const isAwaited = reference.kind === "persistentvolumeclaims" || reference.kind === "persistentvolumes";
      askApiserver(this.host, { verb: "get", path }, (outcome) => settle(outcome, isAwaited ? 0 : kubeletTimings.objectCacheMs));
      return;
    }
    const name = pod.spec?.serviceAccountName || "default";
    const path = { group: "", version: "v1", resource: "serviceaccounts", namespace, name, subresource: "token" };
    const object = tokenRequest(pod, reference.audience, reference.expirationSeconds);
    const lifetimeMs = secondsInMs(reference.expirationSeconds) * renewAt;
    askApiserver(this.host, { verb: "create", path, object }, (outcome) => settle(outcome, lifetimeMs));
  }

  private keep(key: string, object: KubernetesObject | undefined, lifetimeMs: number): void {
    this.known.delete(key);
    this.known.set(key, { object, untilMs: this.host.clock.monotonicMs() + lifetimeMs });
    const most = kubeletLimits.objectsCached + kubeletLimits.tokensCached;
    if (this.known.size > most) this.known.delete(this.known.keys().next().value!);
  }

  private objectsOf(pod: Pod): FetchedObjects {
    const get = (reference: Reference) => this.known.get(keyFor(pod, reference))?.object;
    return {
      configMap: (name) => get({ kind: "configmaps", name }) as ConfigMap | undefined,
      secret: (name) => get({ kind: "secrets", name }) as Secret | undefined,
      claim: (name) => get({ kind: "persistentvolumeclaims", name }) as PersistentVolumeClaim | undefined,
      persistentVolume: (name) => get({ kind: "persistentvolumes", name }) as PersistentVolume | undefined,
      token: (audience, expirationSeconds) =>
        (get({ kind: "token", audience, expirationSeconds }) as TokenRequest | undefined)?.status?.token,
    };
  }
}

const keyFor = (pod: Pod, reference: Reference): string =>
  `${reference.kind === "token" ? pod.metadata.uid : pod.metadata.namespace}/${referenceKey(reference)}`;

const failureText = (reference: Reference, message: string): string =>
  reference.kind === "token"
    ? `failed to fetch token: ${message}`
    : `failed to read ${reference.kind} "${reference.name}": ${message}`;

function tokenRequest(pod: Pod, audience: string, expirationSeconds: Integer): TokenRequest {
  const { name = "", uid = "" } = pod.metadata;
  return {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    metadata: {},
    spec: {
      audiences: audience === "" ? [] : [audience],
      expirationSeconds,
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
    },
  };
}
