import { builtinServices } from "../../../src/api/aggregation/api-services.js";
import { builtinResources } from "../../../src/api/kinds.js";
import { storageKey } from "../../../src/api/paths.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { BulkObject } from "../setup/bulk-setup.js";

/** The APIServices of the built-in groups. What a user made of one that is there is left to him. */
export function serviceObjects(nowMs: number): BulkObject[] {
  const resource = builtinResources().preferred("apiregistration.k8s.io", "apiservices")!;
  return builtinServices(builtinResources(), nowMs).map((service) => ({
    key: storageKey(resource, "", service.metadata.name ?? ""),
    object: service as UntypedObject,
    hasGeneration: false,
    completed: () => undefined,
  }));
}
