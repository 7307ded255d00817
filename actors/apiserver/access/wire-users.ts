/** Who an actor is to the API. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles */
import type { Result } from "../../../src/api/status.js";
import { succeed } from "../../../src/api/status.js";
import { type Address, instanceOf, roleOf } from "../../../src/wire/address.js";
import type { Impersonated } from "../messages.js";
import type { ApiUser } from "../request.js";
import { resourceAttributes } from "./attributes.js";
import { type Authorizer, superusers } from "./authorizer.js";
import { impersonated, userFor } from "./impersonation.js";
import { accountOf, authenticatedGroup, ownUser } from "./users.js";

function userOf(from: Address): ApiUser {
  switch (roleOf(from)) {
    case "kubelet":
      return { name: `system:node:${instanceOf(from)}`, groups: ["system:nodes", authenticatedGroup] };
    case "user":
      return { name: "kubernetes-admin", groups: [superusers, authenticatedGroup] };
    case "apiserver":
      return ownUser;
    default:
      return { name: `system:${roleOf(from).startsWith("kube") ? "" : "kube-"}${roleOf(from)}`, groups: [authenticatedGroup] };
  }
}

/** Users of actors, and those that they speak for: few, each always the same object, with which decisions are kept. */
export class WireUsers {
  private readonly actors = new Map<Address, ApiUser>();
  private readonly accounts = new Map<string, ApiUser>();

  constructor(private readonly authorizer: Authorizer) {}

  /** Who a message is from; an error when its sender may not speak as whom it says. */
  speaker(from: Address, as: Impersonated | undefined): Result<ApiUser> {
    const actor = this.userOf(from);
    if (as === undefined) return succeed(actor);
    return this.mayHaveTokenOf(actor, as) ? succeed(this.accountFor(as)) : impersonated(this.authorizer, actor, as);
  }

  private userOf(from: Address): ApiUser {
    const known = this.actors.get(from) ?? userOf(from);
    this.actors.set(from, known);
    return known;
  }

  /** Controllers act as service accounts: over HTTP by tokens that the controller manager asks for, here by their names alone. */
  private mayHaveTokenOf(actor: ApiUser, { user, uid, groups, extra }: Impersonated): boolean {
    const account = accountOf(user);
    if (account?.namespace !== "kube-system" || uid !== undefined || groups !== undefined || extra !== undefined) return false;
    const token = { group: "", version: "v1", resource: "serviceaccounts", ...account, subresource: "token" };
    return this.authorizer.authorize(actor, resourceAttributes("create", token)).allowed;
  }

  private accountFor(as: Impersonated): ApiUser {
    const known = this.accounts.get(as.user) ?? userFor(as);
    this.accounts.set(as.user, known);
    return known;
  }
}
