import type { Server } from "../server.js";
import { Definitions } from "./definitions.js";
import { definitionsMachine } from "./machine.js";

/** Looks after the CustomResourceDefinitions from now on. */
export function startDefinitions(server: Server): void {
  server.host.charts.start(definitionsMachine, { id: "definitions", input: { definitions: new Definitions(server) } });
}
