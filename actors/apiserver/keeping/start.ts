import { ApiServices } from "../aggregation/api-services.js";
import { DocumentsKeeper } from "../aggregation/documents-keeper.js";
import { Definitions } from "../definitions/definitions.js";
import type { Server } from "../server.js";
import { keeperMachine } from "./machine.js";

/** From now on the API server looks after CustomResourceDefinitions, APIServices, and what extension API servers say of themselves. */
export function startKeepers(server: Server): void {
  const { charts } = server.host;
  charts.start(keeperMachine, { id: "definitions", input: { keeper: new Definitions(server) } });
  charts.start(keeperMachine, { id: "api services", input: { keeper: new ApiServices(server) } });
  charts.start(keeperMachine, { id: "extension documents", input: { keeper: new DocumentsKeeper(server) } });
}
