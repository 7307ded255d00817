import type { Node } from "../generated/types.js";
import { succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import type { AdmissionPlugin } from "./plugin.js";

/** A new node takes no pods until the node lifecycle controller has seen it ready. Source: "Taints and Tolerations". */
const notReady = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" };

export const taintNewNode = (node: Node): Node => {
  const taints = node.spec?.taints ?? [];
  if (taints.some((taint) => taint.key === notReady.key && taint.effect === notReady.effect)) return node;
  return { ...node, spec: { ...node.spec, taints: [...taints, notReady] } };
};

export const taintNodesByCondition: AdmissionPlugin = {
  name: "TaintNodesByCondition",
  concerns: ({ operation, group, resource, subresource }) =>
    operation === "CREATE" && group === "" && resource === "nodes" && subresource === "",
  mutate: ({ object }) => succeed(taintNewNode(object as Node) as UntypedObject),
};
