/** Finds out what a write request is about and starts its chart. */

import type { JsonObject, JsonValue } from "../../../src/api/json-value.js";
import { mergeTypeOf } from "../../../src/api/patch/merge-type.js";
import { applyPatch, isPatchType } from "../../../src/api/patch/patch.js";
import { badRequest, fail, genericFailure, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Leases } from "../leases.js";
import { defaultDeadlineMs } from "../reads/read.js";
import type { CreateRequest, PatchRequest, Respond, UpdateRequest, WriteRequest } from "../request.js";
import type { Served } from "../served.js";
import { bound, boundAnswer } from "../subresources/binding.js";
import { evictedAnswer, spendBudget } from "../subresources/eviction.js";
import { scaled, scaleOf, showScaleText } from "../subresources/scale.js";
import { ActPlanner } from "./act.js";
import { Admission } from "./admit.js";
import { CreatePlanner } from "./create.js";
import { DeletePlanner } from "./delete.js";
import { writeMachine } from "./machine.js";
import { patchChange, patchRefusal } from "./patch.js";
import type { Planner } from "./plan.js";
import { type Change, ChangePlanner, UpdatePlanner } from "./update.js";
import { Write } from "./write.js";

export type WriteBacking = Backing & { readonly leases: Leases };

/** Runs a write to its end in a chart named `id`. */
export function startWrite(backing: WriteBacking, id: string, request: WriteRequest, respond: Respond): void {
  const { catalog } = backing;
  const { path, verb } = request;
  const served = verb === "create" ? catalog.for(path, verb) : catalog.partFor(path, verb);
  const planner = served.ok ? plannerOf(backing, served.value, request) : served;
  if (!planner.ok) {
    respond({ ok: false, error: planner.error });
    return;
  }
  const { dryRun = false } = request.options;
  startPlanned(backing, id, planner.value, { dryRun, deadlineMs: request.deadlineMs ?? defaultDeadlineMs }, respond);
}

export function startPlanned(
  backing: WriteBacking,
  id: string,
  planner: Planner,
  of: { readonly dryRun: boolean; readonly deadlineMs: number },
  respond: Respond,
): void {
  const write = new Write(backing, { planner, ...of }, respond);
  backing.host.charts.start(writeMachine, { id, input: { write } });
}

function plannerOf(backing: Backing, served: Served, request: WriteRequest): Result<Planner> {
  const { path } = request;
  switch (request.verb) {
    case "create":
      return path.subresource === undefined
        ? succeed(new CreatePlanner(backing, served, request))
        : actPlanner(backing, served, request);
    case "update":
      return succeed(
        path.subresource === "scale"
          ? scalePlanner(backing, served, request, () => succeed(request.body))
          : new UpdatePlanner(backing, served, request, request.body),
      );
    case "patch": {
      const refused = patchRefusal(request);
      if (refused !== undefined) return fail(refused);
      return succeed(
        path.subresource === "scale"
          ? scalePlanner(backing, served, request, (scale) => patchedScale(request, scale))
          : new ChangePlanner(backing, served, request, patchChange(request, served)),
      );
    }
    case "delete":
      return succeed(new DeletePlanner({ backing, served, asking: request, options: request.options }));
  }
}

function actPlanner(backing: Backing, served: Served, request: CreateRequest): Result<Planner> {
  const { path } = request;
  const admission = new Admission(backing, served, request, "CREATE");
  const planned = (plannerOf: (act: UntypedObject) => Planner) => succeed(new ActPlanner(admission, request.body, plannerOf));
  if (path.subresource === "binding")
    return planned((binding) => {
      const change: Change = (stored) => bound(backing, stored, binding);
      return new ChangePlanner(backing, served, request, change, { asIs: true, show: boundAnswer });
    });
  if (path.subresource === "eviction")
    return planned((eviction) => {
      const { deleteOptions: options = {} } = eviction as { deleteOptions?: object };
      const extras = { together: spendBudget.bind(undefined, backing), answer: evictedAnswer };
      return new DeletePlanner({ backing, served, asking: request, options }, extras);
    });
  const what = `create of ${path.resource}/${path.subresource} is not implemented by this server`;
  return fail(genericFailure(501, "NotImplemented", what));
}

/** What is admitted is the Scale, not the object whose scale it is. */
function scalePlanner(
  backing: Backing,
  served: Served,
  request: UpdateRequest | PatchRequest,
  scale: (current: UntypedObject) => Result<UntypedObject>,
): Planner {
  const admission = new Admission(backing, served, request, "UPDATE");
  const change: Change = (stored, situation) => {
    const current = scaleOf(served, stored.object) as unknown as UntypedObject;
    const wanted = scale(current);
    if (!wanted.ok) return wanted;
    const mutated = admission.mutate(wanted.value, current, situation);
    if (!mutated.ok) return mutated;
    const valid = admission.validate(mutated.value, current, situation);
    return valid.ok ? scaled(served, stored, mutated.value) : valid;
  };
  return new ChangePlanner(backing, served, request, change, { admitted: true, show: showScaleText(served) });
}

function patchedScale({ patchType, patch }: PatchRequest, scale: UntypedObject): Result<UntypedObject> {
  if (!isPatchType(patchType)) return fail(badRequest(`unsupported patch type ${patchType}`));
  const type = mergeTypeOf("io.k8s.api.autoscaling.v1.Scale") ?? mergeTypeOf("Scale");
  const patched = applyPatch(patchType, type, scale as unknown as JsonObject, patch as JsonValue);
  return patched.ok ? succeed(patched.value as unknown as UntypedObject) : patched;
}
