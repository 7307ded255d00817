/** runc's I/O on threads: the shim's runtime for its node, over the port that the thread was given at its start. */
import type { MessagePort } from "node:worker_threads";
import type { Host } from "../../../src/actor/host.js";
import type { RuncIo } from "../machine.js";
import { RemoteDriver } from "./shim/remote-driver.js";

/** Without the shim there are no containers: runc starts anew, and finds none. */
export const realRuncIo = (host: Host, port: MessagePort): RuncIo => ({
  driver: new RemoteDriver(port, () => host.crash(new Error("the container shim has gone"))),
});
