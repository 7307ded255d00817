import { kubeProxyActor } from "../../../actors/kube-proxy/definition.js";
import type { KubeProxyIo } from "../../../actors/kube-proxy/io/io.js";
import { realKubeProxyIo } from "../../../actors/kube-proxy/io/real.js";
import type { KubeProxySettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<KubeProxyIo, KubeProxySettings>(kubeProxyActor, ({ settings: { node, nodeAddress, machineAddress } }) =>
  realKubeProxyIo({ nodeName: node, nodeAddress, machineAddress }, { locate: (endpoint) => endpoint, publish: () => {} }),
);
