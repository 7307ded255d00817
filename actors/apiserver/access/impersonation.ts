/**
 * Asking as somebody else: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 * Each part of who is to be spoken for is something that RBAC must allow the one who asks to impersonate.
 */
import { type ApiError, fail, type Result, succeed } from "../../../src/api/status.js";
import type { Impersonated } from "../messages.js";
import type { ApiUser } from "../request.js";
import { type Decision, forbiddenRequest, type ResourceAttributes } from "./attributes.js";
import type { Authorizer } from "./authorizer.js";
import { accountOf, anonymousName, authenticatedGroup, groupsOfAccount, unauthenticatedGroup } from "./users.js";

const impersonate = (resource: string, name: string, more: Partial<ResourceAttributes> = {}): ResourceAttributes => ({
  verb: "impersonate",
  group: "",
  resource,
  subresource: "",
  namespace: "",
  name,
  fieldSelector: "",
  ...more,
});

const authentication = { group: "authentication.k8s.io" } as const;

/** Everything that must be allowed. */
function parts({ user, uid, groups = [], extra = new Map<string, readonly string[]>() }: Impersonated): ResourceAttributes[] {
  const account = accountOf(user);
  return [
    account === undefined
      ? impersonate("users", user)
      : impersonate("serviceaccounts", account.name, { namespace: account.namespace }),
    ...groups.map((group) => impersonate("groups", group)),
    ...(uid === undefined ? [] : [impersonate("uids", uid, authentication)]),
    ...[...extra].flatMap(([key, values]) =>
      values.map((value) => impersonate("userextras", value, { ...authentication, subresource: key })),
    ),
  ];
}

/** The one who is spoken for, if that is allowed; 403 names the first part that is not. */
export function impersonated(authorizer: Authorizer, asker: ApiUser, as: Impersonated): Result<ApiUser> {
  for (const asked of parts(as)) {
    const decision = authorizer.authorize(asker, asked);
    if (!decision.allowed) return fail(refusal(asker, asked, decision));
  }
  return succeed(userFor(as));
}

const refusal = (asker: ApiUser, asked: ResourceAttributes, decision: Decision): ApiError =>
  forbiddenRequest(asker, asked, decision);

/** A service account is in its groups, unless groups are named; whoever is not anonymous is authenticated. */
export function userFor({ user, uid, groups = [], extra }: Impersonated): ApiUser {
  const account = accountOf(user);
  const named = groups.length === 0 && account !== undefined ? groupsOfAccount(account.namespace) : groups;
  const standing = user === anonymousName ? unauthenticatedGroup : authenticatedGroup;
  const stands = named.includes(authenticatedGroup) || named.includes(unauthenticatedGroup);
  return {
    name: user,
    groups: stands ? named : [...named, standing],
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  };
}
