/**
 * Structures go with what is in them: who owned all that a structure has of his own owns, when it comes to taking it away, the structure
 * too, though he need not be told of as its owner. Source: sigs.k8s.io/structured-merge-diff/v4, fieldpath.
 */
import type { Atom } from "./atom.js";
import { type FieldSet, mapNodes, withMember } from "./field-set.js";
import type { PathElement } from "./path-element.js";

/** The set with all fields in it that its type names and that it has anything beneath; entries of maps and items of lists stay as they are. */
export const withNamedFields = (atom: Atom | undefined, set: FieldSet): FieldSet =>
  mapNodes(set, (element, node) => {
    const { isNamed, inner } = at(atom, element);
    const beneath = withNamedFields(inner, node);
    return isNamed ? withMember(beneath) : beneath;
  });

function at(atom: Atom | undefined, element: PathElement): { readonly isNamed: boolean; readonly inner: Atom | undefined } {
  if (element.startsWith("k:")) return { isNamed: false, inner: atom?.list?.items };
  const field = element.startsWith("f:") ? atom?.map?.field(element.slice(2)) : undefined;
  const inner = element.startsWith("f:") ? (field?.atom ?? atom?.map?.values) : undefined;
  return { isNamed: field !== undefined, inner };
}
