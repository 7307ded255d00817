/** Writes of a scale: all that they change of the object is how many replicas it is to have. */
import { atomOfType } from "../../../src/api/apply/builtin-atoms.js";
import { configurationError } from "../../../src/api/apply/configuration.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../src/api/json-value.js";
import { isPatchType } from "../../../src/api/patch/patch.js";
import { fail, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { PatchRequest, UpdateRequest } from "../request.js";
import type { Served } from "../served.js";
import { replicasPath, scaled, scaleOf, showScaleText } from "../subresources/scale.js";
import { Admission } from "./admit.js";
import { unowned } from "./owned.js";
import { Ownership } from "./ownership.js";
import { patchedObject } from "./patch.js";
import type { Planner } from "./plan.js";
import type { RemarkBook } from "./remarks.js";
import { type Change, ChangePlanner } from "./update.js";

export function scalePlanner(backing: Backing, served: Served, request: UpdateRequest | PatchRequest): Planner {
  const admission = new Admission(backing, served, request, "UPDATE");
  const ownership = new Ownership(backing.catalog, served, request);
  const applies = request.verb === "patch" && request.patchType === "application/apply-patch+yaml";
  const change: Change = (stored, situation) => {
    const current = scaleOf(served, stored.object) as unknown as UntypedObject;
    const wanted = wantedScale(request, served, current, situation.remarks);
    if (!wanted.ok) return wanted;
    const mutated = admission.mutate(unowned(wanted.value), unowned(current), situation);
    if (!mutated.ok) return mutated;
    const valid = admission.validate(mutated.value, unowned(current), situation);
    if (!valid.ok) return valid;
    const scale = mutated.value.object;
    const object = scaled(served, stored, scale);
    if (!object.ok) return object;
    if (!applies) return succeed({ object: object.value });
    const config = configurationOf(served, request, scale);
    return ownership.applied(config, stored, request.options.force === true, situation.draws.nowMs);
  };
  return new ChangePlanner(backing, served, request, change, { admitted: true, show: showScaleText(served) });
}

function wantedScale(
  request: UpdateRequest | PatchRequest,
  served: Served,
  current: UntypedObject,
  remarks: RemarkBook,
): Result<UntypedObject> {
  if (request.verb === "update") return succeed(request.body);
  if (!isPatchType(request.patchType)) return appliedScale(request.patch, current);
  return patchedObject(request, served, current, remarks);
}

const scaleKind = () => ({ apiVersion: "autoscaling/v1", kind: "Scale", atom: atomOfType("Scale")! });

/** The scale with a configuration of it merged in. */
function appliedScale(patch: unknown, current: UntypedObject): Result<UntypedObject> {
  const config: JsonObject = isJsonObject(patch) ? patch : {};
  const wrong = configurationError(scaleKind(), config);
  if (wrong !== undefined) return fail(wrong);
  const { spec } = config as { spec?: JsonObject };
  return succeed({ ...current, spec: { ...(current.spec as object), ...spec } });
}

/** What is applied to a scale is owned of the object: its replicas, if the configuration says any. */
function configurationOf(served: Served, { patch }: PatchRequest, scale: UntypedObject): JsonObject {
  const { apiVersion, kind } = served.resource;
  const { metadata = {}, spec = {} } = patch as { metadata?: JsonObject; spec?: JsonObject };
  const { name, namespace, uid, resourceVersion } = metadata;
  const named = Object.entries({ name, namespace, uid, resourceVersion }).filter(([, value]) => value !== undefined);
  const { replicas } = (scale.spec ?? {}) as { replicas?: number };
  const asksNothing = spec.replicas === undefined || replicas === undefined;
  const asked = asksNothing ? {} : replicasPath(served).reduceRight<JsonValue>((value, name) => ({ [name]: value }), replicas);
  return { apiVersion, kind, metadata: Object.fromEntries(named), ...(asked as JsonObject) } as JsonObject;
}
