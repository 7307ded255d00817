/**
 * Who is given what: the RBAC objects of the watch cache, found by whom they speak of. Read again when one of them has
 * changed; what was read of an object is kept with it.
 */
import { quote } from "../../../../src/api/go-format.js";
import { builtinResources } from "../../../../src/api/kinds.js";
import { storageKey, storagePrefix } from "../../../../src/api/paths.js";
import type { ClusterRoleBinding, PolicyRule, RoleBinding, RoleRef, Subject } from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import type { WatchCache } from "../../watch-cache/cache.js";
import type { StoredObject } from "../../watch-cache/stored-object.js";

const group = "rbac.authorization.k8s.io";
const resourceOf = (plural: string) => builtinResources().preferred(group, plural)!;
const kept = {
  clusterRoles: resourceOf("clusterroles"),
  clusterRoleBindings: resourceOf("clusterrolebindings"),
  roles: resourceOf("roles"),
  roleBindings: resourceOf("rolebindings"),
} as const;
const prefixes = Object.values(kept).map((resource) => storagePrefix(resource));

/** A binding as it speaks of one of its subjects. */
export interface Grant {
  /** In the order of the keys of all bindings; those of the cluster first. */
  readonly order: number;
  /** "" for the whole cluster. */
  readonly namespace: string;
  readonly roleRef: RoleRef;
  /** `ClusterRoleBinding "admins" of ClusterRole "cluster-admin" to Group "system:masters"` */
  readonly text: string;
}

const subjectKey = (kind: string, name: string): string => `${kind} ${name}`;

/** The keys under which a user's grants are filed. A service account is a user of this name. */
const keysOfUser = ({ name, groups }: ApiUser): string[] => [
  subjectKey("User", name),
  ...groups.map((each) => subjectKey("Group", each)),
];

function keyOfSubject({ kind, name, namespace = "" }: Subject, bindingNamespace: string): string {
  if (kind !== "ServiceAccount") return subjectKey(kind, name);
  return subjectKey("User", `system:serviceaccount:${namespace === "" ? bindingNamespace : namespace}:${name}`);
}

const subjectText = ({ kind, name, namespace = "" }: Subject): string =>
  `${kind} ${quote(kind === "ServiceAccount" ? `${name}/${namespace}` : name)}`;

type Filed = ReadonlyArray<readonly [key: string, grant: Omit<Grant, "order">]>;

const filed = new WeakMap<StoredObject, Filed>();

function file(stored: StoredObject): Filed {
  const known = filed.get(stored);
  if (known !== undefined) return known;
  const { metadata, roleRef, subjects = [], kind } = stored.object as unknown as ClusterRoleBinding | RoleBinding;
  const { namespace = "", name = "" } = metadata;
  const binding = `${kind} ${quote(namespace === "" ? name : `${name}/${namespace}`)} of ${roleRef.kind} ${quote(roleRef.name)}`;
  const made = subjects.map(
    (subject) =>
      [keyOfSubject(subject, namespace), { namespace, roleRef, text: `${binding} to ${subjectText(subject)}` }] as const,
  );
  filed.set(stored, made);
  stored.forget();
  return made;
}

const rules = new WeakMap<StoredObject, readonly PolicyRule[]>();

function rulesIn(stored: StoredObject): readonly PolicyRule[] {
  const known = rules.get(stored);
  if (known !== undefined) return known;
  const made = (stored.object as { rules?: PolicyRule[] }).rules ?? [];
  rules.set(stored, made);
  stored.forget();
  return made;
}

export class Grants {
  private grants = new Map<string, Grant[]>();
  private readAt: readonly bigint[] = [];
  /** Grows whenever what is granted may have changed. */
  version = 0;

  constructor(private readonly cache: WatchCache) {}

  /** Reads again what has changed since. To be called before every question. */
  refresh(): void {
    const { readAt } = this;
    let changed = readAt.length === 0;
    for (let index = 0; index < prefixes.length && !changed; index += 1)
      changed = this.cache.store(prefixes[index]!).changedAt !== readAt[index];
    if (!changed) return;
    this.readAt = prefixes.map((prefix) => this.cache.store(prefix).changedAt);
    this.version += 1;
    this.grants = new Map();
    let order = 0;
    for (const resource of [kept.clusterRoleBindings, kept.roleBindings]) {
      const prefix = storagePrefix(resource);
      for (const stored of this.cache.store(prefix).from(prefix)) {
        for (const [key, grant] of file(stored)) {
          const grants = this.grants.get(key) ?? [];
          grants.push({ ...grant, order: order++ });
          this.grants.set(key, grants);
        }
      }
    }
  }

  /** What is granted to a user for the whole cluster and in a namespace, in the order in which it is looked at. */
  grantsOf(user: ApiUser, namespace: string): Grant[] {
    const found = keysOfUser(user).flatMap((key) => this.grants.get(key) ?? []);
    return found
      .filter((grant) => grant.namespace === "" || grant.namespace === namespace)
      .sort((one, other) => one.order - other.order);
  }

  /** The rules of a role that a binding in `namespace` refers to; undefined when there is no such role. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const key = kind === "Role" ? storageKey(kept.roles, namespace, name) : storageKey(kept.clusterRoles, "", name);
    const stored = this.cache.get(key);
    return stored === undefined ? undefined : rulesIn(stored);
  }

  /** Everything that a user may do in a namespace, and what could not be found out. */
  rulesFor(user: ApiUser, namespace: string): { readonly rules: readonly PolicyRule[]; readonly problems: readonly string[] } {
    this.refresh();
    const problems: string[] = [];
    const found = this.grantsOf(user, namespace).flatMap(({ roleRef, namespace: within }) => {
      const given = this.rulesOf(roleRef, within);
      if (given === undefined) problems.push(missingRole(roleRef));
      return given ?? [];
    });
    return { rules: found, problems };
  }
}

/** How a binding to a role that is not there is told. */
export const missingRole = ({ kind, name }: RoleRef): string => `${kind.toLowerCase()}.${group} ${quote(name)} not found`;
