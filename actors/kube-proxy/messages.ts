/** What kube-proxy accepts: its kubelet's question how it is. */
import { call, declareMessages } from "../../src/wire/declare.js";

export interface ProxyHealth {
  /** True while the rules that it has installed are those that the API server last told it. */
  readonly synced: boolean;
  readonly services: number;
  readonly endpoints: number;
  /** Service ports that could not be bound as asked, and why. */
  readonly problems: readonly string[];
}

export const kubeProxyMessages = declareMessages("kube-proxy", {
  health: call<Record<string, never>, ProxyHealth>({ about: "Says how kube-proxy is.", deadlineMs: 2_000 }),
});
