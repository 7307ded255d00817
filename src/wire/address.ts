/** Who an actor is on the wire. Roles are the seven components, and `user`: whoever drives a cluster from outside. */
export const roles = ["apiserver", "etcd", "scheduler", "controller-manager", "kubelet", "kube-proxy", "runc", "user"] as const;

export type Role = (typeof roles)[number];

/**
 * `<role>/<instance>`: `apiserver/0`, `etcd/0`, `kubelet/node-1`. The instance of a node's three actors is
 * the name of the node.
 */
export type Address = `${Role}/${string}`;

export const address = (role: Role, instance: string | number): Address => `${role}/${instance}`;

export function roleOf(of: Address): Role {
  return of.slice(0, of.indexOf("/")) as Role;
}

export function instanceOf(of: Address): string {
  return of.slice(of.indexOf("/") + 1);
}

const nodeRoles: ReadonlySet<Role> = new Set(["kubelet", "kube-proxy", "runc"]);

/** The node that an actor belongs to, or undefined for the actors of the control plane. */
export function nodeOf(of: Address): string | undefined {
  return nodeRoles.has(roleOf(of)) ? instanceOf(of) : undefined;
}

/** Reads an address as a user wrote it. Throws a RangeError that names the rule. */
export function parseAddress(text: string): Address {
  const slash = text.indexOf("/");
  const role = text.slice(0, slash);
  if (slash < 1 || slash === text.length - 1 || !(roles as readonly string[]).includes(role)) {
    throw new RangeError(`invalid actor address "${text}": must be <role>/<instance>, where role is one of ${roles.join(", ")}`);
  }
  return text as Address;
}
