/** Makes what every cluster has, where it is missing; one after the other, again after a while where etcd does not answer. */
import { setup } from "xstate";
import type { UntypedObject } from "../../../src/api/types.js";
import { decodeJson, type Json } from "../../../src/wire/json.js";
import type { ApiOutcome, ApiUser } from "../request.js";
import type { Server } from "../server.js";
import { type FirstObject, firstObjects, withThisServer } from "./objects.js";

const user: ApiUser = { name: "system:apiserver", groups: ["system:masters"] };

export class Setup {
  private readonly missing: FirstObject[];
  private existing: UntypedObject | undefined;

  constructor(
    private readonly server: Server,
    readonly onDone: () => void,
  ) {
    this.missing = firstObjects(server.io.config);
  }

  get done(): boolean {
    return this.missing.length === 0;
  }

  create(onAnswer: (type: "created" | "exists" | "failed") => void): void {
    const next = this.missing[0];
    if (next === undefined) return;
    this.server.run({ verb: "create", path: next.path, user, body: next.object, options: {} }, (outcome) => {
      if (!outcome.ok && outcome.error.code === 409) onAnswer("exists");
      else onAnswer(this.took(outcome) ? "created" : "failed");
    });
  }

  read(onAnswer: (type: "read" | "failed") => void): void {
    const next = this.missing[0];
    if (next === undefined) return;
    const path = { ...next.path, name: next.object.metadata.name ?? "" };
    this.server.run({ verb: "get", path, user }, (outcome) => {
      if (outcome.ok && "object" in outcome) this.existing = decodeJson(outcome.object as Json<UntypedObject>);
      onAnswer(this.took(outcome) ? "read" : "failed");
    });
  }

  /** What is there lacks this server. */
  get incomplete(): boolean {
    return this.completed() !== undefined;
  }

  complete(onAnswer: (type: "completed" | "failed") => void): void {
    const next = this.missing[0];
    const body = this.completed();
    if (next === undefined || body === undefined) return;
    const path = { ...next.path, name: next.object.metadata.name ?? "" };
    this.server.run({ verb: "update", path, user, body, options: {} }, (outcome) =>
      onAnswer(this.took(outcome) ? "completed" : "failed"),
    );
  }

  next(): void {
    this.missing.shift();
    this.existing = undefined;
  }

  private completed(): UntypedObject | undefined {
    const own = this.missing[0]?.object;
    return own === undefined || this.existing === undefined ? undefined : withThisServer(this.existing, own);
  }

  private took(outcome: ApiOutcome): boolean {
    if (!outcome.ok) this.server.host.note(`setting up: ${outcome.error.status.message ?? ""}`);
    return outcome.ok;
  }
}

export const setupMachine = setup({
  types: {
    context: {} as { setup: Setup },
    events: {} as { type: "created" } | { type: "exists" } | { type: "read" } | { type: "completed" } | { type: "failed" },
    input: {} as { setup: Setup },
  },
  guards: {
    done: ({ context }) => context.setup.done,
    incomplete: ({ context }) => context.setup.incomplete,
  },
  actions: {
    create: ({ context, self }) => context.setup.create((type) => self.send({ type })),
    read: ({ context, self }) => context.setup.read((type) => self.send({ type })),
    complete: ({ context, self }) => context.setup.complete((type) => self.send({ type })),
    next: ({ context }) => context.setup.next(),
    tellDone: ({ context }) => context.setup.onDone(),
  },
  delays: { backoff: 200 },
}).createMachine({
  id: "setup",
  context: ({ input }) => input,
  initial: "choosing",
  states: {
    choosing: { always: [{ guard: "done", target: "done" }, { target: "creating" }] },
    creating: {
      entry: "create",
      on: { created: { target: "choosing", actions: "next" }, exists: "reading", failed: "backingOff" },
    },
    reading: { entry: "read", on: { read: "comparing", failed: "backingOff" } },
    comparing: {
      always: [
        { guard: "incomplete", target: "completing" },
        { target: "choosing", actions: "next" },
      ],
    },
    completing: {
      entry: "complete",
      on: { completed: { target: "choosing", actions: "next" }, failed: "backingOff" },
    },
    backingOff: { after: { backoff: "choosing" } },
    done: { entry: "tellDone", type: "final" },
  },
});

export function startSetup(server: Server, onDone: () => void): void {
  server.host.charts.start(setupMachine, { id: "setup", input: { setup: new Setup(server, onDone) } });
}
