import type { ApiError } from "../../../src/api/status.js";
import type { Backing } from "../backing.js";
import type { GetRequest, ListRequest, Respond } from "../request.js";
import type { Served } from "../served.js";
import { showScale } from "../subresources/scale.js";
import { selectionOf } from "../watch-cache/selection.js";
import type { ReadBatches } from "./batch.js";
import { readMachine } from "./machine.js";
import { Read, type ReadPlan } from "./read.js";
import { readAtOfGet, readAtOfList } from "./resource-version.js";

/** Answers a get or list, at once where it may; otherwise its batch or a chart named `id` waits for what it needs. */
export function startRead(
  backing: Backing,
  batches: ReadBatches,
  id: string,
  request: GetRequest | ListRequest,
  respond: Respond,
): void {
  const served = backing.catalog.partFor(request.path, request.verb);
  if (!served.ok) {
    respond({ ok: false, error: served.error });
    return;
  }
  const plan = request.verb === "get" ? planGet(request, served.value) : planList(request, served.value);
  if ("error" in plan) {
    respond({ ok: false, error: plan.error });
    return;
  }
  const read = new Read(backing, request, plan.value, respond);
  if (read.ready) read.answer();
  else if (read.mustBeNewest) batches.join(read);
  else backing.host.charts.start(readMachine, { id, input: { read } });
}

type Planned = { readonly value: ReadPlan } | { readonly error: ApiError };

function planGet({ path, resourceVersion }: GetRequest, served: Served): Planned {
  const at = readAtOfGet(served.groupResource, path.name ?? "", resourceVersion);
  if (!at.ok) return at;
  const show = path.subresource === "scale" ? showScale(served) : undefined;
  return { value: { served, at: at.value, selection: undefined, show } };
}

function planList({ path, options }: ListRequest, served: Served): Planned {
  const at = readAtOfList(served.groupResource, options);
  if (!at.ok) return at;
  const { labelSelector, fieldSelector } = options;
  const query = { namespace: path.namespace, name: path.name, labelSelector, fieldSelector };
  const selection = selectionOf(query, served.resource, served.view);
  return selection.ok ? { value: { served, at: at.value, selection: selection.value } } : selection;
}
