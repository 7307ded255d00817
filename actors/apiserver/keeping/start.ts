import { ApiServices } from "../aggregation/api-services.js";
import { DocumentsKeeper } from "../aggregation/documents-keeper.js";
import { Definitions } from "../definitions/definitions.js";
import { ExpiredLeases } from "../identity/expired-leases.js";
import { Heartbeat } from "../identity/heartbeat.js";
import type { Server } from "../server.js";
import { keeperMachine } from "./machine.js";

/**
 * From now on the API server looks after CustomResourceDefinitions, APIServices, and what extension API servers say of themselves. It says
 * that it lives, and clears away what those said that live no longer.
 */
export function startKeepers(server: Server): void {
  const { charts } = server.host;
  charts.start(keeperMachine, { id: "definitions", input: { keeper: new Definitions(server) } });
  charts.start(keeperMachine, { id: "api services", input: { keeper: new ApiServices(server) } });
  charts.start(keeperMachine, { id: "extension documents", input: { keeper: new DocumentsKeeper(server) } });
  charts.start(keeperMachine, { id: "heartbeat", input: { keeper: new Heartbeat(server) } });
  charts.start(keeperMachine, { id: "expired heartbeats", input: { keeper: new ExpiredLeases(server) } });
}
