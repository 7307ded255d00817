import { suite } from "uvu";
import * as assert from "uvu/assert";
import { bearerOf, bootstrapTokenIn } from "../../actors/apiserver/access/tokens/bootstrap-token.js";
import {
  isBound,
  isLegacy,
  type LegacyClaims,
  type TokenClaims,
  userOfClaims,
} from "../../actors/apiserver/access/tokens/claims.js";
import { LegacyTokens } from "../../actors/apiserver/access/tokens/legacy-tokens.js";
import { impersonationIn } from "../../actors/apiserver/http/impersonation.js";
import { issuerDocument } from "../../actors/apiserver/http/issuer.js";
import { encodeTextBase64 } from "../../src/api/base64.js";
import type { Secret } from "../../src/api/types.js";
import { AccessWorld } from "./world.js";

const tokens = suite("tokens");

const nowMs = Date.parse("2025-01-01T00:00:00Z");
const joining = (data: Record<string, string> = {}, more: Partial<Secret> = {}): Secret => ({
  metadata: { name: "bootstrap-token-abcdef" },
  type: "bootstrap.kubernetes.io/token",
  data: Object.fromEntries(
    Object.entries({
      "token-id": "abcdef",
      "token-secret": "0123456789abcdef",
      "usage-bootstrap-authentication": "true",
      ...data,
    }).map(([field, value]) => [field, encodeTextBase64(value)]),
  ),
  ...more,
});
const rows: Array<[string, Secret | undefined, string[] | undefined]> = [
  ["one that is there", joining(), ["system:bootstrappers", "system:authenticated"]],
  [
    "one with groups",
    joining({ "auth-extra-groups": "system:bootstrappers:workers,system:bootstrappers:kubeadm:default" }),
    ["system:bootstrappers", "system:bootstrappers:kubeadm:default", "system:bootstrappers:workers", "system:authenticated"],
  ],
  ["one that has not ended", joining({ expiration: "2025-01-02T00:00:00Z" }), ["system:bootstrappers", "system:authenticated"]],
  ["none without its Secret", undefined, undefined],
  ["none in a Secret of another type", joining({}, { type: "Opaque" }), undefined],
  ["none in a Secret that is going", joining({}, { metadata: { deletionTimestamp: "2025-01-01T00:00:00Z" } }), undefined],
  ["none of another id", joining({ "token-id": "abcdeg" }), undefined],
  ["none with another secret", joining({ "token-secret": "0123456789abcdee" }), undefined],
  ["none that has ended", joining({ expiration: "2025-01-01T00:00:00Z" }), undefined],
  ["none with an end that cannot be read", joining({ expiration: "tomorrow" }), undefined],
  ["none that is for signing only", joining({ "usage-bootstrap-authentication": "false" }), undefined],
  ["none with a group that may not be given", joining({ "auth-extra-groups": "system:masters" }), undefined],
];
for (const [what, secret, groups] of rows) {
  tokens(`of bootstrap tokens it takes ${what}`, () => {
    const bearer = bearerOf("abcdef", "0123456789abcdef", secret, nowMs);
    assert.equal(bearer?.groups, groups);
    if (groups !== undefined) assert.is(bearer?.name, "system:bootstrap:abcdef");
  });
}

tokens("knows a bootstrap token by its form", () => {
  assert.equal(bootstrapTokenIn("abcdef.0123456789abcdef"), { id: "abcdef", secret: "0123456789abcdef" });
  for (const other of ["abcdef", "abcdef.0123", "ABCDEF.0123456789abcdef", "abcdef.0123456789abcdef0", ""])
    assert.is(bootstrapTokenIn(other), undefined, other);
});

const claims: TokenClaims = {
  iss: "us",
  sub: "system:serviceaccount:a:b",
  aud: ["us"],
  exp: 2,
  iat: 1,
  nbf: 1,
  jti: "7",
  "kubernetes.io": {
    namespace: "a",
    serviceaccount: { name: "b", uid: "u" },
    pod: { name: "p", uid: "pu" },
    node: { name: "n", uid: "nu" },
  },
};
const legacy: LegacyClaims = {
  iss: "kubernetes/serviceaccount",
  sub: "system:serviceaccount:a:b",
  "kubernetes.io/serviceaccount/namespace": "a",
  "kubernetes.io/serviceaccount/secret.name": "s",
  "kubernetes.io/serviceaccount/service-account.name": "b",
  "kubernetes.io/serviceaccount/service-account.uid": "u",
};

tokens("of a service account are its user, and tell what they are bound to", () => {
  const groups = ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"];
  const { extra, ...user } = userOfClaims(claims);
  assert.equal(user, { name: "system:serviceaccount:a:b", uid: "u", groups });
  assert.equal([...extra!].map(([key, values]) => `${key}: ${values}`).sort(), [
    "authentication.kubernetes.io/credential-id: JTI=7",
    "authentication.kubernetes.io/node-name: n",
    "authentication.kubernetes.io/node-uid: nu",
    "authentication.kubernetes.io/pod-name: p",
    "authentication.kubernetes.io/pod-uid: pu",
  ]);
  assert.equal(userOfClaims(legacy), { name: "system:serviceaccount:a:b", uid: "u", groups });
});

tokens("are told apart by their issuer, and from what was signed for something else", () => {
  assert.equal([isBound(claims), isLegacy(claims)], [true, false]);
  assert.equal([isBound(legacy), isLegacy(legacy)], [false, true]);
  for (const other of [undefined, null, 7, "text", [], {}, { iss: "us" }])
    assert.equal([isBound(other), isLegacy(other)], [false, false]);
});

tokens("have an issuer that tells its keys", () => {
  const key = { use: "sig", kty: "EC", kid: "k", alg: "ES256", crv: "P-256", x: "1", y: "2" } as const;
  const of = (path: string) => {
    const { contentType, body } = issuerDocument(path, { url: "https://us", publicKeys: [key] }, "127.0.0.1:6443");
    return [contentType, JSON.parse(body)];
  };
  assert.equal(of("/openid/v1/jwks"), ["application/jwk-set+json", { keys: [key] }]);
  assert.equal(of("/.well-known/openid-configuration"), [
    "application/json",
    {
      issuer: "https://us",
      jwks_uri: "https://127.0.0.1:6443/openid/v1/jwks",
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    },
  ]);
});

const headers: Array<[string, string[], unknown]> = [
  ["nobody", ["Host", "x"], undefined],
  ["a user", ["Impersonate-User", "jane"], { user: "jane" }],
  [
    "with everything else",
    [
      "impersonate-user",
      "jane",
      "Impersonate-Uid",
      "7",
      "Impersonate-Group",
      "a, b",
      "IMPERSONATE-GROUP",
      "c",
      "Impersonate-Extra-acme.com%2fproject",
      "one",
      "Impersonate-Extra-Acme.com%2Fproject",
      "two",
      "Impersonate-Extra-broken%zz",
      "three",
    ],
    {
      user: "jane",
      uid: "7",
      groups: ["a, b", "c"],
      extra: new Map([
        ["acme.com/project", ["one", "two"]],
        ["broken%zz", ["three"]],
      ]),
    },
  ],
  ["not a group alone", ["Impersonate-Group", "a"], 'requested [group "a"] without impersonating a user'],
  [
    "not a uid or an extra alone",
    ["Impersonate-Uid", "7", "Impersonate-Extra-k", "v"],
    'requested [uid "7" extra "k"] without impersonating a user',
  ],
  [
    "not with an empty name",
    ["Impersonate-User", "", "Impersonate-Group", "a"],
    'requested [group "a"] without impersonating a user',
  ],
];
for (const [what, raw, expected] of headers) {
  tokens(`headers of impersonation name ${what}`, () => {
    const read = impersonationIn(raw);
    assert.equal(read.ok ? read.value : read.error.status.message, expected);
  });
}

/** What is said of a token of the Secret `robot-token`, whose account is `robot`; and the days that are noted at the Secret. */
function judged(account: object, labels: Record<string, string>) {
  const metadata = { name: "robot-token", namespace: "default", labels };
  const world = new AccessWorld([
    { kind: "ServiceAccount", apiVersion: "v1", metadata: { name: "robot", namespace: "default", uid: "u" }, ...account },
    { kind: "Secret", apiVersion: "v1", metadata, data: { token: encodeTextBase64("t") } } as Secret,
  ]);
  const days: string[] = [];
  const legacy = new LegacyTokens(world.cache, (_, day) => days.push(day));
  const claims = {
    iss: "kubernetes/serviceaccount",
    sub: "system:serviceaccount:default:robot",
    "kubernetes.io/serviceaccount/namespace": "default",
    "kubernetes.io/serviceaccount/secret.name": "robot-token",
    "kubernetes.io/serviceaccount/service-account.name": "robot",
    "kubernetes.io/serviceaccount/service-account.uid": "u",
  } as LegacyClaims;
  const { problem, remarks } = legacy.judge(claims, "t", nowMs);
  legacy.judge(claims, "t", nowMs);
  return { problem, warnings: remarks?.warnings, annotations: Object.fromEntries(remarks?.annotations ?? []), days };
}

tokens("one that was made for a Secret by itself is warned of, one that somebody made is not", () => {
  const byItself = judged({ secrets: [{ name: "robot-token" }] }, {});
  assert.match(byItself.warnings?.join() ?? "", /^Use tokens from the TokenRequest API or manually created secret-based tokens/);
  assert.equal(byItself.annotations, { "authentication.k8s.io/legacy-token-autogenerated-secret": "robot-token" });
  const byHand = judged({}, {});
  assert.equal([byHand.problem, byHand.warnings], [undefined, []]);
  assert.equal(byHand.annotations, { "authentication.k8s.io/legacy-token-manual-secret": "robot-token" });
});

const lastUsed = "kubernetes.io/legacy-token-last-used";
const noted: Array<[string, Record<string, string>, string[]]> = [
  ["once, while it is being noted", {}, ["2025-01-01"]],
  ["on another day", { [lastUsed]: "2024-12-31" }, ["2025-01-01"]],
  ["not twice a day", { [lastUsed]: "2025-01-01" }, []],
  ["not where another server's day has begun already", { [lastUsed]: "2025-01-02" }, []],
];
for (const [when, labels, days] of noted)
  tokens(`the day on which one of a Secret is used is noted ${when}`, () => assert.equal(judged({}, labels).days, days));

tokens("one that is marked invalid is told of in the audit log", () => {
  const { problem, annotations } = judged({}, { "kubernetes.io/legacy-token-invalid-since": "2023-10-25" });
  assert.match(problem ?? "", /has been marked invalid/);
  assert.equal(annotations, { "authentication.k8s.io/legacy-token-invalidated": "robot-token/default" });
});

tokens.run();
