import { kubeletDefinition } from "../../../actors/kubelet/definition.js";
import type { KubeletIo } from "../../../actors/kubelet/io/io.js";
import { realKubeletIo } from "../../../actors/kubelet/io/real.js";
import type { KubeletSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<KubeletIo, KubeletSettings>(kubeletDefinition, ({ settings: { node, directory } }) => realKubeletIo(node, directory));
