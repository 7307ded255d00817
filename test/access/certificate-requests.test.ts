import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from "../../src/api/admission/certificates.js";
import { encodeTextBase64 } from "../../src/api/base64.js";
import { signerNames } from "../../src/api/certificates/signers.js";
import { keepsApproval, keepsSigned } from "../../src/api/strategy/certificates.js";
import type { CertificateSigningRequest } from "../../src/api/types.js";
import { certificateRequestErrors, certificateStatusErrors } from "../../src/api/validation/certificates.js";
import { issue } from "../../src/pki/certificate.js";
import { clusterOf, refusal } from "../admission/world.js";
import { certificateRequest, signingRequest } from "../support/certificate-request.js";
import { aBinding, aClusterRole, user } from "./world.js";

const certificates = suite("certificate requests");

const made = certificateRequest({ commonName: "jane" });

const asked = (spec: object = {}, status?: object): CertificateSigningRequest =>
  ({ ...signingRequest("r", made, spec), ...(status === undefined ? {} : { status }) }) as CertificateSigningRequest;

const texts = (errors: ReturnType<typeof certificateRequestErrors>) => errors.map(({ field, body }) => `${field}: ${body}`);

const faults: Array<[string, object, string[]]> = [
  ["nothing", {}, []],
  [
    "a time too short",
    { expirationSeconds: 599 },
    ["spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)"],
  ],
  ["no usage", { usages: [] }, ["spec.usages: Required value: usages is required"]],
  ["a usage twice", { usages: ["client auth", "client auth"] }, ['spec.usages[1]: Duplicate value: "client auth"']],
  ["no signer", { signerName: "" }, ["spec.signerName: Required value"]],
  [
    "a signer without a path",
    { signerName: "example.com" },
    [
      `spec.signerName: Invalid value: "example.com": must be a fully qualified domain and path of the form 'example.com/signer-name'`,
    ],
  ],
  [
    "a signer of a domain of one word",
    { signerName: "example/x" },
    ['spec.signerName: Invalid value: "example": should be a domain with at least two segments separated by dots'],
  ],
  [
    "the signer of old",
    { signerName: "kubernetes.io/legacy-unknown" },
    ['spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version'],
  ],
  [
    "what is no request",
    { request: "eA==" },
    ["spec.request: Invalid value: []byte{0x78}: PEM block type must be CERTIFICATE REQUEST"],
  ],
];

for (const [what, spec, expected] of faults)
  certificates(`validation finds ${what}`, () => assert.equal(texts(certificateRequestErrors(asked(spec))), expected));

certificates("validation finds a usage that there is not", () => {
  const [fault] = texts(certificateRequestErrors(asked({ usages: ["fun"] })));
  assert.ok(fault?.startsWith('spec.usages[0]: Unsupported value: "fun": supported values: "any", "cert sign"'), fault);
});

const condition = (type: string, status = "True") => ({ type, status });

const pemOf = (text: string) => encodeTextBase64(text);

const statuses: Array<[string, object, object, string[]]> = [
  ["nothing", { conditions: [condition("Approved")] }, {}, []],
  [
    "two minds",
    { conditions: [condition("Approved"), condition("Denied")] },
    {},
    ['status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
  ],
  [
    "a decision that is none",
    { conditions: [condition("Approved", "False")] },
    {},
    ['status.conditions[0].status: Unsupported value: "False": supported values: "True"'],
  ],
  [
    "a condition twice",
    { conditions: [condition("Failed"), condition("Failed")] },
    {},
    ['status.conditions[1].type: Duplicate value: "Failed"'],
  ],
  [
    "a decision taken back",
    {},
    { conditions: [condition("Denied")] },
    ['status.conditions: Forbidden: updates may not remove a condition of type "Denied"'],
  ],
  [
    "a certificate that is none",
    { certificate: pemOf("x") },
    {},
    ['status.certificate: Invalid value: "<certificate data>": must contain at least one CERTIFICATE PEM block'],
  ],
  [
    "a request in its place",
    { certificate: pemOf(made.pem) },
    {},
    [
      'status.certificate: Invalid value: "<certificate data>": only CERTIFICATE PEM blocks are allowed, found "CERTIFICATE REQUEST"',
    ],
  ],
  [
    "another certificate",
    { certificate: pemOf(issue({ commonName: "ca" }, { kind: "ca" }, 10).certificate) },
    { certificate: pemOf("before") },
    ["status.certificate: Forbidden: updates may not change existing certificate content"],
  ],
];

for (const [what, status, before, expected] of statuses)
  certificates(`validation of a status finds ${what}`, () =>
    assert.equal(texts(certificateStatusErrors(asked({}, status), asked({}, before))), expected),
  );

certificates("approving leaves the certificate, signing the approval; the server dates conditions", () => {
  const now = "2025-01-02T00:00:00Z";
  const old = asked(
    {},
    { certificate: "c", conditions: [{ ...condition("Failed"), lastTransitionTime: "2025-01-01T00:00:00Z" }] },
  );
  const approved = asked({ signerName: "x.y/z" }, { certificate: "other", conditions: [condition("Approved")] });
  keepsSigned(approved, old, now);
  assert.is(approved.spec.signerName, "kubernetes.io/kube-apiserver-client", "what is asked stays");
  assert.is(approved.status?.certificate, "c");
  assert.equal(approved.status?.conditions, [
    { ...condition("Approved"), lastUpdateTime: now, lastTransitionTime: now },
    { ...condition("Failed"), lastUpdateTime: now, lastTransitionTime: "2025-01-01T00:00:00Z" },
  ]);
  const signed = asked({}, { certificate: "new", conditions: [condition("Denied")] });
  keepsApproval(
    signed,
    asked({}, { conditions: [{ ...condition("Approved"), lastUpdateTime: now, lastTransitionTime: now }] }),
    now,
  );
  assert.equal(
    signed.status?.conditions?.map(({ type }) => type),
    ["Approved"],
  );
  assert.is(signed.status?.certificate, "new");
});

const cluster = clusterOf(
  aClusterRole("approver", ["approve", "signers", { apiGroups: ["certificates.k8s.io"], resourceNames: ["kubernetes.io/*"] }]),
  aClusterRole("signer", [
    "sign",
    "signers",
    { apiGroups: ["certificates.k8s.io"], resourceNames: ["kubernetes.io/kube-apiserver-client"] },
  ]),
  aBinding("", "approvers", "ClusterRole approver", "User ann"),
  aBinding("", "signers", "ClusterRole signer", "User sam"),
);

const attempt = (plugin: typeof certificateApproval, subresource: string, who: string, status: object, before: object = {}) =>
  refusal(
    plugin,
    {
      operation: "UPDATE",
      resource: "certificatesigningrequests.certificates.k8s.io",
      subresource,
      object: asked({}, status),
      old: asked({}, before),
      user: user(who),
    },
    cluster,
  );

const request = 'certificatesigningrequests.certificates.k8s.io "r" is forbidden: user not permitted to';

certificates("only who may approve for a signer approves", () => {
  const approval = { conditions: [condition("Approved")] };
  assert.is(attempt(certificateApproval, "approval", "ann", approval), "");
  const refused = `${request} approve requests with signerName "kubernetes.io/kube-apiserver-client"`;
  assert.is(attempt(certificateApproval, "approval", "sam", approval), refused);
});

certificates("only who may sign for a signer signs, or says that it failed", () => {
  const refused = `${request} sign requests with signerName "kubernetes.io/kube-apiserver-client"`;
  assert.is(attempt(certificateSigning, "status", "sam", { certificate: "c" }), "");
  assert.is(attempt(certificateSigning, "status", "ann", { certificate: "c" }), refused);
  assert.is(attempt(certificateSigning, "status", "ann", { conditions: [condition("Failed")] }), refused);
  assert.is(attempt(certificateSigning, "status", "ann", { conditions: [condition("Other")] }), "", "anything else is free");
});

certificates("only who may attest for a signer writes its trust bundle, or lets go of it", () => {
  const attesting = clusterOf(
    aClusterRole("attester", ["attest", "signers", { apiGroups: ["certificates.k8s.io"], resourceNames: ["example.com/*"] }]),
    aBinding("", "attesters", "ClusterRole attester", "User ann"),
  );
  const bundle = (signerName: string, more: object = {}) => ({
    metadata: { name: "b", ...more },
    spec: { signerName, trustBundle: "" },
  });
  const resource = "clustertrustbundles.certificates.k8s.io";
  const writing = (who: string, object: object, old?: object) =>
    refusal(
      clusterTrustBundleAttest,
      { resource, object, user: user(who), ...(old === undefined ? {} : { operation: "UPDATE", old }) },
      attesting,
    );
  const refused = `${resource} "b" is forbidden: user not permitted to attest for signerName "example.com/own"`;
  assert.is(writing("ann", bundle("example.com/own")), "");
  assert.is(writing("sam", bundle("example.com/own")), refused);
  assert.is(writing("sam", bundle("")), "", "nobody's bundle is everybody's");
  assert.is(writing("sam", bundle("example.com/own", { finalizers: [] }), bundle("example.com/own")), "");
  assert.is(writing("sam", bundle("example.com/own", { labels: { a: "b" } }), bundle("example.com/own")), refused);
});

certificates("no client certificate makes a superuser", () => {
  const of = (organizations: string[], signerName: string) =>
    refusal(certificateSubjectRestriction, {
      resource: "certificatesigningrequests.certificates.k8s.io",
      object: signingRequest("r", certificateRequest({ commonName: "x", organizations }), { signerName }),
    });
  assert.is(of(["devs"], signerNames.client), "");
  assert.is(of(["system:masters"], "example.com/own"), "");
  assert.is(
    of(["system:masters"], signerNames.client),
    'certificatesigningrequests.certificates.k8s.io "r" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  );
});

certificates.run();
