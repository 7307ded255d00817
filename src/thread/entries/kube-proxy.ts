import { kubeProxyDefinition } from "../../../actors/kube-proxy/definition.js";
import type { KubeProxyIo } from "../../../actors/kube-proxy/io/io.js";
import { type RealNetwork, realKubeProxyIo } from "../../../actors/kube-proxy/io/real.js";
import type { NameTable } from "../../../actors/runc/io/driver.js";
import { bindingRules, reachableAt } from "../../../actors/runc/io/ports.js";
import type { KubeProxySettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<KubeProxyIo, KubeProxySettings>(kubeProxyDefinition, ({ settings: { node, nodeAddress, machineAddress, names } }) => {
  const reach = bindingRules();
  const network: RealNetwork = {
    locate: ({ ip, port }) => {
      const at = reachableAt(reach, ip, port);
      return { ip: at.address, port: at.port };
    },
    publish: (table) => names?.postMessage({ addresses: [...table] } satisfies NameTable),
  };
  return realKubeProxyIo({ nodeName: node, nodeAddress, machineAddress }, network);
});
