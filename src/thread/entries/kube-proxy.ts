import { kubeProxyDefinition } from "../../../actors/kube-proxy/definition.js";
import type { EndpointAddress, KubeProxyIo } from "../../../actors/kube-proxy/io/io.js";
import { type RealNetwork, realKubeProxyIo } from "../../../actors/kube-proxy/io/real.js";
import { bindingRules, reachableAt } from "../../../actors/runc/io/ports.js";
import type { KubeProxySettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<KubeProxyIo, KubeProxySettings>(kubeProxyDefinition, ({ settings: { node, ...settings } }) => {
  const reach = bindingRules();
  const locate = ({ ip, port }: EndpointAddress): EndpointAddress => {
    const at = reachableAt(reach, ip, port);
    return { ip: at.address, port: at.port };
  };
  const network: RealNetwork = { locate, place: (at) => (reach.loopbackOnly ? locate(at) : at) };
  return realKubeProxyIo({ nodeName: node, ...settings }, network);
});
