/** A world for one controller: its caches and its chart on the engine, beside a stub API server. */
import { Controller, type ControllerDefinition } from "../../actors/controller-manager/engine/controller.js";
import { controllerMachine } from "../../actors/controller-manager/engine/controller-machine.js";
import { Informers } from "../../actors/controller-manager/engine/informers.js";
import type { Host } from "../../src/actor/host.js";
import { type ChartWorld, chartWorld } from "../support/chart-world.js";
import { StubApi } from "../support/stub-apiserver.js";

export interface ControllerWorld extends ChartWorld {
  /** Writes that the controllers asked for since the last call, as `verb resource name`. */
  writes(): string[];
}

export function controllerWorld(
  make: (informers: Informers, host: Host) => ControllerDefinition,
  prepare?: (api: StubApi) => void,
): ControllerWorld {
  const api = new StubApi();
  prepare?.(api);
  const world = chartWorld("controller-manager", "1", api);
  const { host, simulation } = world;
  const informers = new Informers(host);
  const definition = make(informers, host);
  host.charts.start(controllerMachine, {
    id: definition.name,
    input: { controller: (tell) => new Controller(host, informers, definition, tell) },
  });
  simulation.run(200);
  const writes = () =>
    api.requests
      .splice(0)
      .filter(({ verb, path }) => verb !== "get" && verb !== "list" && path.resource !== "events")
      .map(({ verb, path }) => [verb, path.resource, path.subresource, path.name].filter(Boolean).join(" "));
  return { ...world, writes };
}
