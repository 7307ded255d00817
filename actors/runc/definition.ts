import { defineActor } from "../../src/actor/define.js";
import { type RuncIo, runcMachine } from "./machine.js";
import { runcMessages } from "./messages.js";

/** The container runtime of one node. */
export const runcDefinition = defineActor<RuncIo>({ role: "runc", messages: runcMessages, machine: runcMachine });
