/** runc of one node: it first takes over what its runtime already runs, then serves the kubelet. */
import { setup } from "xstate";
import type { ComponentInput, StopEvent } from "../../src/actor/define.js";
import { wireError } from "../../src/wire/errors.js";
import type { LinkEvent } from "../../src/wire/link.js";
import type { ContainerRecord, DriverOutcome, ImageRecord, RuntimeDriver, SandboxRecord } from "./io/driver.js";
import { runcMessages } from "./messages.js";
import {
  adoptContainers,
  adoptImages,
  adoptSandboxes,
  type RuncParts,
  type RuncRequest,
  refuse,
  runtimeEvent,
  serve,
} from "./requests.js";
import { RuncTable } from "./table.js";

/** Where runc touches the world: a runtime that outlives it. */
export interface RuncIo {
  readonly driver: RuntimeDriver;
}

type RuncEvent =
  | RuncRequest
  | LinkEvent
  | StopEvent
  | { readonly type: "sandboxes listed"; readonly sandboxes: readonly SandboxRecord[] }
  | { readonly type: "images listed"; readonly images: readonly ImageRecord[] }
  | { readonly type: "containers listed"; readonly containers: readonly ContainerRecord[] }
  | { readonly type: "listing failed"; readonly why: string };

const isRequest = (event: RuncEvent): event is RuncRequest => Object.hasOwn(runcMessages, event.type);

export const runcMachine = setup({
  types: { context: {} as RuncParts, events: {} as RuncEvent, input: {} as ComponentInput<RuncIo> },
  delays: {
    /** Between attempts to hear from a runtime that does not answer. */
    relistDelay: 1_000,
  },
  guards: {
    isRequest: ({ event }) => isRequest(event),
  },
  actions: {
    /** What the runtime says of a container goes to that container's chart. */
    listenToDriver: ({ context }) => {
      context.driver.listen(context.host.bind((event) => runtimeEvent(context, event)));
    },
    listSandboxes: ({ context, self }) => {
      context.driver.listSandboxes(
        context.host.bind((outcome: DriverOutcome<readonly SandboxRecord[]>) =>
          self.send(
            outcome.ok
              ? { type: "sandboxes listed", sandboxes: outcome.value }
              : { type: "listing failed", why: outcome.error.message },
          ),
        ),
      );
    },
    listImages: ({ context, self }) => {
      context.driver.listImages(
        context.host.bind((outcome: DriverOutcome<readonly ImageRecord[]>) =>
          self.send(
            outcome.ok
              ? { type: "images listed", images: outcome.value }
              : { type: "listing failed", why: outcome.error.message },
          ),
        ),
      );
    },
    listContainers: ({ context, self }) => {
      context.driver.list(
        context.host.bind((outcome: DriverOutcome<readonly ContainerRecord[]>) =>
          self.send(
            outcome.ok
              ? { type: "containers listed", containers: outcome.value }
              : { type: "listing failed", why: outcome.error.message },
          ),
        ),
      );
    },
    adoptSandboxes: ({ context, event }) => {
      if (event.type === "sandboxes listed") adoptSandboxes(context, event.sandboxes);
    },
    adoptImages: ({ context, event }) => {
      if (event.type === "images listed") adoptImages(context, event.images);
    },
    adoptContainers: ({ context, event }) => {
      if (event.type === "containers listed") adoptContainers(context, event.containers);
    },
    noteSilence: ({ context, event }) =>
      context.host.note(`the runtime does not answer: ${event.type === "listing failed" ? event.why : "deadline exceeded"}`),
    serve: ({ context, event }) => {
      if (isRequest(event)) serve(context, event);
    },
    refuse: ({ context, event }) => {
      if (isRequest(event)) refuse(event, wireError("unavailable", `${context.host.address} is not serving yet`));
    },
    /** Containers go on: whoever ends the cluster ends the runtime. */
    leave: ({ context }) => {
      context.table.endSubscriptions();
      context.driver.close();
    },
  },
}).createMachine({
  id: "runc",
  context: ({ input }) => ({ host: input.host, driver: input.io.driver, table: new RuncTable() }),
  initial: "adopting",
  states: {
    adopting: {
      entry: "listenToDriver",
      initial: "sandboxes",
      states: {
        sandboxes: {
          entry: "listSandboxes",
          on: { "sandboxes listed": { target: "images", actions: "adoptSandboxes" } },
        },
        images: {
          entry: "listImages",
          on: { "images listed": { target: "containers", actions: "adoptImages" } },
        },
        // Last, so that no event about a container comes between what the driver tells and its chart.
        containers: {
          entry: "listContainers",
          on: { "containers listed": { target: "#runc.serving", actions: "adoptContainers" } },
        },
        unanswered: { after: { relistDelay: "sandboxes" } },
      },
      on: {
        "listing failed": { target: ".unanswered", actions: "noteSilence" },
        "*": { guard: "isRequest", actions: "refuse" },
        stop: { target: "stopped" },
      },
    },
    serving: {
      on: {
        "*": { guard: "isRequest", actions: "serve" },
        stop: { target: "stopped" },
      },
    },
    stopped: { type: "final", entry: "leave" },
  },
});
