/**
 * Versions of one resource whose fields differ. The other versions of Kubernetes 1.33 differ from what is stored in their
 * apiVersion only.
 */
import { autoscalerFromV1, autoscalerToV1 } from "../../src/api/autoscaling/v1.js";
import { inCoreWords, inGroupWords } from "../../src/api/events.js";
import { resourceClaimShapes } from "../../src/api/resource-claims.js";
import type { UntypedObject } from "../../src/api/types.js";

export interface Conversion {
  fromStored(object: UntypedObject): UntypedObject;
  toStored(object: UntypedObject): UntypedObject;
}

const events: Conversion = { fromStored: inGroupWords, toStored: inCoreWords };

const autoscalers: Conversion = { fromStored: autoscalerToV1, toStored: autoscalerFromV1 };

export function conversionOf(group: string, version: string, plural: string): Conversion | undefined {
  if (group === "resource.k8s.io") return resourceClaimShapes(version, plural);
  if (group === "events.k8s.io" && plural === "events") return events;
  if (group === "autoscaling" && version === "v1" && plural === "horizontalpodautoscalers") return autoscalers;
  return undefined;
}
