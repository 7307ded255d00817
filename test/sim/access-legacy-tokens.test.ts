/** Tokens that live in Secrets, in a simulated API server: that they are used is noted, and who should not use them is told so. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulatedSigner } from "../../actors/apiserver/io/simulated.js";
import { encodeTextBase64 } from "../../src/api/base64.js";
import type { ConfigMap, TokenReviewStatus, UntypedObject } from "../../src/api/types.js";
import { ApiServerWorld } from "./apiserver-world.js";

const core = (resource: string, namespace = "default") => ({ group: "", version: "v1", resource, namespace });
const secrets = core("secrets");
const accounts = core("serviceaccounts");
const systemConfigMaps = core("configmaps", "kube-system");
const reviews = { group: "authentication.k8s.io", version: "v1", resource: "tokenreviews" };
const tracking = "kube-apiserver-legacy-service-account-token-tracking";
const lastUsed = "kubernetes.io/legacy-token-last-used";
/** The simulation begins with a year. */
const today = "2025-01-01";

/** The account `robot` has a Secret `robot-token`, with a token in it. */
function world(labels: Record<string, string> = {}) {
  const of = new ApiServerWorld().untilServing();
  const account = of.create(accounts, { kind: "ServiceAccount", apiVersion: "v1", metadata: { name: "robot" } }).object;
  let token = "";
  const claims = {
    iss: "kubernetes/serviceaccount",
    sub: "system:serviceaccount:default:robot",
    "kubernetes.io/serviceaccount/namespace": "default",
    "kubernetes.io/serviceaccount/secret.name": "robot-token",
    "kubernetes.io/serviceaccount/service-account.name": "robot",
    "kubernetes.io/serviceaccount/service-account.uid": account.metadata.uid,
  };
  simulatedSigner().sign(claims as never, (signed) => {
    if (signed.ok) token = signed.token;
  });
  of.create(secrets, {
    kind: "Secret",
    apiVersion: "v1",
    metadata: { name: "robot-token", labels, annotations: { "kubernetes.io/service-account.name": "robot" } },
    type: "kubernetes.io/service-account-token",
    data: { token: encodeTextBase64(token) },
  });
  return { of, token };
}

function review(of: ApiServerWorld, token: string): TokenReviewStatus {
  const { object } = of.create(reviews, {
    kind: "TokenReview",
    apiVersion: "authentication.k8s.io/v1",
    metadata: {},
    spec: { token },
  });
  return object.status as TokenReviewStatus;
}
const labelsOf = (of: ApiServerWorld): Record<string, string> | undefined =>
  of.get(secrets, "robot-token").object.metadata.labels;

test("a token of a Secret speaks for its account, and the day is noted at the Secret, once", () => {
  const { of, token } = world();
  const { user } = review(of, token);
  assert.is(user?.username, "system:serviceaccount:default:robot");
  assert.is(user?.extra, undefined, "it has no credential id");
  of.run(100);
  assert.is(labelsOf(of)?.[lastUsed], today);
  const { resourceVersion } = of.get(secrets, "robot-token").object.metadata;
  review(of, token);
  of.run(100);
  assert.is(of.get(secrets, "robot-token").object.metadata.resourceVersion, resourceVersion, "the day is known");
});

test("a token that is marked invalid is refused, and that it was used is noted all the same", () => {
  const { of, token } = world({ "kubernetes.io/legacy-token-invalid-since": "2023-10-25" });
  assert.is(
    review(of, token).error,
    "[invalid bearer token, the token in secret default/robot-token for service account default/robot has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the 'kubernetes.io/legacy-token-invalid-since' label from the secret to temporarily allow use of this token]",
  );
  of.run(100);
  assert.is(labelsOf(of)?.[lastUsed], today);
});

const problems: Array<[string, (of: ApiServerWorld) => void, RegExp]> = [
  ["its Secret is gone", (of) => of.delete(secrets, "robot-token"), /^\[invalid bearer token, Token has been invalidated\]$/],
  [
    "its Secret has another token",
    (of) => {
      const secret = of.get(secrets, "robot-token").object;
      of.update(secrets, { ...secret, data: { token: encodeTextBase64("another") } } as UntypedObject);
    },
    /Token does not match server's copy/,
  ],
  ["its account is gone", (of) => of.delete(accounts, "robot"), /serviceaccounts "robot" not found/],
  [
    "its account is another",
    (of) => {
      of.delete(accounts, "robot");
      of.create(accounts, { kind: "ServiceAccount", apiVersion: "v1", metadata: { name: "robot" } });
    },
    /ServiceAccount UID \(\S+\) does not match claim \(\S+\)/,
  ],
];
for (const [what, happens, expected] of problems)
  test(`a token of a Secret is refused when ${what}`, () => {
    const { of, token } = world();
    happens(of);
    assert.match(review(of, token).error ?? "", expected);
  });

test("since when uses are noted is said, put right when it is no day, and said again when it is gone", () => {
  const { of } = world();
  of.run(11_000);
  const since = () => (of.get(systemConfigMaps, tracking).object as ConfigMap | undefined)?.data?.since;
  assert.is(since(), today);
  const stored = of.get(systemConfigMaps, tracking).object;
  of.update(systemConfigMaps, { ...stored, data: { since: "long ago" } } as UntypedObject);
  of.run(11_000);
  assert.is(since(), today);
  of.delete(systemConfigMaps, tracking);
  of.run(60_000);
  assert.is(since(), undefined, "not twice in half an hour");
  of.run(30 * 60_000);
  assert.is(since(), today);
});

test.run();
