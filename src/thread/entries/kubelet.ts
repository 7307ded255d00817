import { kubeletDefinition } from "../../../actors/kubelet/definition.js";
import type { KubeletIo } from "../../../actors/kubelet/io/io.js";
import { realKubeletIo } from "../../../actors/kubelet/io/real.js";
import { SimulatedVolumes, simulatedKubeletIo } from "../../../actors/kubelet/io/simulated.js";
import type { KubeletSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<KubeletIo, KubeletSettings>(kubeletDefinition, ({ settings: { node, directory } }) =>
  directory === undefined ? simulatedKubeletIo(node, new SimulatedVolumes(), setImmediate) : realKubeletIo(node, directory),
);
