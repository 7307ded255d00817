/** Annotations and finalizers by which those who keep volumes agree. Source: https://kubernetes.io/docs/reference/labels-annotations-taints/ */

/** Of a claim: its binding is complete; from then on its volume is its only one. */
export const bindCompletedAnnotation = "pv.kubernetes.io/bind-completed";
/** Of a claim or a volume: the controller has chosen the other side, not a user. */
export const boundByControllerAnnotation = "pv.kubernetes.io/bound-by-controller";
/** Of a volume: who has provisioned it. */
export const provisionedByAnnotation = "pv.kubernetes.io/provisioned-by";
/** Of a claim: who is to provision it, by its name of today and its earlier one. */
export const provisionerAnnotation = "volume.kubernetes.io/storage-provisioner";
export const betaProvisionerAnnotation = "volume.beta.kubernetes.io/storage-provisioner";
/** Of a claim: the scheduler has chosen this node for its first consumer. */
export const selectedNodeAnnotation = "volume.kubernetes.io/selected-node";

/** The provisioner that a Chartroom cluster has built in: a directory of the cluster's own for every claim. */
export const localPathProvisioner = "chartroom.io/local-path";
