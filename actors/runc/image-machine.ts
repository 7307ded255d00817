/** One image on a node: pulling, present or failed. */
import { assign, setup } from "xstate";
import type { Host } from "../../src/actor/host.js";
import type { Responder } from "../../src/wire/declare.js";
import type { DriverError, DriverOutcome, ImageRecord, RuntimeDriver } from "./io/driver.js";
import { imageRefOf, rejected } from "./status.js";
import type { RuncTable } from "./table.js";

type PullResponder = Responder<{ imageRef: string; simulated: boolean }>;
type RemoveResponder = Responder<Record<string, never>>;

export interface ImageInput {
  readonly host: Host;
  readonly driver: RuntimeDriver;
  readonly table: RuncTable;
  /** As it was asked for. */
  readonly image: string;
  /** Names the chart: the reference in its long form. */
  readonly reference: string;
  readonly pulling?: PullResponder;
  readonly found?: ImageRecord;
}

interface ImageContext extends ImageInput {
  readonly waiting: readonly PullResponder[];
  readonly removing: RemoveResponder | undefined;
}

export type ImageChartEvent =
  | { readonly type: "pull"; readonly respond: PullResponder }
  | { readonly type: "pulled"; readonly record: ImageRecord }
  | { readonly type: "pull failed"; readonly error: DriverError }
  | { readonly type: "remove"; readonly respond: RemoveResponder }
  | { readonly type: "removed" };

export const imageChart = (reference: string): string => `image ${reference}`;

const tell = (context: ImageContext, event: ImageChartEvent): void =>
  context.host.charts.get(imageChart(context.reference))?.send(event);

export const imageMachine = setup({
  types: { context: {} as ImageContext, events: {} as ImageChartEvent, input: {} as ImageInput },
  guards: {
    found: ({ context }) => context.found !== undefined,
    pullAsked: ({ context }) => context.waiting.length > 0,
  },
  delays: {
    /** A failed pull is kept this long, so that what went wrong can be looked at. */
    failureKept: 60_000,
  },
  actions: {
    adopt: ({ context }) => {
      if (context.found !== undefined) context.table.images.set(context.reference, context.found);
    },
    pullInDriver: ({ context }) => {
      const onDone = context.host.bind((outcome: DriverOutcome<ImageRecord>) =>
        tell(context, outcome.ok ? { type: "pulled", record: outcome.value } : { type: "pull failed", error: outcome.error }),
      );
      context.driver.pullImage(context.image, onDone);
    },
    rememberPuller: assign(({ context, event }) =>
      event.type === "pull" ? { waiting: [...context.waiting, event.respond] } : {},
    ),
    notePulled: ({ context, event }) => {
      if (event.type !== "pulled") return;
      context.table.images.set(context.reference, event.record);
      for (const puller of context.waiting) puller.ok({ imageRef: imageRefOf(event.record), simulated: event.record.simulated });
    },
    refusePullers: ({ context, event }) => {
      if (event.type !== "pull failed") return;
      for (const puller of context.waiting) puller.error(rejected(event.error));
    },
    forgetPullers: assign({ waiting: [] }),
    answerRemove: ({ event }) => {
      if (event.type === "remove") event.respond.ok({});
    },
    rememberRemover: assign(({ event }) => (event.type === "remove" ? { removing: event.respond } : {})),
    removeInDriver: ({ context }) => {
      context.driver.removeImage(
        context.image,
        context.host.bind(() => tell(context, { type: "removed" })),
      );
    },
    noteRemoved: ({ context }) => {
      context.table.images.delete(context.reference);
      context.removing?.ok({});
    },
  },
}).createMachine({
  id: "image",
  context: ({ input }) => ({
    ...input,
    waiting: input.pulling === undefined ? [] : [input.pulling],
    removing: undefined,
  }),
  initial: "appearing",
  states: {
    appearing: {
      always: [{ guard: "found", target: "present", actions: "adopt" }, { target: "pulling" }],
    },
    pulling: {
      entry: "pullInDriver",
      on: {
        pull: { actions: "rememberPuller" },
        pulled: { target: "present", actions: ["notePulled", "forgetPullers"] },
        "pull failed": { target: "failed", actions: ["refusePullers", "forgetPullers"] },
        remove: { actions: "answerRemove" },
      },
    },
    present: {
      on: {
        // The registry is asked again: a tag may have moved, and imagePullPolicy Always means that.
        pull: { target: "pulling", actions: "rememberPuller" },
        remove: { target: "removing", actions: "rememberRemover" },
      },
    },
    failed: {
      after: { failureKept: "gone" },
      on: {
        pull: { target: "pulling", actions: "rememberPuller" },
        remove: { target: "gone", actions: "answerRemove" },
      },
    },
    removing: {
      entry: "removeInDriver",
      on: {
        removed: [
          { guard: "pullAsked", target: "pulling", actions: "noteRemoved" },
          { target: "gone", actions: "noteRemoved" },
        ],
        pull: { actions: "rememberPuller" },
        remove: { actions: "answerRemove" },
      },
    },
    gone: { type: "final" },
  },
});
