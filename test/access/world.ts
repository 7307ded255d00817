/** An authorizer over a watch cache with given objects in it, without an API server around it. */
import type { Attributes } from "../../actors/apiserver/access/attributes.js";
import { resourceAttributes } from "../../actors/apiserver/access/attributes.js";
import { Authorizer } from "../../actors/apiserver/access/authorizer.js";
import type { ApiUser } from "../../actors/apiserver/request.js";
import { bootstrapPolicy } from "../../actors/apiserver/setup/access/policy.js";
import { WatchCache } from "../../actors/apiserver/watch-cache/cache.js";
import { storedText } from "../../actors/apiserver/watch-cache/stored-text.js";
import type { KeyValue } from "../../actors/etcd/messages.js";
import { builtinResources } from "../../src/api/kinds.js";
import { storageKey } from "../../src/api/paths.js";
import type { KubernetesObject, UntypedObject } from "../../src/api/types.js";

const rbac = "rbac.authorization.k8s.io";

export class AccessWorld {
  readonly cache = new WatchCache();
  readonly authorizer = new Authorizer(this.cache);
  private revision = 0n;

  constructor(objects: readonly KubernetesObject[] = []) {
    for (const object of objects) this.put(object);
  }

  put(object: KubernetesObject): void {
    this.apply("put", object);
  }

  remove(object: KubernetesObject): void {
    this.apply("delete", object);
  }

  /** `list pods/log in default named web`, or `get /healthz`: allowed, or refused with its reason. */
  may(user: ApiUser, question: string): string {
    const { allowed, reason } = this.authorizer.authorize(user, attributes(question));
    return `${allowed ? "yes" : "no"}${reason === "" ? "" : `: ${reason}`}`;
  }

  private apply(type: "put" | "delete", object: KubernetesObject): void {
    this.revision += 1n;
    const resource = builtinResources().byObject(object.apiVersion ?? "v1", object.kind ?? "")!;
    const { namespace = "", name = "" } = object.metadata;
    const key = storageKey(resource, namespace, name);
    const value = type === "put" ? storedText(structuredClone(object) as UntypedObject) : "";
    const revision = this.revision;
    const kv: KeyValue = { key, value, createRevision: revision, modRevision: revision, version: 1, lease: 0n };
    this.cache.apply({ events: [{ type, kv }], revision });
  }
}

/** `verb resource.group/subresource [in namespace] [named name] [where selector]`, or `verb /path`. */
export function attributes(question: string): Attributes {
  const [, verb = "", what = "", namespace, name, selector = ""] =
    /^(\S+) (\S+)(?: in (\S+))?(?: named (\S+))?(?: where (\S+))?$/.exec(question) ?? [];
  if (what.startsWith("/")) return { verb, path: what };
  const [whole = "", subresource] = what.split("/");
  const dot = whole.indexOf(".");
  const path = {
    group: dot < 0 ? "" : whole.slice(dot + 1),
    version: "v1",
    resource: dot < 0 ? whole : whole.slice(0, dot),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
  return resourceAttributes(verb, path, selector);
}

export const user = (name: string, ...groups: string[]): ApiUser => ({ name, groups });

type Rule = readonly [verbs: string, resources: string, more?: object];

const rulesOf = (rules: readonly Rule[]) =>
  rules.map(([verbs, resources, more = {}]) => ({
    apiGroups: [""],
    resources: resources.split(" "),
    verbs: verbs.split(" "),
    ...more,
  }));

export const aClusterRole = (name: string, ...rules: Rule[]): UntypedObject => ({
  kind: "ClusterRole",
  apiVersion: `${rbac}/v1`,
  metadata: { name },
  rules: rulesOf(rules),
});

export const aRole = (namespace: string, name: string, ...rules: Rule[]): UntypedObject => ({
  kind: "Role",
  apiVersion: `${rbac}/v1`,
  metadata: { namespace, name },
  rules: rulesOf(rules),
});

/** `User jane`, `Group devs`, `ServiceAccount namespace/name`, or `ServiceAccount name` of the binding's own namespace. */
function subject(text: string) {
  const [kind = "", name = ""] = text.split(" ");
  if (kind !== "ServiceAccount") return { kind, name, apiGroup: rbac };
  const [namespace, account] = name.includes("/") ? name.split("/") : [undefined, name];
  return { kind, name: account, ...(namespace === undefined ? {} : { namespace }) };
}

/** Binds `Role name` or `ClusterRole name` in a namespace, or with "" in the whole cluster. */
export function aBinding(namespace: string, name: string, role: string, ...subjects: string[]): UntypedObject {
  const [kind = "", roleName = ""] = role.split(" ");
  return {
    kind: namespace === "" ? "ClusterRoleBinding" : "RoleBinding",
    apiVersion: `${rbac}/v1`,
    metadata: { name, ...(namespace === "" ? {} : { namespace }) },
    roleRef: { apiGroup: rbac, kind, name: roleName },
    subjects: subjects.map(subject),
  };
}

/** The roles and bindings of every cluster. */
export const bootstrapped = (...more: UntypedObject[]): AccessWorld =>
  new AccessWorld([...(bootstrapPolicy() as KubernetesObject[]), ...more]);
