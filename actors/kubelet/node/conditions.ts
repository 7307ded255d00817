/** The conditions of a node that its kubelet reports. Source: "Node Status" in the Kubernetes documentation. */
import { rfc3339 } from "../../../src/actor/host.js";
import type { NodeCondition } from "../../../src/api/types.js";
import type { ProxyHealth } from "../../kube-proxy/messages.js";

/** How kube-proxy is, as far as its kubelet knows. */
export type ProxyView =
  | { readonly kind: "unknown" }
  | { readonly kind: "answered"; readonly health: ProxyHealth }
  | { readonly kind: "silent"; readonly message: string };

export interface NodeView {
  readonly runtimeReady: boolean;
  readonly proxy: ProxyView;
  readonly podsRunning: number;
}

type Untimed = Required<Pick<NodeCondition, "type" | "status" | "reason" | "message">>;

const condition = (type: string, status: "True" | "False" | "Unknown", reason: string, message: string): Untimed => ({
  type,
  status,
  reason,
  message,
});

function proxyReady(proxy: ProxyView): Untimed {
  const type = "KubeProxyReady";
  if (proxy.kind === "unknown") return condition(type, "Unknown", "KubeProxyNotAsked", "kube-proxy was not asked yet");
  if (proxy.kind === "silent") return condition(type, "False", "KubeProxyNotResponding", proxy.message);
  const { synced, services, endpoints, problems } = proxy.health;
  if (!synced) return condition(type, "False", "KubeProxyNotSynced", "kube-proxy has not installed all rules yet");
  const counts = `kube-proxy serves ${services} services with ${endpoints} endpoints`;
  return problems.length === 0
    ? condition(type, "True", "KubeProxySynced", counts)
    : condition(type, "True", "KubeProxyHasProblems", `${counts}; ${problems.slice(0, 5).join("; ")}`);
}

function ready({ runtimeReady }: NodeView): Untimed {
  return runtimeReady
    ? condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")
    : condition("Ready", "False", "KubeletNotReady", "container runtime is down");
}

/** The conditions now; `previous` gives the moments since when each has its status. */
export function nodeConditions(view: NodeView, previous: readonly NodeCondition[], nowMs: number): NodeCondition[] {
  const now = rfc3339(nowMs);
  const untimed = [
    condition("NetworkUnavailable", "False", "PodNetworkReady", "pods get their addresses from the node's pod range"),
    condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    proxyReady(view.proxy),
    condition("PodsRunning", view.podsRunning > 0 ? "True" : "False", "PodsCounted", `${view.podsRunning} pods are running`),
    ready(view),
  ];
  return untimed.map((each) => {
    const before = previous.find(({ type }) => type === each.type);
    const since = before?.status === each.status ? before.lastTransitionTime : undefined;
    return { ...each, lastHeartbeatTime: now, lastTransitionTime: since ?? now };
  });
}

/** True when two lists of conditions differ in more than their heartbeats. */
export function conditionsDiffer(one: readonly NodeCondition[], other: readonly NodeCondition[]): boolean {
  const text = (conditions: readonly NodeCondition[]) =>
    JSON.stringify(conditions.map(({ type, status, reason, message }) => [type, status, reason, message]));
  return text(one) !== text(other);
}
