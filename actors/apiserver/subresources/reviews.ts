/** Reviews: who somebody is and what they may do. Whoever is known to this server may do everything. */

import { storageKey } from "../../../src/api/paths.js";
import type { UntypedObject } from "../../../src/api/types.js";
import type { Backing } from "../backing.js";
import { userOfToken } from "../io/io.js";
import type { ApiUser } from "../request.js";

const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const everyPath = { verbs: ["*"], nonResourceURLs: ["*"] };

export function answerReview(
  backing: Backing,
  kind: string,
  review: UntypedObject,
  user: ApiUser,
  onAnswered: (review: UntypedObject) => void,
): void {
  switch (kind) {
    case "TokenReview":
      reviewToken(backing, review, onAnswered);
      return;
    case "SelfSubjectReview": {
      const userInfo = { username: user.name, groups: user.groups, ...(user.uid === undefined ? {} : { uid: user.uid }) };
      onAnswered({ ...review, status: { userInfo } });
      return;
    }
    case "SelfSubjectRulesReview": {
      const status = { resourceRules: [everything], nonResourceRules: [everyPath], incomplete: false };
      onAnswered({ ...review, status });
      return;
    }
    default:
      onAnswered({ ...review, status: { allowed: true, reason: "" } });
  }
}

function reviewToken(backing: Backing, review: UntypedObject, onAnswered: (review: UntypedObject) => void): void {
  const { token = "" } = (review.spec ?? {}) as { token?: string };
  const onVerified = backing.host.bind((claims: Parameters<typeof userOfToken>[0] | undefined) => {
    const account = claims?.["kubernetes.io"];
    const key =
      account === undefined
        ? ""
        : storageKey(backing.catalog.resources.preferred("", "serviceaccounts")!, account.namespace, account.serviceaccount.name);
    const known = backing.cache.get(key)?.object.metadata.uid === account?.serviceaccount.uid && account !== undefined;
    if (claims === undefined || !known) {
      onAnswered({ ...review, status: { user: {}, error: "[invalid bearer token]" } });
      return;
    }
    const { name, uid, groups } = userOfToken(claims);
    onAnswered({ ...review, status: { authenticated: true, user: { username: name, uid, groups }, audiences: claims.aud } });
  });
  backing.io.signer.verify(token, onVerified);
}
