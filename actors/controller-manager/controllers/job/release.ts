/** Lets a pod go that was kept to be counted. */
import type { Pod } from "../../../../src/api/types.js";
import { pathTo } from "../../engine/ownership.js";
import type { PlannedWrite } from "../../engine/plan.js";
import { pods } from "../../engine/resources.js";
import { trackingFinalizer } from "./template.js";

/** The uid in the patch makes it fail for a namesake that came later. */
export const release = (pod: Pod): PlannedWrite => ({
  request: {
    verb: "patch",
    path: pathTo(pods.path, pod),
    patchType: "application/strategic-merge-patch+json",
    patch: { metadata: { uid: pod.metadata.uid, "$deleteFromPrimitiveList/finalizers": [trackingFinalizer] } },
  },
});
