/** Makes some of what every cluster has, where it is missing; one after the other, again after a while where etcd does not answer. */
import type { UntypedObject } from "../../../src/api/types.js";
import { decodeJson, type Json } from "../../../src/wire/json.js";
import { ownUser as user } from "../access/users.js";
import type { ApiOutcome } from "../request.js";
import type { Server } from "../server.js";
import { type FirstObject, withThisServer } from "./objects.js";

const fieldManager = "kube-apiserver";

export class Setup {
  private readonly missing: FirstObject[];
  private existing: UntypedObject | undefined;

  constructor(
    private readonly server: Server,
    objects: readonly FirstObject[],
    readonly onDone: () => void,
  ) {
    this.missing = [...objects];
  }

  get done(): boolean {
    return this.missing.length === 0;
  }

  create(onAnswer: (type: "created" | "exists" | "failed") => void): void {
    const next = this.missing[0];
    if (next === undefined) return;
    this.server.run(
      { verb: "create", path: next.path, user, fieldManager, bootstrap: true, body: next.object, options: {} },
      (outcome) => {
        if (!outcome.ok && outcome.error.code === 409) onAnswer("exists");
        else onAnswer(this.took(outcome) ? "created" : "failed");
      },
    );
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
    this.server.run({ verb: "update", path, user, fieldManager, bootstrap: true, body, options: {} }, (outcome) =>
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
