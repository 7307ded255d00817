/**
 * May this user do that? Asked before every request, whichever way it came; the first that allows it decides: membership in
 * system:masters, the node authorizer, RBAC. Answered at once from the watch cache.
 */
import type { AccessQuestion, AccessView } from "../../../src/api/admission/access-view.js";
import type { PolicyRule, RoleRef } from "../../../src/api/types.js";
import type { ApiUser } from "../request.js";
import type { WatchCache } from "../watch-cache/cache.js";
import type { Attributes, Decision } from "./attributes.js";
import { NodeAuthorizer } from "./node/authorizer.js";
import { RbacAuthorizer } from "./rbac/authorizer.js";
import { Grants } from "./rbac/grants.js";

/** Whoever is in it may do everything: the way in when RBAC itself is broken. */
export const superusers = "system:masters";

const allowedToSuperusers: Decision = { allowed: true, reason: "" };

export class Authorizer implements AccessView {
  private readonly grants: Grants;
  private readonly nodes: NodeAuthorizer;
  private readonly rbac: RbacAuthorizer;

  constructor(cache: WatchCache) {
    this.grants = new Grants(cache);
    this.nodes = new NodeAuthorizer(cache);
    this.rbac = new RbacAuthorizer(this.grants);
  }

  allows(user: ApiUser, { verb, group, resource, namespace = "", name = "" }: AccessQuestion): boolean {
    return this.authorize(user, { verb, group, resource, subresource: "", namespace, name, fieldSelector: "" }).allowed;
  }

  rulesFor(user: ApiUser, namespace: string) {
    return this.grants.rulesFor(user, namespace);
  }

  rulesOf(role: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.grants.rulesOf(role, namespace);
  }

  authorize(user: ApiUser, asked: Attributes): Decision {
    if (user.groups.includes(superusers)) return allowedToSuperusers;
    const asNode = this.nodes.authorize(user, asked);
    if (asNode?.allowed === true) return asNode;
    const byRole = this.rbac.authorize(user, asked);
    if (byRole.allowed || asNode === undefined || asNode.reason === "") return byRole;
    return { allowed: false, reason: byRole.reason === "" ? asNode.reason : `${asNode.reason}\n${byRole.reason}` };
  }
}
