/**
 * May this user do that, asked by whoever wants to know:
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
import { at, type FieldError, forbiddenField, invalidValue, required } from "../../../../src/api/field-errors.js";
import { GoSyntax, quote } from "../../../../src/api/go-format.js";
import { labelValue, qualifiedName } from "../../../../src/api/names.js";
import { fail, invalid, type Result, succeed } from "../../../../src/api/status.js";
import type {
  FieldSelectorAttributes,
  FieldSelectorRequirement,
  LabelSelectorAttributes,
  LocalSubjectAccessReview,
  NonResourceAttributes,
  SelfSubjectAccessReviewSpec,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import type { Attributes } from "../attributes.js";
import type { Authorizer } from "../authorizer.js";

type Spec = SubjectAccessReviewSpec | SelfSubjectAccessReviewSpec;

const exactlyOne = "exactly one of nonResourceAttributes or resourceAttributes must be specified";

const goAttributes = ({ path = "", verb = "" }: NonResourceAttributes): GoSyntax =>
  new GoSyntax(`authorization.NonResourceAttributes{Path:${quote(path)}, Verb:${quote(verb)}}`);

/** `of`: who is asked about, where it is not the one who asks. */
function specErrors({ resourceAttributes, nonResourceAttributes }: Spec, of?: SubjectAccessReviewSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const why = "cannot be specified in combination with resourceAttributes";
    errors.push(invalidValue("spec.nonResourceAttributes", goAttributes(nonResourceAttributes), why));
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined)
    errors.push(invalidValue("spec.resourceAttributes", "null", exactlyOne));
  if (of !== undefined && !of.user && (of.groups ?? []).length === 0)
    errors.push(invalidValue("spec.user", "", "at least one of user or group must be specified"));
  const path = "spec.resourceAttributes";
  return [
    ...errors,
    ...selectorErrors(resourceAttributes?.fieldSelector, `${path}.fieldSelector`),
    ...selectorErrors(resourceAttributes?.labelSelector, `${path}.labelSelector`),
  ];
}

/** Operators that nobody here knows are let pass: whoever asks may be of a later version. */
function selectorErrors(selector: FieldSelectorAttributes | LabelSelectorAttributes | undefined, path: string): FieldError[] {
  if (selector === undefined) return [];
  const { rawSelector = "", requirements = [] } = selector;
  const errors: FieldError[] = [];
  if (rawSelector !== "" && requirements.length > 0)
    errors.push(invalidValue(`${path}.rawSelector`, rawSelector, "may not specified at the same time as requirements"));
  if (rawSelector === "" && requirements.length === 0)
    errors.push(required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`));
  const isOfLabels = path.endsWith(".labelSelector");
  return [
    ...errors,
    ...requirements.flatMap((requirement, index) =>
      requirementErrors(requirement, at(`${path}.requirements`, index), isOfLabels),
    ),
  ];
}

function requirementErrors(
  { key = "", operator, values = [] }: FieldSelectorRequirement,
  path: string,
  isOfLabels: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!isOfLabels && key === "") errors.push(required(`${path}.key`, "must be specified"));
  if ((operator === "In" || operator === "NotIn") && values.length === 0)
    errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  if ((operator === "Exists" || operator === "DoesNotExist") && values.length > 0)
    errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  if (!isOfLabels) return errors;
  const wrong = (place: string, text: string, faults: readonly string[]) => faults.map((why) => invalidValue(place, text, why));
  return [
    ...errors,
    ...wrong(`${path}.key`, key, qualifiedName(key)),
    ...values.flatMap((value, index) => wrong(at(`${path}.values`, index), value, labelValue(value))),
  ];
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
  const errors = specErrors(spec);
  return errors.length > 0
    ? fail(invalid(kindOf("SelfSubjectAccessReview"), "", errors))
    : succeed(answer(authorizer, user, spec));
}

const subjectOf = ({ user = "", uid, groups = [], extra }: SubjectAccessReviewSpec): ApiUser => ({
  name: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra: new Map(Object.entries(extra)) }),
});

/** SubjectAccessReview: may somebody else do that? */
export function reviewAccess(authorizer: Authorizer, spec: SubjectAccessReviewSpec = {}): Result<SubjectAccessReviewStatus> {
  const errors = specErrors(spec, spec);
  if (errors.length > 0) return fail(invalid(kindOf("SubjectAccessReview"), "", errors));
  return succeed(answer(authorizer, subjectOf(spec), spec));
}

/** LocalSubjectAccessReview: the same, of the namespace that it is asked in. */
export function reviewLocalAccess(
  authorizer: Authorizer,
  namespace: string,
  { spec = {} }: LocalSubjectAccessReview,
): Result<SubjectAccessReviewStatus> {
  const errors = specErrors(spec, spec);
  const asked = spec.resourceAttributes;
  if (asked !== undefined && (asked.namespace ?? "") !== namespace)
    errors.push(invalidValue("spec.resourceAttributes.namespace", asked.namespace ?? "", "must match metadata.namespace"));
  if (spec.nonResourceAttributes !== undefined)
    errors.push(
      invalidValue("spec.nonResourceAttributes", goAttributes(spec.nonResourceAttributes), "disallowed on this kind of request"),
    );
  if (errors.length > 0) return fail(invalid(kindOf("LocalSubjectAccessReview"), "", errors));
  return succeed(answer(authorizer, subjectOf(spec), spec));
}
