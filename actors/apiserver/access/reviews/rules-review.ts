/** What may I do: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/ */
import { badRequest, fail, type Result, succeed } from "../../../../src/api/status.js";
import type { PolicyRule, SelfSubjectRulesReviewSpec, SubjectRulesReviewStatus } from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import type { Authorizer } from "../authorizer.js";
import { nodeOfUser } from "../node/authorizer.js";

const list = (values: readonly string[] | undefined): string[] => [...(values ?? [])];

const resourceRule = ({ verbs, apiGroups, resources, resourceNames }: PolicyRule) => ({
  verbs: list(verbs),
  apiGroups: list(apiGroups),
  resources: list(resources),
  ...(resourceNames === undefined || resourceNames.length === 0 ? {} : { resourceNames: list(resourceNames) }),
});

/** A kubelet's rights depend on its pods: they cannot be told as rules. */
const ofNodes = "node authorizer does not support user rule resolution";

export function reviewOwnRules(
  authorizer: Authorizer,
  user: ApiUser,
  { namespace = "" }: SelfSubjectRulesReviewSpec = {},
): Result<SubjectRulesReviewStatus> {
  if (namespace === "") return fail(badRequest("no namespace on request"));
  const { rules, problems } = authorizer.rulesFor(user, namespace);
  const isNode = nodeOfUser(user) !== undefined;
  const errors = [...(isNode ? [ofNodes] : []), ...problems];
  return succeed({
    resourceRules: rules.filter(({ resources = [] }) => resources.length > 0).map(resourceRule),
    nonResourceRules: rules
      .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs: list(verbs), nonResourceURLs: list(nonResourceURLs) })),
    incomplete: errors.length > 0,
    ...(errors.length === 0 ? {} : { evaluationError: errors.join(", ") }),
  });
}
