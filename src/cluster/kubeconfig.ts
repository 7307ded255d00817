/** The kubeconfig of a cluster (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). */
import type { ClusterKeys } from "../pki/authority.js";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** YAML, for the administrator, with certificates inside. */
export const kubeconfigOf = (name: string, url: string, keys: ClusterKeys): string => `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster:
    server: ${url}
    certificate-authority-data: ${base64(keys.ca.certificate)}
users:
- name: ${name}-admin
  user:
    client-certificate-data: ${base64(keys.admin.certificate)}
    client-key-data: ${base64(keys.admin.key)}
contexts:
- name: ${name}
  context:
    cluster: ${name}
    user: ${name}-admin
current-context: ${name}
`;
