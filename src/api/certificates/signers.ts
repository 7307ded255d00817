/**
 * What each of Kubernetes' own signers signs:
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
 */
import type { CertificateRequest } from "./request.js";

const nodesGroup = "system:nodes";
const nodePrefix = "system:node:";

export const signerNames = {
  client: "kubernetes.io/kube-apiserver-client",
  kubeletClient: "kubernetes.io/kube-apiserver-client-kubelet",
  kubeletServing: "kubernetes.io/kubelet-serving",
  legacy: "kubernetes.io/legacy-unknown",
} as const;

/** Why a signer does not sign a request for these usages; undefined when it does. */
type Objection = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const sameSet = (usages: readonly string[], ...wanted: string[]): boolean =>
  usages.length === wanted.length && wanted.every((usage) => usages.includes(usage));

const objectsToClient: Objection = (_request, usages) => {
  const allowed = ["digital signature", "key encipherment", "client auth"];
  return usages.includes("client auth") && usages.every((usage) => allowed.includes(usage)) ? undefined : "usages did not match";
};

const objectsToNode = ({ organizations, commonName }: CertificateRequest): string | undefined => {
  if (organizations.length !== 1 || organizations[0] !== nodesGroup) return "subject organization is not system:nodes";
  return commonName.startsWith(nodePrefix) ? undefined : "subject common name does not begin with system:node: ";
};

const keyUsages = ["digital signature", "key encipherment"];

export const objectsToKubeletClient: Objection = (request, usages) => {
  if (request.organizations.length !== 1 || request.organizations[0] !== nodesGroup)
    return "subject organization is not system:nodes";
  if (request.dnsNames.length > 0) return "DNS subjectAltNames are not allowed";
  if (request.emailAddresses.length > 0) return "Email subjectAltNames are not allowed";
  if (request.ipAddresses.length > 0) return "IP subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  const ofNode = objectsToNode(request);
  if (ofNode !== undefined) return ofNode;
  const fits = sameSet(usages, ...keyUsages, "client auth") || sameSet(usages, "digital signature", "client auth");
  return fits
    ? undefined
    : "usages did not match [digital signature client auth] or [digital signature key encipherment client auth]";
};

const objectsToKubeletServing: Objection = (request, usages) => {
  if (request.organizations.length !== 1 || request.organizations[0] !== nodesGroup)
    return "subject organization is not system:nodes";
  if (request.dnsNames.length + request.ipAddresses.length === 0) return "DNS or IP subjectAltName is required";
  if (request.emailAddresses.length > 0) return "Email subjectAltNames are not allowed";
  if (request.uris.length > 0) return "URI subjectAltNames are not allowed";
  const fits = sameSet(usages, ...keyUsages, "server auth") || sameSet(usages, "digital signature", "server auth");
  if (!fits) return "usages did not match [digital signature server auth] or [digital signature key encipherment server auth]";
  return objectsToNode(request);
};

const signers: ReadonlyMap<string, Objection> = new Map([
  [signerNames.client, objectsToClient],
  [signerNames.kubeletClient, objectsToKubeletClient],
  [signerNames.kubeletServing, objectsToKubeletServing],
  [signerNames.legacy, () => undefined],
]);

/** True for signers that the controller manager stands for. */
export const isOwnSigner = (name: string): boolean => signers.has(name);

export const objectionOf = (signerName: string, request: CertificateRequest, usages: readonly string[]): string | undefined =>
  signers.get(signerName)?.(request, usages);
