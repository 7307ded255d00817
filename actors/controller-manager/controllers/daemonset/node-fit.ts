/** Which nodes a DaemonSet's pods belong on. */
import { nodeIsAskedFor } from "../../../../src/api/node-affinity.js";
import { isTolerated } from "../../../../src/api/taints.js";
import type { DaemonSet, Node } from "../../../../src/api/types.js";
import { daemonSpec } from "./template.js";

export interface NodeFit {
  readonly shouldRun: boolean;
  /** A pod that is there already may stay. */
  readonly mayStay: boolean;
}

export function nodeFit(set: DaemonSet, node: Node): NodeFit {
  const spec = daemonSpec(set);
  const { nodeName } = spec;
  if ((nodeName && nodeName !== node.metadata.name) || !nodeIsAskedFor(spec, node)) return { shouldRun: false, mayStay: false };
  const untolerated = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== "PreferNoSchedule" && !isTolerated(taint, spec.tolerations ?? []),
  );
  const expelled = untolerated.some(({ effect }) => effect === "NoExecute");
  return { shouldRun: untolerated.length === 0, mayStay: !expelled };
}
