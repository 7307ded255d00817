import { runcActor } from "../../../actors/runc/actor.js";
import { realRuncIo } from "../../../actors/runc/io/real.js";
import type { RuncIo } from "../../../actors/runc/machine.js";
import type { RuncSettings } from "../settings.js";
import { runWorker } from "../worker-entry.js";

runWorker<RuncIo, RuncSettings>(runcActor, ({ host, settings }) => realRuncIo(host, settings.runtime));
