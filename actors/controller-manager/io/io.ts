/**
 * What the controller manager has of the world besides the API server: facts about the cluster that it is configured
 * with. They are the same in both worlds.
 */
export interface ControllerManagerIo {
  /** The range that nodes' pod ranges are cut from: `10.244.0.0/16`. */
  readonly clusterCidr: string;
  /** Length of one node's prefix: 24. */
  readonly nodeCidrMaskSize: number;
  /** The cluster's CA certificate as PEM, for kube-root-ca.crt in every namespace. */
  readonly clusterCa: string;
}

export const controllerManagerIo = (given: Partial<ControllerManagerIo> = {}): ControllerManagerIo => ({
  clusterCidr: given.clusterCidr ?? "10.244.0.0/16",
  nodeCidrMaskSize: given.nodeCidrMaskSize ?? 24,
  clusterCa: given.clusterCa ?? "",
});
