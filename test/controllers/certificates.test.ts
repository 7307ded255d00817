import { test } from "uvu";
import * as assert from "uvu/assert";
import { reconcileApproval } from "../../actors/controller-manager/controllers/certificates/approving.js";
import { keptMs, reconcileCleaning } from "../../actors/controller-manager/controllers/certificates/cleaning.js";
import { reconcileSigning } from "../../actors/controller-manager/controllers/certificates/signing.js";
import { reconcileTokenSecret } from "../../actors/controller-manager/controllers/token-secrets/controller.js";
import type { Answers, Plan } from "../../actors/controller-manager/engine/plan.js";
import { decodeTextBase64, encodeTextBase64 } from "../../src/api/base64.js";
import type { CertificateSigningRequest, Secret, ServiceAccount } from "../../src/api/types.js";
import { certificateRequest, signingRequest } from "../support/certificate-request.js";

const kubelet = certificateRequest({ commonName: "system:node:node-1", organizations: ["system:nodes"] });
const kubeletSpec = {
  signerName: "kubernetes.io/kube-apiserver-client-kubelet",
  usages: ["digital signature", "client auth"],
  username: "system:node:node-1",
};
const condition = (type: string, more: object = {}) => ({ type, status: "True", ...more });
const asked = (status: object = {}, spec: object = kubeletSpec, made = kubelet): CertificateSigningRequest =>
  ({ ...signingRequest("r", made, spec), status }) as CertificateSigningRequest;
const written = ({ writes = [] }: Plan) =>
  writes.map(({ request }) => ({
    what: `${request.verb} ${"subresource" in request.path ? (request.path.subresource ?? "") : ""}`.trim(),
    object: "object" in request ? (request.object as CertificateSigningRequest) : undefined,
  }));

const authority = { sign: () => ({ ok: true as const, certificate: "PEM" }) };

test("what is approved is signed, once, unless it is not for this signer", () => {
  const approved = { conditions: [condition("Approved")] };
  const [write] = written(reconcileSigning(asked(approved), authority, 0));
  assert.is(write?.what, "update status");
  assert.is(decodeTextBase64(write?.object?.status?.certificate ?? ""), "PEM");
  const idle: Array<[string, CertificateSigningRequest]> = [
    ["not approved", asked()],
    ["denied", asked({ conditions: [condition("Approved"), condition("Denied")] })],
    ["failed before", asked({ conditions: [condition("Approved"), condition("Failed")] })],
    ["issued", asked({ ...approved, certificate: "c" })],
    ["for another signer", asked(approved, { ...kubeletSpec, signerName: "example.com/own" })],
  ];
  for (const [what, request] of idle) assert.equal(reconcileSigning(request, authority, 0), {}, what);
});

test("what a signer does not sign has failed, and why", () => {
  const fails = (spec: object, by = authority as Parameters<typeof reconcileSigning>[1]) => {
    const [write] = written(reconcileSigning(asked({ conditions: [condition("Approved")] }, { ...kubeletSpec, ...spec }), by, 0));
    const { type, reason, message } = write?.object?.status?.conditions?.at(-1) ?? {};
    return [type, reason, message];
  };
  const reason = "SignerValidationFailure";
  assert.equal(fails({ signerName: "kubernetes.io/kube-apiserver-client", usages: ["server auth"] }), [
    "Failed",
    reason,
    "usages did not match",
  ]);
  assert.equal(fails({ request: "eA==" }), ["Failed", reason, "the request cannot be read"]);
  assert.equal(fails({}, { sign: () => ({ ok: false, problem: "a bad signature" }) }), ["Failed", reason, "a bad signature"]);
});

const says = (allowed: Record<string, boolean>): Answers =>
  new Map(
    Object.entries(allowed).map(([name, is]) => {
      const object = { metadata: {}, status: { allowed: is } };
      return [name, { object }] as const;
    }),
  );
const bootstrapper = { ...kubeletSpec, username: "system:bootstrap:abcdef" };

test("a kubelet's request is approved when who asks may have it so", () => {
  const reads = (spec: object) => (reconcileApproval(asked({}, spec), new Map()).reads ?? []).map(({ name }) => name);
  assert.equal(reads(kubeletSpec), ["selfnodeclient", "nodeclient"]);
  assert.equal(reads(bootstrapper), ["nodeclient"], "who is no node asks for another");
  const [write] = written(reconcileApproval(asked(), says({ selfnodeclient: true, nodeclient: false })));
  assert.is(write?.what, "update approval");
  const { type, reason, message } = write?.object?.status?.conditions?.[0] ?? {};
  assert.equal([type, reason], ["Approved", "AutoApproved"]);
  assert.is(message, "Auto approving self kubelet client certificate after SubjectAccessReview.");
  const [other] = written(reconcileApproval(asked({}, bootstrapper), says({ nodeclient: true })));
  assert.is(
    other?.object?.status?.conditions?.[0]?.message,
    "Auto approving kubelet client certificate after SubjectAccessReview.",
  );
});

test("what nobody may have approved by itself waits for a person", () => {
  assert.equal(reconcileApproval(asked(), says({ selfnodeclient: false, nodeclient: false })), {});
  assert.equal(reconcileApproval(asked({ conditions: [condition("Denied")] }), new Map()), {}, "denied");
  assert.equal(reconcileApproval(asked({ certificate: "c" }), new Map()), {}, "issued");
  assert.equal(
    reconcileApproval(asked({}, { ...kubeletSpec, signerName: "kubernetes.io/kube-apiserver-client" }), new Map()),
    {},
  );
  assert.equal(reconcileApproval(asked({}, { ...kubeletSpec, request: "eA==" }), new Map()), {}, "unreadable");
});

const at = (ms: number): string => new Date(ms).toISOString();
const created = Date.parse("2025-01-01T00:00:00Z");
const kept: Array<[string, object, number | undefined]> = [
  ["one that waits", {}, keptMs.pending],
  ["one that was denied", { conditions: [condition("Denied", { lastUpdateTime: at(created + 1_000) })] }, keptMs.denied + 1_000],
  [
    "one that failed",
    {
      conditions: [condition("Approved", { lastUpdateTime: at(created) }), condition("Failed", { lastUpdateTime: at(created) })],
    },
    keptMs.failed,
  ],
  [
    "one that was issued",
    { certificate: "c", conditions: [condition("Approved", { lastUpdateTime: at(created + 5_000) })] },
    keptMs.approved + 5_000,
  ],
  ["one that nobody dated", { conditions: [condition("Denied")] }, keptMs.denied],
  ["one that is approved and not signed", { conditions: [condition("Approved", { lastUpdateTime: at(created) })] }, undefined],
];
for (const [what, status, forMs] of kept) {
  test(`${what} is kept ${forMs === undefined ? "for good" : `for ${forMs} ms`}`, () => {
    const request = { ...asked(status), metadata: { name: "r", uid: "u", creationTimestamp: at(created) } };
    if (forMs === undefined) {
      assert.equal(reconcileCleaning(request, created + 1e12), {});
      return;
    }
    assert.equal(reconcileCleaning(request, created + forMs - 1), { requeueAfterMs: 1 });
    const [{ request: write } = { request: undefined }] = reconcileCleaning(request, created + forMs).writes ?? [];
    assert.equal([write?.verb, write?.verb === "delete" && write.options?.preconditions?.uid], ["delete", "u"]);
  });
}

const account: ServiceAccount = { metadata: { name: "robot", namespace: "default", uid: "a-1" } };
const secret = (more: Partial<Secret> = {}, annotations: Record<string, string> = {}): Secret => ({
  metadata: {
    name: "robot-token",
    namespace: "default",
    uid: "s-1",
    resourceVersion: "7",
    annotations: { "kubernetes.io/service-account.name": "robot", ...annotations },
  },
  type: "kubernetes.io/service-account-token",
  ...more,
});
const io = { clusterCa: "PEM", signToken: (claims: object) => `signed ${JSON.stringify(claims)}` };
const none: Answers = new Map();
const verbs = ({ writes = [], reads = [] }: Plan) => [...reads, ...writes].map(({ request }) => request.verb);

test("a Secret for an account's token is filled, once", () => {
  const [write] = reconcileTokenSecret(secret(), account, none, io).writes ?? [];
  const filled = (write!.request as { object: Secret }).object;
  assert.is(filled.metadata.annotations?.["kubernetes.io/service-account.uid"], "a-1");
  assert.equal([filled.data?.namespace, filled.data?.["ca.crt"]], [encodeTextBase64("default"), encodeTextBase64("PEM")]);
  assert.ok(decodeTextBase64(filled.data?.token ?? "")?.includes('"kubernetes.io/serviceaccount/secret.name":"robot-token"'));
  assert.equal(reconcileTokenSecret(filled, account, none, io), {}, "it is as it should be");
  const [again] = reconcileTokenSecret({ ...filled, data: { ...filled.data, "ca.crt": "" } }, account, none, io).writes ?? [];
  assert.is((again!.request as { object: Secret }).object.data?.token, filled.data?.token, "the token stays");
});

test("a Secret goes with its account, once the API server has said that it is gone", () => {
  const uid = { "kubernetes.io/service-account.uid": "a-0" };
  assert.equal(verbs(reconcileTokenSecret(secret(), undefined, none, io)), ["get"]);
  assert.equal(
    verbs(reconcileTokenSecret(secret({}, uid), account, none, io)),
    ["get"],
    "an account of the same name is not meant",
  );
  const gone: Answers = new Map([["account", "absent"]]);
  const there: Answers = new Map([["account", { object: account }]]);
  assert.equal(verbs(reconcileTokenSecret(secret(), undefined, gone, io)), ["delete"]);
  assert.equal(verbs(reconcileTokenSecret(secret({}, uid), account, there, io)), ["delete"]);
  assert.equal(reconcileTokenSecret(secret(), undefined, there, io), { requeueAfterMs: 100 }, "it is only not here yet");
  const going = secret();
  going.metadata.deletionTimestamp = "2025-01-01T00:00:00Z";
  assert.equal(reconcileTokenSecret(going, undefined, none, io), {});
});

test.run();
