/** What plugins may ask about who may do what. */
import type { PolicyRule, RoleRef } from "../generated/types.js";
import type { Requester } from "./plugin.js";

/** A verb on a resource; what is left out is "". */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface AccessView {
  allows(user: Requester, asked: AccessQuestion): boolean;
  /** Every rule of the roles that are bound to a user, for the cluster and in the namespace, and what kept it from being known. */
  rulesFor(user: Requester, namespace: string): { readonly rules: readonly PolicyRule[]; readonly problems: readonly string[] };
  /** Of a role that a binding in `namespace` refers to; undefined when there is none. */
  rulesOf(role: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}
