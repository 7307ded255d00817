import { defineActor } from "../../src/actor/define.js";
import type { ApiServerIo } from "./io/io.js";
import { apiserverMachine } from "./machine.js";
import { apiserverMessages } from "./messages.js";

export const apiserverDefinition = defineActor<ApiServerIo>({
  role: "apiserver",
  messages: apiserverMessages,
  machine: apiserverMachine,
});
