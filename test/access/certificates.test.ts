import { X509Certificate } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { elementsIn, objectIdentifier } from "../../src/api/certificates/asn1.js";
import { pemBlocks } from "../../src/api/certificates/pem.js";
import { readCertificateRequest } from "../../src/api/certificates/request.js";
import { objectionOf, signerNames } from "../../src/api/certificates/signers.js";
import { issue } from "../../src/pki/certificate.js";
import { objectIdentifier as encodeIdentifier } from "../../src/pki/der.js";
import { signRequest } from "../../src/pki/signing.js";
import { certificateRequest, type RequestFor } from "../support/certificate-request.js";

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

certificates.run();
