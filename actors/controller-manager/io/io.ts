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

/** What is done with the directory that a volume is kept in. To make one that is there, or remove one that is not, is no error. */
export interface DirectoryWork {
  readonly what: "make" | "empty" | "remove";
  readonly path: string;
}
/** `error` is a short text for people, absent when it was done. */
export interface WorkEnd {
  readonly error?: string;
}

/** The disk that volumes are on, which all nodes share. */
export interface VolumeDisk {
  /** The directory of the volumes that the cluster itself provisions. */
  readonly directory: string;
  /** Calls back once. */
  work(work: DirectoryWork, onEnd: (end: WorkEnd) => void): void;
}

export interface ControllerManagerIo {
  /** The range that nodes' pod ranges are cut from: `10.244.0.0/16`. */
  readonly clusterCidr: string;
  /** Length of one node's prefix: 24. */
  readonly nodeCidrMaskSize: number;
  /** The cluster's CA certificate as PEM, for kube-root-ca.crt in every namespace. */
  readonly clusterCa: string;
  readonly authority: CertificateAuthority;
  readonly volumes: VolumeDisk;
  /** Signs the claims of a service account's token. */
  readonly signToken: (claims: object) => string;
}
