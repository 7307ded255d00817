/** Which Services a change of a pod concerns. */
import { deepEqual } from "../../../../src/api/json-value.js";
import { compileLabelMap, type LabelPredicate } from "../../../../src/api/selectors.js";
import type { Pod, Service } from "../../../../src/api/types.js";
import type { Informed, ObjectChange } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { servesOtherwise } from "./pod-endpoint.js";

export class SelectingServices {
  private readonly selectors = new WeakMap<Service, LabelPredicate>();

  constructor(private readonly services: Informed<Service>) {}

  /** The keys of the Services that must look at their pods again. */
  concernedBy(change: ObjectChange<Pod>): string[] {
    if (change.type !== "updated") return this.selecting(change.object);
    const { object, previous } = change;
    const relabelled = !deepEqual(previous.metadata.labels ?? {}, object.metadata.labels ?? {});
    if (!relabelled) return servesOtherwise(previous, object) ? this.selecting(object) : [];
    return [...new Set([...this.selecting(previous), ...this.selecting(object)])];
  }

  /** The keys of the Services whose selector matches the pod. */
  selecting(pod: Pod): string[] {
    const inNamespace = this.services.store.by("namespace", pod.metadata.namespace ?? "");
    return inNamespace.filter((service) => this.selectorOf(service)(pod.metadata.labels)).map(keyOf);
  }

  selectorOf(service: Service): LabelPredicate {
    const known = this.selectors.get(service);
    if (known !== undefined) return known;
    const compiled = compileLabelMap(service.spec?.selector);
    this.selectors.set(service, compiled);
    return compiled;
  }
}
