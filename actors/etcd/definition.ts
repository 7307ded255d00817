import { defineActor } from "../../src/actor/define.js";
import { etcdMachine } from "./machine.js";
import { etcdMessages } from "./messages.js";
import type { EtcdIo } from "./service.js";

export const etcdDefinition = defineActor<EtcdIo>({ role: "etcd", messages: etcdMessages, machine: etcdMachine });
