/**
 * What somebody needs who brings a scheduler or a controller manager of his own: a kubeconfig for the user that Kubernetes'
 * roles are bound to (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles), and the cluster's keys.
 */
import { join } from "node:path";
import type { ClusterKeys } from "../pki/authority.js";
import { caSubject, clientDays } from "../pki/authority.js";
import { issue } from "../pki/certificate.js";
import type { DataDirectory } from "./data-directory.js";
import { kubeconfigOf } from "./kubeconfig.js";
import type { Settled } from "./options.js";

export type OwnComponent = "scheduler" | "controller-manager";

export interface OwnComponents {
  /** Where the kubeconfig of each component that this cluster leaves to its user is. */
  readonly kubeconfigPaths: ReadonlyMap<OwnComponent, string>;
  /** Where `ca.crt`, `ca.key`, `sa.key` and `front-proxy-ca.crt` are. */
  readonly pkiDirectory: string;
}

export function equipOwnComponents(options: Settled, directory: DataDirectory, url: string, keys: ClusterKeys): OwnComponents {
  const left: OwnComponent[] = [
    ...(options.scheduler ? [] : ["scheduler" as const]),
    ...(options.controllerManager ? [] : ["controller-manager" as const]),
  ];
  const equip = (component: OwnComponent): string => {
    const user = `system:kube-${component}`;
    const issuer = { ...keys.ca, subject: caSubject };
    const credentials = issue({ commonName: user }, { kind: "client" }, clientDays, issuer);
    const kubeconfig = kubeconfigOf({ cluster: "chartroom", url, ca: keys.ca.certificate, user, credentials });
    return directory.write(`${component}.conf`, kubeconfig, 0o600);
  };
  return {
    kubeconfigPaths: new Map(left.map((component) => [component, equip(component)])),
    pkiDirectory: join(directory.path, "pki"),
  };
}
