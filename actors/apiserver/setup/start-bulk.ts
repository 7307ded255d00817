import type { Server } from "../server.js";
import { type BulkObject, BulkSetup, objectsAtOnce } from "./bulk-setup.js";
import { bulkSetupMachine } from "./bulk-setup-machine.js";

/** Writes what is missing of these objects, and completes what lacks something, in charts named after `what` they are. */
export function setUpInBulk(server: Server, what: string, wanted: readonly BulkObject[], onDone: () => void): void {
  let left = Math.ceil(wanted.length / objectsAtOnce);
  const ended = (): void => {
    left -= 1;
    if (left === 0) onDone();
  };
  for (let from = 0; from < wanted.length; from += objectsAtOnce) {
    const bulk = new BulkSetup(server, wanted.slice(from, from + objectsAtOnce), ended);
    server.host.charts.start(bulkSetupMachine, { id: `setup ${what} ${from}`, input: { bulk } });
  }
}
