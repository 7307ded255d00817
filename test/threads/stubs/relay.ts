/** A stand-in for the API server: relays, keeps what is traced, and crashes when it is asked for an object named "crash". */
import { setup } from "xstate";
import { apiserverMessages } from "../../../actors/apiserver/messages.js";
import { type ComponentInput, defineActor, type StopEvent } from "../../../src/actor/define.js";
import { runWorker } from "../../../src/thread/worker-entry.js";
import type { Incoming } from "../../../src/wire/declare.js";
import type { Envelope } from "../../../src/wire/envelope.js";
import { wireError } from "../../../src/wire/errors.js";
import { refusal } from "../../../src/wire/routes.js";

type Event = Incoming<typeof apiserverMessages> | StopEvent;

const machine = setup({
  types: { context: {} as ComponentInput<null>, input: {} as ComponentInput<null>, events: {} as Event },
  actions: {
    relay: ({ context: { host } }) =>
      host.wire.relayWith({
        relay: (envelope: Envelope, via) => {
          const refused = refusal(envelope.from, envelope.to, envelope.name);
          if (envelope.kind === "call" && refused !== undefined) host.wire.bounce(envelope, wireError("refused", refused), via);
          else if (!host.wire.forward(envelope, envelope.to))
            host.wire.bounce(envelope, wireError("unreachable", `${envelope.to} is not here`), via);
        },
      }),
    answer: ({ context: { host }, event }) => {
      if (event.type !== "get") return;
      if (event.request.path.name === "crash") throw new Error("asked to crash");
      if (event.request.path.name === "silence") return;
      event.respond.ok({
        object: JSON.stringify({ apiserver: host.address, incarnation: host.incarnation, peers: host.wire.peers() }),
      });
    },
  },
}).createMachine({
  id: "kube-apiserver",
  context: ({ input }) => input,
  initial: "serving",
  states: {
    serving: { entry: "relay", on: { get: { actions: "answer" }, stop: "stopped" } },
    stopped: { type: "final" },
  },
});

runWorker(defineActor<null>({ role: "apiserver", messages: apiserverMessages, machine }), () => null);
