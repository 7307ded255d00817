/** What the worker of each role is given to make its I/O from: plain data. */

import type { MessagePort } from "node:worker_threads";
import type { ControllerManagerIo } from "../../actors/controller-manager/io/io.js";
import type { NodeDescription } from "../../actors/kubelet/configuration.js";
import type { AuditPolicy } from "../api/audit/policy.js";

export interface EtcdSettings {
  /** Where the log and the snapshots are. */
  readonly directory: string;
  /** False where they are thrown away at the end: then nothing waits for the disk. */
  readonly outlivesMachine: boolean;
}

export interface ApiServerSettings {
  readonly host: string;
  /** In the pod range: the endpoint of the Service `kubernetes`. */
  readonly advertiseAddress: string;
  readonly port: number;
  readonly serviceCidr: string;
  readonly podCidr: string;
  readonly nodePortRange: { readonly from: number; readonly to: number };
  readonly certificateAuthority: string;
  readonly certificate: string;
  readonly key: string;
  readonly frontProxyAuthority: string;
  readonly frontProxy: { readonly key: string; readonly certificate: string };
  /** The module of the thread that reads long YAML texts, as a URL. */
  readonly yamlEntry: string;
  /** P-256, PKCS #8 in PEM. */
  readonly serviceAccountKey: string;
  /** Where the audit log goes, and what is told in it. */
  readonly audit?: { readonly path: string; readonly policy: AuditPolicy };
  readonly debugPages: boolean;
  /** Bearer tokens that are known from the start, and whose they are. */
  readonly tokens: ReadonlyArray<{
    readonly token: string;
    readonly user: { readonly name: string; readonly groups: readonly string[] };
  }>;
}

export interface ControllerManagerSettings extends Pick<ControllerManagerIo, "clusterCidr" | "nodeCidrMaskSize" | "clusterCa"> {
  /** PKCS #8 in PEM: of the certificate authority, and of service account tokens. */
  readonly authorityKey: string;
  readonly serviceAccountKey: string;
  /** Where the volumes are that the cluster provisions. */
  readonly volumesDirectory: string;
}

export interface KubeletSettings {
  readonly node: NodeDescription;
  /** The node's own directory. Absent where containers are simulated: nobody reads their volumes. */
  readonly directory?: string;
}

export interface RuncSettings {
  /** Of the runtime of its node, which outlives the thread. */
  readonly runtime: MessagePort;
}

export interface KubeProxySettings {
  readonly node: string;
  readonly nodeAddress: string;
  /** NodePorts are served here too, by one of the nodes. */
  readonly machineAddress: string | undefined;
  readonly clusterCidr: string;
  readonly dnsAddress: string;
}
