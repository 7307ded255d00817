/** The kubeconfig of a cluster (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). */
import type { KeyAndCertificate } from "../pki/certificate.js";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

export interface KubeconfigParts {
  readonly cluster: string;
  /** Of the API server. */
  readonly url: string;
  /** The authority that signed the API server's certificate, in PEM. */
  readonly ca: string;
  readonly user: string;
  readonly credentials: KeyAndCertificate;
}

/** YAML, with certificates inside. */
export const kubeconfigOf = ({ cluster, url, ca, user, credentials }: KubeconfigParts): string => `apiVersion: v1
kind: Config
clusters:
- name: ${cluster}
  cluster:
    server: ${url}
    certificate-authority-data: ${base64(ca)}
users:
- name: ${user}
  user:
    client-certificate-data: ${base64(credentials.certificate)}
    client-key-data: ${base64(credentials.key)}
contexts:
- name: ${cluster}
  context:
    cluster: ${cluster}
    user: ${user}
current-context: ${cluster}
`;
