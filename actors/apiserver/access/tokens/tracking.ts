/**
 * The ConfigMap that says since when uses of Secrets' tokens are noted: made anew when it is gone, but not twice in half an hour, and put
 * right when it says no day. https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ (KEP-2799)
 */
import { builtinResources } from "../../../../src/api/kinds.js";
import { beginOfDay, dayOf, trackingField, trackingName } from "../../../../src/api/legacy-tokens.js";
import { storageKey } from "../../../../src/api/paths.js";
import type { ConfigMap, UntypedObject } from "../../../../src/api/types.js";
import type { ApiOutcome } from "../../request.js";
import type { Server } from "../../server.js";
import { ownUser } from "../users.js";

const namespace = "kube-system";
const path = { group: "", version: "v1", resource: "configmaps", namespace } as const;
const key = storageKey(builtinResources().preferred("", "configmaps")!, namespace, trackingName);
const creationIntervalMs = 30 * 60_000;
const by = { user: ownUser, fieldManager: "kube-apiserver", options: {} } as const;

export class TokenTracking {
  private writing = false;
  private createdAtMs: number | undefined;

  constructor(private readonly server: Server) {}

  keep(): void {
    if (this.writing) return;
    const { cache, host } = this.server;
    const known = cache.get(key)?.object as ConfigMap | undefined;
    const nowMs = host.clock.nowMs();
    if (known === undefined) this.create(nowMs);
    else if (beginOfDay(known.data?.[trackingField]) === undefined) {
      const data = { ...known.data, [trackingField]: dayOf(nowMs) };
      this.writing = true;
      const body = { ...known, data } as UntypedObject;
      this.server.run({ ...by, verb: "update", path: { ...path, name: trackingName }, body }, (outcome) => this.wrote(outcome));
    }
  }

  private create(nowMs: number): void {
    if (this.createdAtMs !== undefined && nowMs < this.createdAtMs + creationIntervalMs) return;
    this.writing = true;
    const data = { [trackingField]: dayOf(nowMs) };
    const body = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: trackingName, namespace }, data };
    this.server.run({ ...by, verb: "create", path, body }, (outcome) => {
      this.wrote(outcome);
      if (outcome.ok) this.createdAtMs = nowMs;
    });
  }

  /** Another API server may have been first; else it is tried again the next time. */
  private wrote(outcome: ApiOutcome): void {
    this.writing = false;
    if (outcome.ok || outcome.error.code === 409 || outcome.error.code === 404) return;
    this.server.host.note(`${trackingName} cannot be written: ${outcome.error.status.message}`);
  }
}
