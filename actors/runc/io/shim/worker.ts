/** The shim's thread: it holds every container of the cluster, one runtime a node, and outlives the actors that use them. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { ImageCatalog } from "../../images/catalog.js";
import { WorkerDriver } from "../worker/worker-driver.js";
import { serveDriver } from "./serve-driver.js";
import type { FromShimThread, ShimData, ToShimThread } from "./start.js";

const { directory, entryPath, unknownImages, images, rules, reach } = workerData as ShimData;
const catalog = new ImageCatalog(images);
const drivers = new Map<string, WorkerDriver>();
const clock = {
  nowMs: () => Date.now(),
  after: (delayMs: number, callback: () => void) => setTimeout(callback, delayMs),
  cancel: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
};

// What an earlier cluster left there belongs to containers that are gone.
rmSync(directory, { recursive: true, force: true });

function driverOf(node: string): WorkerDriver {
  let driver = drivers.get(node);
  if (driver === undefined) {
    driver = new WorkerDriver({
      directory: join(directory, node),
      entryPath,
      catalog,
      unknownImages,
      reach,
      rules,
      clock,
    });
    drivers.set(node, driver);
  }
  return driver;
}

function stop(): void {
  let left = drivers.size;
  const ended = (): void => {
    left -= 1;
    if (left >= 0) return;
    rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  for (const driver of drivers.values()) driver.shutDown(ended);
  ended();
}

parentPort?.on("message", (message: ToShimThread) => {
  if (message.type === "connect") serveDriver(message.port, driverOf(message.node));
  else if (message.type === "register") {
    catalog.register(message.image);
    parentPort?.postMessage({ type: "registered" } satisfies FromShimThread);
  } else stop();
});
