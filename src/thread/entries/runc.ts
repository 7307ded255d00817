import { runcDefinition } from "../../../actors/runc/definition.js";
import { realRuncIo } from "../../../actors/runc/io/real.js";
import type { RuncIo } from "../../../actors/runc/machine.js";
import type { RuncSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<RuncIo, RuncSettings>(runcDefinition, ({ host, settings }) => realRuncIo(host, settings.runtime));
