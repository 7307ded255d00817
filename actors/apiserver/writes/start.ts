/** Finds out what a write request is about and starts its chart. */

import { fail, genericFailure, type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Leases } from "../leases.js";
import { defaultDeadlineMs } from "../reads/read.js";
import type { CreateRequest, Respond, WriteRequest } from "../request.js";
import type { Served } from "../served.js";
import { bound, boundAnswer } from "../subresources/binding.js";
import { evictedAnswer, markEvicted, spendBudget } from "../subresources/eviction.js";
import { ActPlanner } from "./act.js";
import { Admission } from "./admit.js";
import { ApplyPlanner } from "./apply.js";
import { CreatePlanner } from "./create.js";
import { DeletePlanner } from "./delete.js";
import { writeMachine } from "./machine.js";
import { patchChange } from "./patch.js";
import type { Planner } from "./plan.js";
import { scalePlanner } from "./scale.js";
import { type Change, ChangePlanner, UpdatePlanner } from "./update.js";
import { Write, type WriteOf } from "./write.js";

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
  startPlanned(backing, id, planner.value, timeOf(request), respond);
}

const timeOf = ({ options, deadlineMs = defaultDeadlineMs }: WriteRequest): Omit<WriteOf, "planner"> => ({
  dryRun: options.dryRun ?? false,
  deadlineMs,
});

export function startPlanned(
  backing: WriteBacking,
  id: string,
  planner: Planner,
  of: Omit<WriteOf, "planner">,
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
          ? scalePlanner(backing, served, request)
          : new UpdatePlanner(backing, served, request, request.body),
      );
    case "patch": {
      if (path.subresource === "scale") return succeed(scalePlanner(backing, served, request));
      if (request.patchType === "application/apply-patch+yaml") return succeed(new ApplyPlanner(backing, served, request));
      return succeed(new ChangePlanner(backing, served, request, patchChange(request, served)));
    }
    case "delete":
      return succeed(new DeletePlanner({ backing, served, asking: request, options: request.options }));
  }
}

/** Binds a pod by a Binding that was admitted as what it is. */
export function startBinding(backing: WriteBacking, id: string, request: CreateRequest, respond: Respond): void {
  const served = backing.catalog.for(request.path, "create");
  if (!served.ok) {
    respond({ ok: false, error: served.error });
    return;
  }
  const planner = bindingPlanner(backing, served.value, request, request.body);
  startPlanned(backing, id, planner, timeOf(request), respond);
}

function bindingPlanner(backing: Backing, served: Served, request: CreateRequest, binding: UntypedObject): Planner {
  const change: Change = (stored) => {
    const pod = bound(backing, stored, binding);
    return pod.ok ? succeed({ object: pod.value }) : pod;
  };
  return new ChangePlanner(backing, served, request, change, { asIs: true, show: boundAnswer });
}

function actPlanner(backing: Backing, served: Served, request: CreateRequest): Result<Planner> {
  const { path } = request;
  const admission = new Admission(backing, served, request, "CREATE");
  const planned = (plannerOf: (act: UntypedObject) => Planner) => succeed(new ActPlanner(admission, request.body, plannerOf));
  if (path.subresource === "binding") return planned((binding) => bindingPlanner(backing, served, request, binding));
  if (path.subresource === "eviction")
    return planned((eviction) => {
      const { deleteOptions: options = {} } = eviction as { deleteOptions?: object };
      const extras = {
        together: spendBudget.bind(undefined, backing),
        marked: markEvicted.bind(undefined, backing),
        answer: evictedAnswer,
      };
      return new DeletePlanner({ backing, served, asking: request, options }, extras);
    });
  const what = `create of ${path.resource}/${path.subresource} is not implemented by this server`;
  return fail(genericFailure(501, "NotImplemented", what));
}
