/** What the worker of each role is given to make its I/O from: plain data. */

/** A node as its kubelet reports it. Amounts are Kubernetes quantities. */
interface NodeDescription {
  readonly internalIp: string;
  readonly podCidr: string;
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
  readonly pods: number;
  readonly architecture: string;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly runtimeVersion: string;
}

export interface EtcdSettings {
  /** Where the log and the snapshots are; undefined keeps nothing. */
  readonly directory: string | undefined;
}

export interface ApiServerSettings {
  readonly host: string;
  readonly port: number;
  readonly serviceCidr: string;
  readonly podCidr: string;
  readonly nodePortRange: { readonly from: number; readonly to: number };
  readonly certificateAuthority: string;
  readonly certificate: string;
  readonly key: string;
  /** P-256, PKCS #8 in PEM. */
  readonly serviceAccountKey: string;
  /** Bearer tokens that are known from the start, and whose they are. */
  readonly tokens: ReadonlyArray<{
    readonly token: string;
    readonly user: { readonly name: string; readonly groups: readonly string[] };
  }>;
}

export interface KubeletSettings {
  readonly node: NodeDescription;
  /** The node's own directory. */
  readonly directory: string;
}

export interface RuncSettings {
  readonly node: string;
  readonly runtime: "worker" | "simulated";
  readonly unknownImages: "simulate" | "fail";
  readonly directory: string;
}

export interface KubeProxySettings {
  readonly node: string;
  readonly nodeAddress: string;
  /** NodePorts are served here too, by one of the nodes. */
  readonly machineAddress: string | undefined;
}
