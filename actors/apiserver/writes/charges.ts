/** What a write costs of its namespace's quotas, which are written in the same transaction as the object. */
import type { AdmissionRequest } from "../../../src/api/admission/plugin.js";
import { chargeQuotas } from "../../../src/api/admission/resource-quota.js";
import { storagePrefix } from "../../../src/api/paths.js";
import { type Result, succeed } from "../../../src/api/status.js";
import type { ResourceQuota, UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Alongside } from "./plan.js";

/** What is written with the object, and the line in which those wait that spend from the same quotas. */
export interface Charges {
  readonly alongside: readonly Alongside[];
  readonly line?: string;
}

export const noCharges: Charges = { alongside: [] };

export function chargeQuotasOf({ cache, catalog, turns }: Backing, request: AdmissionRequest, nowMs: number): Result<Charges> {
  const resource = catalog.resources.preferred("", "resourcequotas")!;
  const line = storagePrefix(resource, request.namespace);
  const cached = [...cache.store(storagePrefix(resource)).from(line)];
  if (cached.length === 0) return succeed(noCharges);
  const stored = cached.map((each) => turns.newest(line, each));
  const quotas = stored.map(({ object }) => object as unknown as ResourceQuota);
  const charged = chargeQuotas(request, quotas, nowMs);
  if (!charged.ok) return charged;
  if (charged.value.length === 0) return succeed(noCharges);
  const before = new Map(stored.map((each) => [each.name, each]));
  const alongside = charged.value.map((quota) => ({
    previous: before.get(quota.metadata.name ?? "")!,
    object: quota as unknown as UntypedObject,
  }));
  return succeed({ alongside, line });
}
