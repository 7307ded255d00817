import { defineActor } from "../../src/actor/define.js";
import type { KubeletIo } from "./io/io.js";
import { kubeletMachine } from "./machine.js";
import { kubeletMessages } from "./messages.js";

export const kubeletDefinition = defineActor<KubeletIo>({ role: "kubelet", messages: kubeletMessages, machine: kubeletMachine });
