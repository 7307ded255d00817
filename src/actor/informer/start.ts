import type { Actor } from "xstate";
import type { ResourcePath } from "../../../actors/apiserver/messages.js";
import type { KubernetesObject } from "../../api/types.js";
import type { Host } from "../host.js";
import { informerMachine } from "./machine.js";
import { Reflection, type Selection } from "./reflection.js";
import type { Change, Store } from "./store.js";

export interface InformerOptions<T extends KubernetesObject> {
  /** Name of the chart: `informer pods`. */
  readonly id: string;
  readonly path: ResourcePath;
  readonly selection?: Selection;
  readonly store: Store<T>;
  /** Told of each change after the store has it; typically sends an event to a chart. */
  readonly onChange: (change: Change<T>) => void;
}

/** Starts to follow a resource. Send the chart `stop` to end it. */
export function startInformer<T extends KubernetesObject>(
  host: Host,
  options: InformerOptions<T>,
): Actor<typeof informerMachine> {
  const { id, path, selection = {}, store, onChange } = options;
  const reflection = new Reflection(
    host,
    path,
    selection,
    store as unknown as Store<KubernetesObject>,
    onChange as (change: Change<KubernetesObject>) => void,
  );
  return host.charts.start(informerMachine, { id, input: { reflection } });
}
