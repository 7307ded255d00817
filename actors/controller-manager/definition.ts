import { defineActor } from "../../src/actor/define.js";
import type { ControllerManagerIo } from "./io/io.js";
import { controllerManagerMachine } from "./machine.js";
import { controllerManagerMessages } from "./messages.js";

/** kube-controller-manager, as both drivers start it. */
export const controllerManagerDefinition = defineActor<ControllerManagerIo>({
  role: "controller-manager",
  messages: controllerManagerMessages,
  machine: controllerManagerMachine,
});
