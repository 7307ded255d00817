import { serviceObjects } from "../aggregation/bulk-objects.js";
import { flowControlObjects } from "../fairness/bulk-objects.js";
import type { Server } from "../server.js";
import { accessObjects } from "./access/objects-of-access.js";
import { setupMachine } from "./machine.js";
import { type FirstObject, firstObjects } from "./objects.js";
import { Setup } from "./setup.js";
import { setUpInBulk } from "./start-bulk.js";

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
  const nowMs = server.host.clock.nowMs();
  setUpInBulk(server, "in bulk", [...accessObjects(), ...flowControlObjects(nowMs), ...serviceObjects(nowMs)], ended);
  setUp(server, namespaces, () => setUp(server, others, ended));
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
