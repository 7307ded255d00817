import type { Server } from "../server.js";
import { setupMachine } from "./machine.js";
import { Setup } from "./setup.js";

export function startSetup(server: Server, onDone: () => void): void {
  server.host.charts.start(setupMachine, { id: "setup", input: { setup: new Setup(server, onDone) } });
}
