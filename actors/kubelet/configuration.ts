/** What one kubelet is told of its node when it starts, and the periods and bounds that all kubelets share. */

/** A node as its kubelet reports it. Amounts are Kubernetes quantities. */
export interface NodeDescription {
  /** The address of the node inside the cluster. */
  readonly internalIp: string;
  /** Where the cluster's DNS is served. */
  readonly clusterDns: string;
  /** The range from which pods on this node get their addresses. */
  readonly podCidr: string;
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
  readonly pods: number;
  /** In Go's words: amd64, arm64. */
  readonly architecture: string;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  readonly machineId: string;
  readonly bootId: string;
  /** Of the container runtime: `1.0.0`. */
  readonly runtimeVersion: string;
  /** Labels beyond those that every node has. */
  readonly labels?: ReadonlyMap<string, string>;
}

export const clusterDomain = "cluster.local";

/** Source: the kubelet configuration reference, kubelet.config.k8s.io/v1beta1. */
export const kubeletTimings = {
  leaseRenewMs: 10_000,
  leaseDurationSeconds: 40,
  nodeStatusUpdateMs: 10_000,
  nodeStatusReportMs: 300_000,
  /** How long to wait before a refused registration or heartbeat is tried again. */
  retryMs: 200,
  retryMostMs: 7_000,
  /** The runtime is asked for everything it has, in case an event was missed. */
  relistMs: 60_000,
  /** Tries to reach a runtime that does not answer. */
  runtimeRetryMs: 200,
  /** A runtime that was not heard of for so long makes the node not ready. */
  runtimeMissedMs: 30_000,
  /** kube-proxy is asked again so soon when it did not answer. */
  proxyRetryMs: 2_000,
  /** How long a container whose configuration is incomplete waits before it is tried again. */
  configurationRetryMs: 5_000,
  volumeRefreshMs: 60_000,
  volumeRetryFirstMs: 100,
  volumeRetryMostMs: 122_000,
  sandboxRetryMs: 2_000,
  /** A resize that has to wait for other pods to go is looked at again so soon. */
  resizeRetryMs: 5_000,
  imageBackoffFirstMs: 10_000,
  imageBackoffMostMs: 300_000,
  crashBackoffFirstMs: 10_000,
  crashBackoffMostMs: 300_000,
  /** A container that ran this long is no longer counted as crashing. */
  crashBackoffResetMs: 600_000,
  /** Changes of a pod's status within this time are written together. */
  statusGatherMs: 50,
  statusRetryFirstMs: 100,
  statusRetryMostMs: 10_000,
  /** What is read of a ConfigMap or Secret is believed this long. */
  objectCacheMs: 10_000,
} as const;

export const kubeletLimits = {
  statusWritesAtOnce: 16,
  objectsCached: 2_000,
  tokensCached: 2_000,
  /** What a probe or hook prints is cut to this in messages. */
  probeOutputBytes: 10 * 1024,
} as const;
