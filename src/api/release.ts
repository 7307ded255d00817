/** The release of Kubernetes that is served: of the API server and of every kubelet. */
export const kubernetesVersion = "v1.33.5";
