/** What the controller manager has of the world besides the API server: facts about the cluster, and the keys that it signs with. */
import type { CertificateRequest } from "../../../src/api/certificates/request.js";

/** The cluster's certificate authority. */
export interface CertificateAuthority {
  /** A certificate in PEM. `usages` in Kubernetes' words; a `problem` when the request's own signature is wrong. */
  sign(
    request: CertificateRequest,
    asked: { readonly usages: readonly string[]; readonly seconds: number; readonly nowMs: number },
  ): { readonly ok: true; readonly certificate: string } | { readonly ok: false; readonly problem: string };
}

export interface ControllerManagerIo {
  /** The range that nodes' pod ranges are cut from: `10.244.0.0/16`. */
  readonly clusterCidr: string;
  /** Length of one node's prefix: 24. */
  readonly nodeCidrMaskSize: number;
  /** The cluster's CA certificate as PEM, for kube-root-ca.crt in every namespace. */
  readonly clusterCa: string;
  readonly authority: CertificateAuthority;
  /** Signs the claims of a service account's token. */
  readonly signToken: (claims: object) => string;
}
