/** Which actors a cluster of threads is made of, from which the driver makes workers. */
import type { MessagePort } from "node:worker_threads";
import type { Address, Role } from "../wire/address.js";

export interface Equipment {
  readonly settings: unknown;
  readonly transfer?: readonly MessagePort[];
}

export interface ActorPlan {
  readonly address: Address;
  /** The worker's module. */
  readonly entry: URL;
  /** What the worker of the next incarnation is given; asked for at each start. Ports in it are listed to be transferred. */
  readonly equip: () => Equipment;
  /** Above this the worker ends with an out-of-memory error and is restarted. */
  readonly heapMostMegabytes: number;
}

/** Actors stop group by group: who works for others goes last. The milliseconds are what each group is given. */
export const stopOrder: ReadonlyArray<{ readonly roles: readonly Role[]; readonly withinMs: number }> = [
  { roles: ["kubelet"], withinMs: 1_200 },
  { roles: ["kube-proxy", "runc"], withinMs: 900 },
  { roles: ["scheduler", "controller-manager"], withinMs: 600 },
  { roles: ["apiserver"], withinMs: 900 },
  { roles: ["etcd"], withinMs: 1_000 },
];

/** The module of a role's worker, or of a container's: one bundled file, found beside this module wherever the package lies. */
export const workerEntry = (role: Role | "shim" | "container" | "yaml"): URL =>
  new URL(`../../workers/${role}.cjs`, import.meta.url);
