/** Pods as the kubelet is given them. */
import type { Pod } from "../../src/api/types.js";

export const podWith = (spec: object, metadata: object = {}): Pod => ({
  metadata: { name: "web", namespace: "shop", uid: "u", ...metadata },
  spec: { containers: [], ...spec },
});
