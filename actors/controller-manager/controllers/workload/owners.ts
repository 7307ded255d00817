/** Which owners a change of one of their objects concerns. */
import { compileLabelSelector } from "../../../../src/api/selectors.js";
import type { KubernetesObject, LabelSelector } from "../../../../src/api/types.js";
import type { Informed, ObjectChange } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { controllerOf } from "../../engine/resources.js";

export interface Selecting extends KubernetesObject {
  spec?: { readonly selector?: LabelSelector };
}

/** The owner that an object names as its controller; for an orphan, every owner that might adopt it. */
function ownersOf<T extends Selecting>(object: KubernetesObject, kind: string, owners: Informed<T>): string[] {
  const { namespace = "", labels } = object.metadata;
  const reference = controllerOf(object);
  if (reference !== undefined) {
    const key = `${namespace}/${reference.name}`;
    return reference.kind === kind && owners.store.get(key)?.metadata.uid === reference.uid ? [key] : [];
  }
  const inNamespace = owners.store.by("namespace", namespace);
  return inNamespace.filter(({ spec }) => compileLabelSelector(spec?.selector)(labels)).map(keyOf);
}

export function ownersConcerned<T extends Selecting>(
  change: ObjectChange<KubernetesObject>,
  kind: string,
  owners: Informed<T>,
): ReadonlySet<string> {
  const before = change.type === "updated" ? ownersOf(change.previous, kind, owners) : [];
  return new Set([...ownersOf(change.object, kind, owners), ...before]);
}
