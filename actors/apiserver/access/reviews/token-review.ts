/** Whose token is it: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/ */
import { type ApiError, badRequest } from "../../../../src/api/status.js";
import type { TokenReview, TokenReviewStatus, UserInfo } from "../../../../src/api/types.js";
import type { ApiUser } from "../../request.js";
import type { TokenRemarks } from "../tokens/legacy-tokens.js";
import type { Bearer, Tokens } from "../tokens/tokens.js";

/** A user as reviews and webhooks show one. */
export const userInfoOf = ({ name, uid, groups, extra }: ApiUser): UserInfo => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups: [...groups],
  ...(extra === undefined || extra.size === 0
    ? {}
    : { extra: Object.fromEntries([...extra].map(([key, values]) => [key, [...values]])) }),
});

function statusOf(bearer: Bearer): TokenReviewStatus {
  if ("user" in bearer) return { authenticated: true, user: userInfoOf(bearer.user), audiences: [...bearer.audiences] };
  const invalid = "invalid bearer token";
  return { user: {}, error: bearer.problem === "" ? invalid : `[${invalid}, ${bearer.problem}]` };
}

export function reviewToken(
  tokens: Tokens,
  review: TokenReview,
  onReviewed: (
    outcome: { readonly status: TokenReviewStatus; readonly remarks?: TokenRemarks } | { readonly error: ApiError },
  ) => void,
): void {
  const { token = "", audiences = [] } = review.spec ?? {};
  if (token === "") onReviewed({ error: badRequest("token is required for TokenReview in authentication") });
  else
    tokens.authenticate(token, audiences, (bearer) =>
      onReviewed({ status: statusOf(bearer), ...(bearer.remarks === undefined ? {} : { remarks: bearer.remarks }) }),
    );
}
