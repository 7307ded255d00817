import { type Cidr, parseCidr } from "../ip.js";

/** What validation needs to know of the cluster. */
export interface ValidationOptions {
  /** Ranges whose addresses endpoints may have although they are loopback: the cluster's own pods. */
  readonly podCidrs: readonly Cidr[];
}

/** Options from CIDR texts; what is no CIDR is left out. */
export const validationOptions = (podCidrs: readonly string[] = []): ValidationOptions => ({
  podCidrs: podCidrs.map(parseCidr).filter((cidr) => cidr !== undefined),
});
