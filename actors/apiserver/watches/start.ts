import type { Backing } from "../backing.js";
import type { ApiError, WatchHandle, WatchRequest, WatchSink } from "../request.js";
import { selectionOf } from "../watch-cache/selection.js";
import { watchMachine } from "./machine.js";
import { Watch, watchFrom } from "./watch.js";

/** Starts a watch in a chart named `id`. */
export function startWatch(backing: Backing, id: string, request: WatchRequest, sink: WatchSink): WatchHandle {
  const { path, options } = request;
  const refuse = (error: ApiError): WatchHandle => {
    sink.refused(error);
    return { closed: () => undefined };
  };
  const served = backing.catalog.for(path, "watch");
  if (!served.ok) return refuse(served.error);
  const from = watchFrom(served.value, options);
  if (!from.ok) return refuse(from.error);
  const { labelSelector, fieldSelector } = options;
  const query = { namespace: path.namespace, name: path.name, labelSelector, fieldSelector };
  const selection = selectionOf(query, served.value.resource, served.value.view);
  if (!selection.ok) return refuse(selection.error);
  const watch = new Watch(backing, { served: served.value, selection: selection.value, from: from.value }, options, sink);
  const chart = backing.host.charts.start(watchMachine, { id, input: { watch } });
  return { closed: () => chart.send({ type: "closed" }) };
}
