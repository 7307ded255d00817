import { runcActor } from "../../../actors/runc/actor.js";
import { SimulatedDriver } from "../../../actors/runc/io/simulated-driver.js";
import { SimulatedNetwork } from "../../../actors/runc/io/simulated-network.js";
import type { RuncIo } from "../../../actors/runc/machine.js";
import { runWorker } from "../worker-entry.js";

runWorker<RuncIo, unknown>(runcActor, ({ host: { clock } }) => ({
  driver: new SimulatedDriver({ clock, network: new SimulatedNetwork() }),
}));
