import type { Server } from "../server.js";
import { ApiServices } from "./api-services.js";
import { apiServicesMachine } from "./machine.js";

/** Looks after the APIServices from now on. */
export function startApiServices(server: Server): void {
  server.host.charts.start(apiServicesMachine, { id: "api services", input: { services: new ApiServices(server) } });
}
