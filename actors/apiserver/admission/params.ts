/** The parameters that a binding gives its policy. https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources */
import { parseApiVersion } from "../../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../../src/api/paths.js";
import { compileLabelSelector } from "../../../src/api/selectors.js";
import type { ParamKind, ParamRef, UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import type { Served } from "../served.js";

/** One evaluation for each; `undefined` stands for no parameter. Or why the policy or its binding cannot be used. */
export type Params =
  | { readonly ok: true; readonly params: ReadonlyArray<UntypedObject | undefined> }
  | { readonly ok: false; readonly of: "policy" | "binding"; readonly why: string };

const withoutParams: Params = { ok: true, params: [undefined] };

export function paramsOf(
  backing: Pick<Backing, "cache" | "catalog">,
  kind: ParamKind | undefined,
  ref: ParamRef | undefined,
  namespace: string,
): Params {
  if (kind === undefined) return withoutParams;
  const { apiVersion = "", kind: name = "" } = kind;
  const resource = backing.catalog.resources.byObject(apiVersion, name);
  if (resource === undefined) {
    const { group, version } = parseApiVersion(apiVersion) ?? { group: "", version: apiVersion };
    const why = `failed to find resource referenced by paramKind: '${group}/${version}, Kind=${name}'`;
    return { ok: false, of: "policy", why };
  }
  if (ref === undefined) return withoutParams;
  const unusable = (why: string): Params => ({ ok: false, of: "binding", why });
  const within = ref.namespace ? ref.namespace : namespace;
  if (!resource.namespaced && ref.namespace)
    return unusable("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  if (resource.namespaced && within === "")
    return unusable("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
  const params = found(backing, backing.catalog.of(resource), ref, resource.namespaced ? within : "");
  if (params.length === 0 && ref.parameterNotFoundAction === "Deny")
    return unusable("no params found for policy binding with `Deny` parameterNotFoundAction");
  return { ok: true, params };
}

function found(
  { cache }: Pick<Backing, "cache">,
  { resource, view }: Served,
  { name = "", selector }: ParamRef,
  namespace: string,
): UntypedObject[] {
  const seen = (object: UntypedObject): UntypedObject => (view === undefined ? object : view(object));
  if (name !== "") {
    const stored = cache.get(storageKey(resource, namespace, name));
    return stored === undefined ? [] : [seen(stored.object)];
  }
  const selects = compileLabelSelector(selector);
  const all = cache.store(storagePrefix(resource)).from(storagePrefix(resource, namespace));
  return Array.from(all, ({ object }) => object)
    .filter(({ metadata }) => selects(metadata.labels))
    .map(seen);
}
