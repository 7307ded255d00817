/** Tokens of service accounts and reviews of them, in a simulated API server. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeTextBase64 } from "../../src/api/base64.js";
import type { TokenRequest, TokenReviewStatus, UntypedObject } from "../../src/api/types.js";
import { ApiServerWorld, podOf, podsPath } from "./apiserver-world.js";

const accounts = { group: "", version: "v1", resource: "serviceaccounts", namespace: "default" };
const secrets = { group: "", version: "v1", resource: "secrets", namespace: "default" };
const nodes = { group: "", version: "v1", resource: "nodes" };
const reviews = { group: "authentication.k8s.io", version: "v1", resource: "tokenreviews" };

function world() {
  const made = new ApiServerWorld().untilServing();
  made.account();
  return made;
}

const request = (of: ApiServerWorld, spec: object = {}, account = "default", metadata: object = {}) =>
  of.create(
    { ...accounts, name: account, subresource: "token" },
    { kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", metadata, spec },
  );
const tokenOf = (made: { object: UntypedObject }): string => (made.object as unknown as TokenRequest).status?.token ?? "";

function review(of: ApiServerWorld, token: string, audiences?: string[]): TokenReviewStatus {
  const spec = { token, ...(audiences === undefined ? {} : { audiences }) };
  const { object } = of.create(reviews, { kind: "TokenReview", apiVersion: "authentication.k8s.io/v1", metadata: {}, spec });
  return object.status as TokenReviewStatus;
}
const invalidated = "[invalid bearer token, service account token has been invalidated]";

test("a token is its account's, for this API, for an hour", () => {
  const of = world();
  const made = request(of).object as unknown as TokenRequest;
  assert.equal([made.spec.audiences, made.spec.expirationSeconds], [["https://kubernetes.default.svc.cluster.local"], 3600]);
  const status = review(of, made.status?.token ?? "");
  assert.is(status.authenticated, true);
  assert.is(status.user?.username, "system:serviceaccount:default:default");
  assert.equal(status.user?.groups, ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"]);
  of.run(3_661_000);
  assert.equal(review(of, made.status?.token ?? ""), {
    user: {},
    error: "[invalid bearer token, service account token has expired]",
  });
});

test("a token is for the audiences that it was asked for, and for no other", () => {
  const of = world();
  const token = tokenOf(request(of, { audiences: ["vault", "registry"] }));
  assert.equal(review(of, token, ["registry", "other"]).audiences, ["registry"]);
  assert.is(
    review(of, token).error,
    '[invalid bearer token, token audiences ["vault" "registry"] is invalid for the target audiences ["https://kubernetes.default.svc.cluster.local"]]',
  );
});

test("a token ends with its account, also when another of the same name comes", () => {
  const of = world();
  const token = tokenOf(request(of));
  of.delete(accounts, "default");
  assert.is(review(of, token).error, '[invalid bearer token, serviceaccounts "default" not found]');
  of.account();
  assert.match(
    review(of, token).error ?? "",
    /^\[invalid bearer token, service account UID \(\S+\) does not match claim \(\S+\)\]$/,
  );
});

test("a token that is bound to a Secret, a node or a pod ends with it", () => {
  const of = world();
  const bound = (kind: string, name: string, more: object = {}) =>
    tokenOf(request(of, { boundObjectRef: { apiVersion: "v1", kind, name, ...more } }));
  of.create(secrets, { kind: "Secret", apiVersion: "v1", metadata: { name: "holder" } });
  of.create(nodes, { kind: "Node", apiVersion: "v1", metadata: { name: "node-1" } });
  of.create(podsPath, podOf("web", { nodeName: "node-1", terminationGracePeriodSeconds: 0 }));
  const table = [
    [secrets, "holder", bound("Secret", "holder")],
    [nodes, "node-1", bound("Node", "node-1")],
  ] as const;
  for (const [path, name, token] of table) {
    assert.is(review(of, token).authenticated, true, `bound to ${name}`);
    of.delete(path, name);
    assert.is(review(of, token).error, invalidated, `${name} is gone`);
  }
  const ofPod = bound("Pod", "web");
  const extra = review(of, ofPod).user?.extra ?? {};
  assert.equal(extra["authentication.kubernetes.io/pod-name"], ["web"]);
  assert.equal(extra["authentication.kubernetes.io/node-name"], ["node-1"]);
  of.delete(podsPath, "web", { gracePeriodSeconds: 0 });
  assert.is(review(of, ofPod).error, invalidated, "the pod is gone");
});

test("what a kubelet asks for a pod lives on, for programs that read it once", () => {
  const of = world();
  of.create(podsPath, podOf("web"));
  const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "web" };
  const made = request(of, { expirationSeconds: 3607, boundObjectRef }).object as unknown as TokenRequest;
  assert.is(made.spec.expirationSeconds, 3607, "it is told of the time that it asked for");
  of.run(86_400_000);
  assert.is(review(of, made.status?.token ?? "").authenticated, true, "after a day");
});

const refusals: Array<[string, object, string, string?]> = [
  [
    "a time too short",
    { expirationSeconds: 599 },
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
  ],
  [
    "a time too long",
    { expirationSeconds: 2 ** 32 + 1 },
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
  ],
  [
    "a kind that cannot hold it",
    { boundObjectRef: { apiVersion: "v1", kind: "ConfigMap", name: "x" } },
    "cannot bind token to object of type /v1, Kind=ConfigMap",
  ],
  ["a holder that is not there", { boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "x" } }, 'pods "x" not found'],
  [
    "a pod of another account",
    { boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "other" } },
    'cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
  ],
  [
    "a holder of another uid",
    { boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "holder", uid: "7" } },
    'Operation cannot be fulfilled on Secret "holder": the UID in the bound object reference (7) does not match the UID in record. The object might have been deleted and then recreated',
  ],
  ["an account that is not there", {}, 'serviceaccounts "nobody" not found', "nobody"],
];
test("a request for a token is refused in Kubernetes' words", () => {
  const of = world();
  of.create(secrets, { kind: "Secret", apiVersion: "v1", metadata: { name: "holder" } });
  of.create(accounts, { kind: "ServiceAccount", apiVersion: "v1", metadata: { name: "another" } });
  of.create(podsPath, podOf("other", { serviceAccountName: "another" }));
  for (const [what, spec, message, account = "default"] of refusals)
    assert.is(request(of, spec, account).error?.message, message, what);
  const named = request(of, {}, "default", { name: "x" }).error?.message;
  assert.ok(named?.includes("must match the service account name if specified"), named);
});

test("a bootstrap token is its Secret's, and anything else is invalid", () => {
  const of = world();
  const data = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" };
  const encoded = Object.fromEntries(Object.entries(data).map(([field, value]) => [field, encodeTextBase64(value)]));
  const secret = { metadata: { name: "bootstrap-token-abcdef" }, type: "bootstrap.kubernetes.io/token", data: encoded };
  of.create({ ...secrets, namespace: "kube-system" }, { kind: "Secret", apiVersion: "v1", ...secret });
  const { user } = review(of, "abcdef.0123456789abcdef");
  assert.equal(user, { username: "system:bootstrap:abcdef", groups: ["system:bootstrappers", "system:authenticated"] });
  assert.equal(review(of, "abcdef.0123456789abcdee"), { user: {}, error: "invalid bearer token" });
  assert.equal(review(of, "junk"), { user: {}, error: "invalid bearer token" });
  assert.is(review(of, "abcdef.0123456789abcdef", ["vault"]).error, "invalid bearer token", "it is for this API alone");
  const empty = { kind: "TokenReview", apiVersion: "authentication.k8s.io/v1", metadata: {}, spec: { token: "" } };
  assert.is(of.create(reviews, empty).error?.message, "token is required for TokenReview in authentication");
});

test.run();
