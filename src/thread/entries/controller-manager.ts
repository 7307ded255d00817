import { controllerManagerDefinition } from "../../../actors/controller-manager/definition.js";
import type { ControllerManagerIo } from "../../../actors/controller-manager/io/io.js";
import type { ControllerManagerSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<ControllerManagerIo, ControllerManagerSettings>(controllerManagerDefinition, ({ settings }) => settings);
