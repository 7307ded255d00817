import { X509Certificate } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from "../../src/api/admission/certificates.js";
import { encodeTextBase64 } from "../../src/api/base64.js";
import { elementsIn, objectIdentifier } from "../../src/api/certificates/asn1.js";
import { pemBlocks } from "../../src/api/certificates/pem.js";
import { readCertificateRequest } from "../../src/api/certificates/request.js";
import { objectionOf, signerNames } from "../../src/api/certificates/signers.js";
import { keepsApproval, keepsSigned } from "../../src/api/strategy/certificates.js";
import type { CertificateSigningRequest } from "../../src/api/types.js";
import { certificateRequestErrors, certificateStatusErrors } from "../../src/api/validation/certificates.js";
import { issue } from "../../src/pki/certificate.js";
import { objectIdentifier as encodeIdentifier } from "../../src/pki/der.js";
import { signRequest } from "../../src/pki/signing.js";
import { clusterOf, refusal } from "../admission/world.js";
import { certificateRequest, type RequestFor, signingRequest } from "../support/certificate-request.js";
import { aBinding, aClusterRole, user } from "./world.js";

const certificates = suite("certificates");

const read = (of: RequestFor) => {
  const found = readCertificateRequest(certificateRequest(of).pem);
  if (!found.ok) throw new Error(found.problem);
  return found.value;
};

certificates("a request is read: who asks and for which names", () => {
  const request = read({
    commonName: "jane",
    organizations: ["a", "b"],
    dnsNames: ["x.example"],
    ips: [[127, 0, 0, 1]],
    emails: ["j@x"],
    uris: ["spiffe://x"],
  });
  const { commonName, organizations, dnsNames, emailAddresses, uris } = request;
  assert.equal(
    [commonName, organizations, dnsNames, emailAddresses, uris],
    ["jane", ["a", "b"], ["x.example"], ["j@x"], ["spiffe://x"]],
  );
  assert.equal(
    request.ipAddresses.map((bytes) => [...bytes]),
    [[127, 0, 0, 1]],
  );
  assert.equal(read({}).dnsNames, []);
});

certificates("what is no request is told, whatever it is", () => {
  const problem = (text: string) => {
    const found = readCertificateRequest(text);
    return found.ok ? "" : found.problem;
  };
  assert.is(problem(""), "PEM block type must be CERTIFICATE REQUEST");
  assert.is(problem(issue({ commonName: "x" }, { kind: "ca" }, 1).certificate), "PEM block type must be CERTIFICATE REQUEST");
  const { pem } = certificateRequest({ commonName: "x" });
  const [block] = pemBlocks(pem);
  for (let cut = 0; cut < block!.bytes.length; cut += 1) {
    const text = Buffer.from(block!.bytes.subarray(0, cut)).toString("base64");
    const cutOff = `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`;
    assert.ok(problem(cutOff).length > 0, `cut off after ${cut} bytes`);
  }
});

certificates("ASN.1 is read as it is written", () => {
  for (const dotted of ["2.5.4.3", "1.2.840.113549.1.9.14", "1.3.6.1.5.5.7.3.2", "2.16.840.1.113730.4.1"]) {
    const [element] = elementsIn(encodeIdentifier(dotted)) ?? [];
    assert.is(objectIdentifier(element!), dotted);
  }
  for (const broken of [[0x30], [0x30, 5, 1], [0x30, 0x80], [0x30, 0x85, 1, 1, 1, 1, 1], [0x1f, 1, 0]])
    assert.is(elementsIn(Uint8Array.from(broken)), undefined, `${broken}`);
});

const node = { commonName: "system:node:node-1", organizations: ["system:nodes"] };
const clientUsages = ["key encipherment", "digital signature", "client auth"];
const servingUsages = ["key encipherment", "digital signature", "server auth"];
const signers: Array<[string, string, RequestFor, string[], string | undefined]> = [
  ["anybody's client certificate", signerNames.client, { commonName: "jane" }, ["client auth"], undefined],
  ["no server's as a client's", signerNames.client, { commonName: "jane" }, ["server auth"], "usages did not match"],
  [
    "no more than a client needs",
    signerNames.client,
    { commonName: "jane" },
    ["client auth", "server auth"],
    "usages did not match",
  ],
  ["a kubelet's client certificate", signerNames.kubeletClient, node, clientUsages, undefined],
  ["one with a key that cannot encipher", signerNames.kubeletClient, node, ["digital signature", "client auth"], undefined],
  [
    "no kubelet's of another group",
    signerNames.kubeletClient,
    { ...node, organizations: ["x"] },
    clientUsages,
    "subject organization is not system:nodes",
  ],
  [
    "no kubelet's of another name",
    signerNames.kubeletClient,
    { ...node, commonName: "node-1" },
    clientUsages,
    "subject common name does not begin with system:node: ",
  ],
  [
    "no kubelet's client certificate with names",
    signerNames.kubeletClient,
    { ...node, dnsNames: ["x"] },
    clientUsages,
    "DNS subjectAltNames are not allowed",
  ],
  [
    "nor with addresses",
    signerNames.kubeletClient,
    { ...node, ips: [[1, 2, 3, 4]] },
    clientUsages,
    "IP subjectAltNames are not allowed",
  ],
  [
    "nor with mail addresses",
    signerNames.kubeletClient,
    { ...node, emails: ["x"] },
    clientUsages,
    "Email subjectAltNames are not allowed",
  ],
  ["nor with URIs", signerNames.kubeletClient, { ...node, uris: ["x"] }, clientUsages, "URI subjectAltNames are not allowed"],
  [
    "no kubelet's for another use",
    signerNames.kubeletClient,
    node,
    servingUsages,
    "usages did not match [digital signature client auth] or [digital signature key encipherment client auth]",
  ],
  ["a kubelet's server certificate", signerNames.kubeletServing, { ...node, ips: [[1, 2, 3, 4]] }, servingUsages, undefined],
  ["no server's without a name", signerNames.kubeletServing, node, servingUsages, "DNS or IP subjectAltName is required"],
  [
    "no server's with mail addresses",
    signerNames.kubeletServing,
    { ...node, dnsNames: ["x"], emails: ["x"] },
    servingUsages,
    "Email subjectAltNames are not allowed",
  ],
  [
    "nor with URIs there",
    signerNames.kubeletServing,
    { ...node, dnsNames: ["x"], uris: ["x"] },
    servingUsages,
    "URI subjectAltNames are not allowed",
  ],
  [
    "no server's of another group",
    signerNames.kubeletServing,
    { commonName: "x", dnsNames: ["x"] },
    servingUsages,
    "subject organization is not system:nodes",
  ],
  [
    "no server's of another name",
    signerNames.kubeletServing,
    { ...node, commonName: "x", dnsNames: ["x"] },
    servingUsages,
    "subject common name does not begin with system:node: ",
  ],
  [
    "no server's for another use",
    signerNames.kubeletServing,
    { ...node, dnsNames: ["x"] },
    clientUsages,
    "usages did not match [digital signature server auth] or [digital signature key encipherment server auth]",
  ],
  ["anything of old", signerNames.legacy, {}, ["any"], undefined],
];
for (const [what, signer, of, usages, objection] of signers)
  certificates(`the signers sign ${what}`, () => assert.is(objectionOf(signer, read(of), usages), objection));

const authority = { ...issue({ commonName: "ca" }, { kind: "ca" }, 10), subject: { commonName: "ca" } };

certificates("a signed certificate is what was asked for, for as long, and of the authority", () => {
  const { pem } = certificateRequest({
    commonName: "jane",
    organizations: ["devs"],
    dnsNames: ["x.example"],
    ips: [[127, 0, 0, 1]],
  });
  const request = readCertificateRequest(pem);
  assert.ok(request.ok);
  const nowMs = Date.now();
  const signed = signRequest(authority, request.value, { usages: [...clientUsages, "server auth"], seconds: 3600, nowMs });
  assert.ok(signed.ok);
  const certificate = new X509Certificate(signed.certificate);
  assert.ok(certificate.checkIssued(new X509Certificate(authority.certificate)), "it is the authority's");
  assert.ok(certificate.verify(new X509Certificate(authority.certificate).publicKey), "with its signature");
  assert.is(certificate.subject, "O=devs\nCN=jane");
  assert.is(certificate.subjectAltName, "DNS:x.example, IP Address:127.0.0.1");
  assert.equal([...certificate.keyUsage].sort(), ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  assert.is(certificate.ca, false);
  const forMs = Date.parse(certificate.validTo) - nowMs;
  assert.ok(Math.abs(forMs - 3_600_000) < 2_000, `it is valid for an hour, not ${forMs} ms`);
  const long = signRequest(authority, request.value, { usages: ["any"], seconds: 365 * 86_400, nowMs });
  const ends = long.ok ? new X509Certificate(long.certificate).validTo : "";
  assert.is(ends, new X509Certificate(authority.certificate).validTo, "and no longer than the authority");
});

certificates("who does not hold the key gets no certificate", () => {
  const request = readCertificateRequest(certificateRequest({ commonName: "jane", forged: true }).pem);
  assert.ok(request.ok);
  assert.equal(signRequest(authority, request.value, { usages: ["any"], seconds: 3600, nowMs: Date.now() }), {
    ok: false,
    problem: "unable to verify certificate request signature",
  });
  const other = { ...request.value, algorithm: "1.2.3" };
  assert.is(
    signRequest(authority, other, { usages: [], seconds: 3600, nowMs: Date.now() }).ok,
    false,
    "by no algorithm that is known",
  );
  const broken = { ...request.value, publicKey: Uint8Array.of(0x30, 0) };
  assert.is(signRequest(authority, broken, { usages: [], seconds: 3600, nowMs: Date.now() }).ok, false, "with no key at all");
});

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
    { certificate: pemOf(authority.certificate) },
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
