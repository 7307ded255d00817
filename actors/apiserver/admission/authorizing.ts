/** What expressions may ask the authorizer. https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library */
import {
  type AuthorizationSource,
  AuthorizerValue,
  type CheckedAccount,
  ResourceCheckValue,
} from "../../../src/api/cel/library/authorization.js";
import type { Subject } from "../../../src/api/policies/evaluation.js";
import { authenticatedGroup, groupsOfAccount } from "../access/users.js";
import type { ApiUser } from "../request.js";
import type { Attributes } from "./attributes.js";

/** The values of `authorizer` and `authorizer.requestResource` for one request. */
export function authorizingFor(attributes: Attributes): NonNullable<Subject["authorizer"]> {
  const { authorizer, user, group, resource, subresource, namespace, name } = attributes;
  const asked = (account: CheckedAccount | undefined): ApiUser => (account === undefined ? user : accountUser(account));
  const source: AuthorizationSource = {
    mayOnResource: (verb, { labelSelector: _unusedByRoles, ...check }, account) => ({
      ...authorizer.authorize(asked(account), { verb, ...check }),
      error: "",
    }),
    mayOnPath: (verb, path, account) => ({ ...authorizer.authorize(asked(account), { verb, path }), error: "" }),
  };
  const value = new AuthorizerValue(source);
  const check = { group, resource, subresource, namespace, name, fieldSelector: "", labelSelector: "" };
  return { authorizer: value, requestResource: new ResourceCheckValue(value, check) };
}

/** Who a service account is: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens */
const accountUser = ({ namespace, name }: CheckedAccount): ApiUser => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: [...groupsOfAccount(namespace), authenticatedGroup],
});
