/** Server-side apply: PATCH of `application/apply-patch+yaml`. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
import { readValue } from "../../../src/api/body.js";
import { isJsonObject, type JsonObject } from "../../../src/api/json-value.js";
import { badRequest, conflict, fail, nameMismatch, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { PatchRequest } from "../request.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { CreatePlanner } from "./create.js";
import { Ownership } from "./ownership.js";
import { type Plan, refuse, type Situation } from "./plan.js";
import { type Changed, ChangePlanner } from "./update.js";

/** Applies a configuration to what is stored, or creates it. */
export class ApplyPlanner extends ChangePlanner {
  readonly insistsOnManagers = true;

  constructor(
    backing: Backing,
    served: Served,
    private readonly request: PatchRequest,
  ) {
    const ownership = new Ownership(backing.catalog, served, request);
    super(backing, served, request, (stored, { draws }) => applied(served, ownership, request, stored, draws.nowMs));
  }

  /** An object that is not there is created; a part of one is not. */
  protected override planAbsent(situation: Situation): Plan {
    const { backing, served, ownership, request } = this;
    const { name = "", subresource } = request.path;
    if (subresource !== undefined) return super.planAbsent(situation);
    const changed = applied(served, ownership, request, undefined, situation.draws.nowMs);
    if (!changed.ok) return refuse(changed.error);
    const { object, managedFields } = changed.value;
    const { uid = "" } = object.metadata;
    if (uid !== "") {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      return refuse(conflict(served.groupResource, name, why));
    }
    const found = object.metadata.name ?? "";
    if (found === "") {
      const why = `the name of the object (${name} based on URL) was undeterminable: name must be provided`;
      return refuse(badRequest(why));
    }
    if (found !== name) return refuse(nameMismatch(found, name));
    const creation = { ...request, body: object };
    const planner = new CreatePlanner(backing, served, creation, managedFields, () => this.refusalToCreate());
    return planner.plan({ ...situation, origin: undefined });
  }
}

function applied(
  served: Served,
  ownership: Ownership,
  { patch, options }: PatchRequest,
  stored: StoredObject | undefined,
  nowMs: number,
): Result<Changed> {
  const config: JsonObject = isJsonObject(patch) ? patch : {};
  const outcome = ownership.applied(config, stored, options.force === true, nowMs);
  if (!outcome.ok) return outcome;
  const decoded = readValue(outcome.value.object, [], served.resource, "Ignore");
  if (!decoded.ok) return fail(decoded.error);
  const object = decoded.value.object as unknown as UntypedObject;
  return succeed({
    object: { ...object, metadata: object.metadata ?? {} },
    managedFields: outcome.value.managedFields,
  });
}
