import { flowControlObjects } from "../fairness/bulk-objects.js";
import type { Server } from "../server.js";
import { accessObjects } from "./access/objects-of-access.js";
import { BulkSetup, objectsAtOnce } from "./bulk-setup.js";
import { bulkSetupMachine } from "./bulk-setup-machine.js";
import { setupMachine } from "./machine.js";
import { type FirstObject, firstObjects } from "./objects.js";
import { Setup } from "./setup.js";

/**
 * Makes the first objects, each in a chart of its own so that etcd writes them at once: a sync of the disk for each of them
 * would be most of a start. Namespaces come before what is in them.
 */
export function startSetup(server: Server, onDone: () => void): void {
  const objects = firstObjects(server.io.config);
  const namespaces = objects.filter(({ path }) => path.resource === "namespaces");
  const others = objects.filter(({ path }) => path.resource !== "namespaces");
  let underWay = 2;
  const ended = (): void => {
    underWay -= 1;
    if (underWay === 0) onDone();
  };
  setUpInBulk(server, ended);
  setUp(server, namespaces, () => setUp(server, others, ended));
}

function setUpInBulk(server: Server, onDone: () => void): void {
  const wanted = [...accessObjects(), ...flowControlObjects(server.host.clock.nowMs())];
  let left = Math.ceil(wanted.length / objectsAtOnce);
  const ended = (): void => {
    left -= 1;
    if (left === 0) onDone();
  };
  for (let from = 0; from < wanted.length; from += objectsAtOnce) {
    const bulk = new BulkSetup(server, wanted.slice(from, from + objectsAtOnce), ended);
    server.host.charts.start(bulkSetupMachine, { id: `setup in bulk ${from}`, input: { bulk } });
  }
}

function setUp(server: Server, objects: readonly FirstObject[], onDone: () => void): void {
  let missing = objects.length;
  for (const first of objects) {
    const setup = new Setup(server, [first], () => {
      missing -= 1;
      if (missing === 0) onDone();
    });
    server.host.charts.start(setupMachine, {
      id: `setup ${first.path.resource}/${first.object.metadata.name}`,
      input: { setup },
    });
  }
}
