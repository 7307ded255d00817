/** Names that Kubernetes gives to users and groups. https://kubernetes.io/docs/reference/access-authn-authz/authentication/ */
import type { ApiUser } from "../request.js";

export const authenticatedGroup = "system:authenticated";
export const unauthenticatedGroup = "system:unauthenticated";
export const anonymousName = "system:anonymous";

/** The API server itself, in what it writes of its own accord. */
export const ownUser: ApiUser = { name: "system:apiserver", groups: ["system:masters", authenticatedGroup] };

/** Who shows nothing. */
export const anonymous: ApiUser = { name: anonymousName, groups: [unauthenticatedGroup] };

const accountPrefix = "system:serviceaccount:";
const accountsGroup = "system:serviceaccounts";

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

export const accountUserName = ({ namespace, name }: ServiceAccountName): string => `${accountPrefix}${namespace}:${name}`;

/** The service account that a user name is of; undefined for other users. */
export function accountOf(userName: string): ServiceAccountName | undefined {
  if (!userName.startsWith(accountPrefix)) return undefined;
  const [namespace = "", name = "", ...more] = userName.slice(accountPrefix.length).split(":");
  return namespace === "" || name === "" || more.length > 0 ? undefined : { namespace, name };
}

export const groupsOfAccount = (namespace: string): string[] => [accountsGroup, `${accountsGroup}:${namespace}`];
