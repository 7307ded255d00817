import type { CustomVersion } from "../../../src/api/custom/version.js";
import { compileSelector, exactFieldValue, type ObjectPredicate, parseFieldSelector } from "../../../src/api/selectors.js";
import { type Result, succeed } from "../../../src/api/status.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { StoredObject } from "./stored-object.js";

/** Which objects of a resource a list or watch is about. */
export class Selection {
  constructor(
    /** "" for all. */
    readonly namespace: string,
    /** The one name that can match, where the field selector says so. */
    readonly name: string | undefined,
    /** The node that matching pods are bound to, where the field selector says so. */
    readonly nodeName: string | undefined,
    private readonly predicate: ObjectPredicate | undefined,
    /** How the selector sees a stored object: in the words of the version that was asked for. */
    private readonly view: ((object: UntypedObject) => UntypedObject) | undefined,
  ) {}

  /** True when objects need not be looked into: all of the namespace match. */
  get everything(): boolean {
    return this.predicate === undefined && this.name === undefined && this.nodeName === undefined;
  }

  matches(stored: StoredObject): boolean {
    if (this.namespace !== "" && stored.namespace !== this.namespace) return false;
    if (this.name !== undefined && stored.name !== this.name) return false;
    if (this.nodeName !== undefined && stored.nodeName !== this.nodeName) return false;
    if (this.predicate === undefined) return true;
    return this.predicate(this.view === undefined ? stored.object : this.view(stored.object));
  }
}

export interface SelectionQuery {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** Reads the selectors of a request for objects of one kind; 400 when they do not parse. */
export function selectionOf(
  query: SelectionQuery,
  kind: { readonly group: string; readonly kind: string; readonly custom?: CustomVersion },
  view?: (object: UntypedObject) => UntypedObject,
): Result<Selection> {
  const { namespace = "", labelSelector = "", fieldSelector = "" } = query;
  const predicate = compileSelector({ labelSelector, fieldSelector }, kind.group, kind.kind, kind.custom);
  if (!predicate.ok) return predicate;
  const terms = parseFieldSelector(fieldSelector);
  const exact = (field: string) => (terms.ok ? exactFieldValue(terms.value, field) : undefined);
  const isPod = kind.group === "" && kind.kind === "Pod";
  const name = query.name ?? exact("metadata.name");
  const nodeName = isPod ? exact("spec.nodeName") : undefined;
  const [term, ...others] = terms.ok ? terms.value : [];
  // What kubelets ask for needs no look inside: which node a pod is on is known beside it.
  const onlyNode = labelSelector === "" && nodeName !== undefined && term?.field === "spec.nodeName" && others.length === 0;
  return succeed(new Selection(namespace, name, nodeName, onlyNode ? undefined : predicate.value, view));
}
