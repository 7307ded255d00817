/** Every controller of the controller manager. */
import type { Host } from "../../src/actor/host.js";
import { endpointsController } from "./controllers/endpoints/controller.js";
import { endpointSliceController } from "./controllers/endpointslice/controller.js";
import { deploymentController } from "./deployment/controller.js";
import { Controller, type ControllerDefinition } from "./engine/controller.js";
import { controllerMachine } from "./engine/controller-machine.js";
import { Informers } from "./engine/informers.js";
import type { ControllerManagerIo } from "./io/io.js";
import { replicaSetController } from "./replicaset/controller.js";

export const controllersOf = (informers: Informers, _io: ControllerManagerIo): ControllerDefinition[] => [
  deploymentController(informers),
  replicaSetController(informers),
  endpointsController(informers),
  endpointSliceController(informers),
];

/** The charts of the controllers, started when this actor leads and stopped when it does no longer. */
export class Controllers {
  private readonly informers: Informers;
  private readonly definitions: readonly ControllerDefinition[];
  private running: string[] = [];

  /** The caches fill from now on, so that leading can begin at once when it comes. */
  constructor(
    private readonly host: Host,
    io: ControllerManagerIo,
  ) {
    this.informers = new Informers(host);
    this.definitions = controllersOf(this.informers, io);
  }

  start(): void {
    for (const definition of this.definitions) {
      const id = `controller ${definition.name}`;
      const { host, informers } = this;
      host.charts.start(controllerMachine, {
        id,
        input: { controller: (tell) => new Controller(host, informers, definition, tell) },
      });
      this.running.push(id);
    }
  }

  stop(): void {
    for (const id of this.running) this.host.charts.get(id)?.send({ type: "stop" });
    this.running = [];
  }
}
