import { schedulerDefinition } from "../../../actors/scheduler/definition.js";
import { schedulerIo } from "../../../actors/scheduler/io/io.js";
import { runWorker } from "../worker-entry.js";

runWorker(schedulerDefinition, () => schedulerIo());
