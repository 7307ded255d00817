/**
 * Who may approve and sign certificates, and which must not be asked for:
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#certificateapproval
 */
import { decodeTextBase64 } from "../base64.js";
import { readCertificateRequest } from "../certificates/request.js";
import type { CertificateSigningRequest, ClusterTrustBundle } from "../generated/types.js";
import { quote } from "../go-format.js";
import { fail } from "../status.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  type AdmissionTarget,
  type ClusterView,
  forbidden,
  noRemarks,
  onlyLetsGo,
} from "./plugin.js";

const group = "certificates.k8s.io";

const aboutRequests = (target: AdmissionTarget, operation: string, subresource: string): boolean =>
  target.group === group &&
  target.resource === "certificatesigningrequests" &&
  target.operation === operation &&
  target.subresource === subresource;

/** The signer by its name, or any of its domain. */
function maySigner(
  verb: "approve" | "sign" | "attest",
  { user }: AdmissionRequest,
  cluster: ClusterView,
  signerName: string,
): boolean {
  const domain = `${signerName.split("/")[0]}/*`;
  return [signerName, domain].some((name) => cluster.access.allows(user, { verb, group, resource: "signers", name }));
}

const asked = (object: object | undefined): CertificateSigningRequest => object as CertificateSigningRequest;

export const certificateApproval: AdmissionPlugin = {
  name: "CertificateApproval",
  concerns: (target) => aboutRequests(target, "UPDATE", "approval"),
  validate: (request, cluster) => {
    // The stored request says who is to sign: what is written here cannot change it.
    const { signerName } = asked(request.old).spec;
    if (maySigner("approve", request, cluster, signerName)) return noRemarks();
    return fail(forbidden(request, `user not permitted to approve requests with signerName ${quote(signerName)}`));
  },
};

const failed = ({ status }: CertificateSigningRequest): boolean =>
  (status?.conditions ?? []).some(({ type }) => type === "Failed");

export const certificateSigning: AdmissionPlugin = {
  name: "CertificateSigning",
  concerns: (target) => aboutRequests(target, "UPDATE", "status"),
  validate: (request, cluster) => {
    const [now, before] = [asked(request.object), asked(request.old)];
    const same = (now.status?.certificate ?? "") === (before.status?.certificate ?? "") && failed(now) === failed(before);
    const { signerName } = before.spec;
    if (same || maySigner("sign", request, cluster, signerName)) return noRemarks();
    return fail(forbidden(request, `user not permitted to sign requests with signerName ${quote(signerName)}`));
  },
};

export const clusterTrustBundleAttest: AdmissionPlugin = {
  name: "ClusterTrustBundleAttest",
  concerns: ({ group: of, resource, operation }) =>
    of === group && resource === "clustertrustbundles" && (operation === "CREATE" || operation === "UPDATE"),
  validate: (request, cluster) => {
    // Whose certificates a bundle has cannot change, so what is written says it.
    const { signerName = "" } = (request.object as unknown as ClusterTrustBundle).spec;
    if (signerName === "" || onlyLetsGo(request) || maySigner("attest", request, cluster, signerName)) return noRemarks();
    return fail(forbidden(request, `user not permitted to attest for signerName ${quote(signerName)}`));
  },
};

const clientSigner = "kubernetes.io/kube-apiserver-client";

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  concerns: (target) => aboutRequests(target, "CREATE", ""),
  validate: (request) => {
    const { spec } = asked(request.object);
    if (spec.signerName !== clientSigner) return noRemarks();
    const read = readCertificateRequest(decodeTextBase64(spec.request) ?? "");
    if (!read.ok || !read.value.organizations.includes("system:masters")) return noRemarks();
    return fail(forbidden(request, `use of ${clientSigner} signer with system:masters group is not allowed`));
  },
};
