/** Reviews: objects that are not stored but answered. Who somebody is, and what they may do. */
import type { Host } from "../../../../src/actor/host.js";
import { invalidValue } from "../../../../src/api/field-errors.js";
import { type ApiError, fail, invalid, type Result } from "../../../../src/api/status.js";
import { formatTime } from "../../../../src/api/time.js";
import type {
  LocalSubjectAccessReview,
  ObjectMeta,
  SelfSubjectRulesReviewSpec,
  SubjectAccessReviewSpec,
  TokenReview,
  UntypedObject,
} from "../../../../src/api/types.js";
import type { ApiUser, CreateRequest } from "../../request.js";
import type { Authorizer } from "../authorizer.js";
import type { TokenRemarks } from "../tokens/legacy-tokens.js";
import type { Tokens } from "../tokens/tokens.js";
import { reviewAccess, reviewLocalAccess, reviewOwnAccess } from "./access-review.js";
import { reviewOwnRules } from "./rules-review.js";
import { reviewToken, userInfoOf } from "./token-review.js";

export type Reviewed = { readonly review: UntypedObject; readonly remarks?: TokenRemarks } | { readonly error: ApiError };

/** A review is no object: it has no name, labels and the like. A local one is of a namespace. */
function isBare({ namespace: _, creationTimestamp: __, managedFields: ___, ...metadata }: ObjectMeta): boolean {
  return Object.values(metadata).every((value) => value === undefined || value === "");
}

/** Who asks, and when: nothing of what was sent is told again. */
const ownReview = ({ apiVersion, kind }: UntypedObject, creationTimestamp: string, user: ApiUser): UntypedObject => ({
  apiVersion,
  kind,
  metadata: { creationTimestamp },
  status: { userInfo: userInfoOf(user) },
});

export function answerReview(
  { host, tokens, authorizer }: { readonly host: Host; readonly tokens: Tokens; readonly authorizer: Authorizer },
  kind: string,
  { user, path, body }: CreateRequest,
  onAnswered: (answer: Reviewed) => void,
): void {
  const review = body;
  const told = (outcome: Result<object>): void =>
    onAnswered(outcome.ok ? { review: { ...review, status: outcome.value } } : { error: outcome.error });
  const ofAccess = kind.endsWith("SubjectAccessReview");
  if (ofAccess && !isBare(review.metadata)) {
    const group = "authorization.k8s.io";
    const why = kind === "LocalSubjectAccessReview" ? "must be empty except for namespace" : "must be empty";
    told(fail(invalid({ group, kind }, "", [invalidValue("metadata", "null", why)])));
    return;
  }
  switch (kind) {
    case "TokenReview":
      reviewToken(tokens, review as unknown as TokenReview, (outcome) => {
        if ("error" in outcome) onAnswered(outcome);
        else {
          const { status, ...noted } = outcome;
          onAnswered({ review: { ...review, status }, ...noted });
        }
      });
      return;
    case "SelfSubjectReview":
      onAnswered({ review: ownReview(review, formatTime(host.clock.nowMs()), user) });
      return;
    case "SelfSubjectRulesReview":
      told(reviewOwnRules(authorizer, user, review.spec as SelfSubjectRulesReviewSpec | undefined));
      return;
    case "SelfSubjectAccessReview":
      told(reviewOwnAccess(authorizer, user, review.spec as SubjectAccessReviewSpec | undefined));
      return;
    case "LocalSubjectAccessReview":
      told(reviewLocalAccess(authorizer, path.namespace ?? "", review as unknown as LocalSubjectAccessReview));
      return;
    default:
      told(reviewAccess(authorizer, review.spec as SubjectAccessReviewSpec | undefined));
  }
}
