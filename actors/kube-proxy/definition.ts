import { defineActor } from "../../src/actor/define.js";
import type { KubeProxyIo } from "./io/io.js";
import { kubeProxyMachine } from "./machine.js";
import { kubeProxyMessages } from "./messages.js";

export const kubeProxyDefinition = defineActor<KubeProxyIo>({
  role: "kube-proxy",
  messages: kubeProxyMessages,
  machine: kubeProxyMachine,
});
