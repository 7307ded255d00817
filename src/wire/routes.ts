/**
 * Who may say what to whom. Everything passes through an API server, which asks this table before it relays and
 * before it accepts. A pair that is not listed may not speak at all.
 */
import { type Address, nodeOf, type Role, roleOf } from "./address.js";

export interface Route {
  readonly from: Role;
  readonly to: Role;
  /** Names of the messages that may be sent; "*" for all that the receiver declares. */
  readonly says: "*" | readonly string[];
  readonly where?: "same node";
  readonly why: string;
}

const resourceVerbs = ["get", "list", "create", "update", "patch", "delete", "deleteCollection", "watch"] as const;

export const routes: readonly Route[] = [
  { from: "apiserver", to: "etcd", says: "*", why: "only the API server reaches etcd" },
  { from: "apiserver", to: "apiserver", says: "*", why: "API servers relay for each other and tell who is attached where" },
  {
    from: "apiserver",
    to: "kubelet",
    says: ["containerLogs", "exec", "attach", "portForward", "ask"],
    why: "logs, exec and ports of a pod are the kubelet's to give, and what it says of itself",
  },
  { from: "scheduler", to: "apiserver", says: [...resourceVerbs, "trace"], why: "the scheduler reads pods and nodes and binds" },
  { from: "controller-manager", to: "apiserver", says: [...resourceVerbs, "trace"], why: "controllers read and write objects" },
  {
    from: "kubelet",
    to: "apiserver",
    says: [...resourceVerbs, "trace"],
    why: "the kubelet reads its pods and reports their status",
  },
  { from: "kubelet", to: "runc", says: "*", where: "same node", why: "a kubelet drives the container runtime of its own node" },
  { from: "kubelet", to: "kube-proxy", says: ["health"], where: "same node", why: "the kubelet reports how kube-proxy is" },
  {
    from: "kube-proxy",
    to: "apiserver",
    says: ["get", "list", "watch", "create", "patch", "trace"],
    why: "kube-proxy follows Services and EndpointSlices",
  },
  { from: "runc", to: "apiserver", says: ["trace"], why: "runc says nothing of its own accord: it is driven over CRI" },
  { from: "etcd", to: "apiserver", says: ["trace"], why: "etcd answers, and reports its transitions" },
  { from: "user", to: "apiserver", says: "*", why: "whoever drives the cluster" },
];

/** The routes between two roles; looked up for every message that is sent and received. */
const between = new Map<Role, Map<Role, Route[]>>();
for (const route of routes) {
  const fromRole = between.get(route.from) ?? new Map<Role, Route[]>();
  between.set(route.from, fromRole);
  fromRole.set(route.to, [...(fromRole.get(route.to) ?? []), route]);
}

/** Undefined when `from` may say `name` to `to`; otherwise the rule that forbids it. */
export function refusal(from: Address, to: Address, name: string): string | undefined {
  const pair = between.get(roleOf(from))?.get(roleOf(to));
  if (pair === undefined) return `no route from ${roleOf(from)} to ${roleOf(to)}: ${from} may not say ${name} to ${to}`;
  const here = pair.filter((route) => route.where === undefined || nodeOf(from) === nodeOf(to));
  if (here.length === 0)
    return `${roleOf(from)} may speak to ${roleOf(to)} on the same node only: ${from} may not say ${name} to ${to}`;
  if (here.some((route) => route.says === "*" || route.says.includes(name))) return undefined;
  return `${roleOf(from)} may not say ${name} to ${roleOf(to)}: ${from} may only say ${here.flatMap((route) => route.says).join(", ")}`;
}
