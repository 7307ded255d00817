/** Which fields a write can change at all, where that is easier said than what it cannot. Source: sigs.k8s.io/structured-merge-diff/v4, fieldpath. */
import { type FieldSet, filterNodes } from "./field-set.js";
import type { PathElement } from "./path-element.js";

/** `all`: this and all beneath it. `*` stands for any element. */
export type FieldMask = "all" | { readonly [element: PathElement]: FieldMask };

export const anyElement = "*";

/** What is in a set and in a mask, and what leads there, where that is in the set. */
export function within(set: FieldSet, mask: FieldMask): FieldSet {
  if (mask === "all") return set;
  return filterNodes(set, (element, node) => {
    const inner = mask[element] ?? mask[anyElement];
    return inner === undefined ? undefined : within(node, inner);
  });
}
