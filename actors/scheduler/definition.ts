import { defineActor } from "../../src/actor/define.js";
import type { SchedulerIo } from "./io/io.js";
import { schedulerMachine } from "./machine.js";
import { schedulerMessages } from "./messages.js";

/** kube-scheduler, as both drivers start it. */
export const schedulerDefinition = defineActor<SchedulerIo>({
  role: "scheduler",
  messages: schedulerMessages,
  machine: schedulerMachine,
});
