/**
 * May this user do that, asked by whoever wants to know:
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
import { type FieldError, invalidValue } from "../../../../src/api/field-errors.js";
import { fail, invalid, type Result, succeed } from "../../../../src/api/status.js";
import type {
  FieldSelectorAttributes,
  LocalSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import type { Attributes } from "../attributes.js";
import type { Authorizer } from "../authorizer.js";

type Spec = SubjectAccessReviewSpec | SelfSubjectAccessReviewSpec;

const exactlyOne = "exactly one of nonResourceAttributes or resourceAttributes must be specified";

function questionErrors({ resourceAttributes, nonResourceAttributes }: Spec): FieldError[] {
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined)
    return [invalidValue("spec.nonResourceAttributes", "null", "cannot be specified in combination with resourceAttributes")];
  if (resourceAttributes === undefined && nonResourceAttributes === undefined)
    return [invalidValue("spec.resourceAttributes", "null", exactlyOne)];
  return selectorErrors(resourceAttributes?.fieldSelector);
}

function selectorErrors(selector: FieldSelectorAttributes | undefined): FieldError[] {
  if (selector === undefined) return [];
  const path = "spec.resourceAttributes.fieldSelector";
  const { rawSelector = "", requirements = [] } = selector;
  if (rawSelector !== "" && requirements.length > 0)
    return [invalidValue(`${path}.rawSelector`, rawSelector, "may not specified at the same time as requirements")];
  if (rawSelector === "" && requirements.length === 0)
    return [
      {
        type: "FieldValueRequired",
        field: `${path}.requirements`,
        body: "Required value: when fieldSelector is specified, requirements or rawSelector is required",
      },
    ];
  return [];
}

/** The requirements that name one value; others only narrow a request, which needs no more rights for that. */
const selectorText = ({ rawSelector, requirements = [] }: FieldSelectorAttributes = {}): string =>
  rawSelector ??
  requirements
    .filter(({ operator, values = [] }) => operator === "In" && values.length === 1)
    .map(({ key, values }) => `${key}=${values?.[0]}`)
    .join(",");

function questionOf({ resourceAttributes: resource, nonResourceAttributes: path }: Spec): Attributes {
  if (resource === undefined) return { verb: path?.verb ?? "", path: path?.path ?? "" };
  const { verb = "", group = "", resource: plural = "", subresource = "", namespace = "", name = "" } = resource;
  return { verb, group, resource: plural, subresource, namespace, name, fieldSelector: selectorText(resource.fieldSelector) };
}

function answer(authorizer: Authorizer, user: ApiUser, spec: Spec): SubjectAccessReviewStatus {
  const { allowed, reason } = authorizer.authorize(user, questionOf(spec));
  return { allowed, ...(reason === "" ? {} : { reason }) };
}

const kindOf = (kind: string) => ({ group: "authorization.k8s.io", kind });

/** SelfSubjectAccessReview: may I do that? */
export function reviewOwnAccess(
  authorizer: Authorizer,
  user: ApiUser,
  spec: SelfSubjectAccessReviewSpec = {},
): Result<SubjectAccessReviewStatus> {
  const errors = questionErrors(spec);
  return errors.length > 0
    ? fail(invalid(kindOf("SelfSubjectAccessReview"), "", errors))
    : succeed(answer(authorizer, user, spec));
}

function subjectErrors({ user = "", groups = [] }: SubjectAccessReviewSpec): FieldError[] {
  return user === "" && groups.length === 0
    ? [invalidValue("spec.user", user, "at least one of user or group must be specified")]
    : [];
}

const subjectOf = ({ user = "", uid, groups = [], extra }: SubjectAccessReviewSpec): ApiUser => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra: new Map(Object.entries(extra)) }),
});

/** SubjectAccessReview: may somebody else do that? */
export function reviewAccess(authorizer: Authorizer, spec: SubjectAccessReviewSpec = {}): Result<SubjectAccessReviewStatus> {
  const errors = [...questionErrors(spec), ...subjectErrors(spec)];
  if (errors.length > 0) return fail(invalid(kindOf("SubjectAccessReview"), "", errors));
  return succeed(answer(authorizer, subjectOf(spec), spec));
}

/** LocalSubjectAccessReview: the same, of the namespace that it is asked in. */
export function reviewLocalAccess(
  authorizer: Authorizer,
  namespace: string,
  { spec = {} }: LocalSubjectAccessReview,
): Result<SubjectAccessReviewStatus> {
  const errors = [...questionErrors(spec), ...subjectErrors(spec)];
  const asked = spec.resourceAttributes;
  if (asked !== undefined && (asked.namespace ?? "") !== namespace)
    errors.push(invalidValue("spec.resourceAttributes.namespace", asked.namespace ?? "", "must match metadata.namespace"));
  if (spec.nonResourceAttributes !== undefined)
    errors.push(invalidValue("spec.nonResourceAttributes", "null", "disallowed on this kind of request"));
  if (errors.length > 0) return fail(invalid(kindOf("LocalSubjectAccessReview"), "", errors));
  return succeed(answer(authorizer, subjectOf(spec), spec));
}
