import type { KubernetesObject, UntypedObject } from "../../../src/api/types.js";
import { decodeJson, type Json } from "../../../src/wire/json.js";
import type { KeyValue } from "../../etcd/messages.js";
import { managedFieldsOf, withoutManagedFields, withResourceVersion } from "./stored-text.js";

/** One object as the watch cache keeps it: its text, and what it says once somebody looks inside. */
export class StoredObject {
  private decoded: UntypedObject | undefined;
  private node: string | undefined;

  constructor(
    readonly key: string,
    readonly namespace: string,
    readonly name: string,
    /** With resourceVersion. */
    readonly json: Json<KubernetesObject>,
    readonly revision: bigint,
  ) {}

  static of(kv: KeyValue): StoredObject {
    const { namespace, name } = namesIn(kv.key);
    return new StoredObject(kv.key, namespace, name, withResourceVersion(kv.value, kv.modRevision), kv.modRevision);
  }

  /** The same object as it was written at a later revision. `text` is without resourceVersion. */
  next(text: string, revision: bigint): StoredObject {
    return new StoredObject(this.key, this.namespace, this.name, withResourceVersion(text, revision), revision);
  }

  /** Shared by all who look: never to be changed. It is without managedFields, as copies are: few ask who owns what. */
  get object(): UntypedObject {
    this.decoded ??= this.copy();
    return this.decoded;
  }

  /** metadata.managedFields as text; "" when nobody manages the object. */
  get managedFields(): string {
    return managedFieldsOf(this.json);
  }

  /** The node that a pod is bound to; "" for none. */
  get nodeName(): string {
    const spec = this.node === undefined ? ((this.decoded ?? this.copy()).spec as { nodeName?: string } | undefined) : undefined;
    this.node ??= spec?.nodeName ?? "";
    return this.node;
  }

  /** Lets go of the decoded form: most objects are looked into once, when they change. */
  forget(): void {
    this.decoded = undefined;
  }

  /** An object of its own, which the caller may change. */
  copy(): UntypedObject {
    return decodeJson(withoutManagedFields(this.json) as Json<UntypedObject>);
  }

  /** A copy with its managedFields. */
  wholeCopy(): UntypedObject {
    return decodeJson(this.json as Json<UntypedObject>);
  }
}

/** `/registry/<group>/<resource>/` of a key: where objects of one resource are. Undefined for keys of another form. */
export function prefixOf(key: string): string | undefined {
  if (!key.startsWith("/registry/")) return undefined;
  const group = key.indexOf("/", 10);
  const resource = group < 0 ? -1 : key.indexOf("/", group + 1);
  return resource < 0 ? undefined : key.slice(0, resource + 1);
}

/** The namespace and name that follow the prefix; the namespace is "" for objects of the whole cluster. */
export function namesIn(key: string): { namespace: string; name: string } {
  const rest = key.slice((prefixOf(key) ?? "").length);
  const slash = rest.indexOf("/");
  return slash < 0 ? { namespace: "", name: rest } : { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
}
