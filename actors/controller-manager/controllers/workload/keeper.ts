/** Whoever keeps pods creates and deletes them in the same words. */
import { type EventToRecord, referenceTo } from "../../../../src/actor/events.js";
import type { KubernetesObject, OwnerReference, Pod } from "../../../../src/api/types.js";
import { controllerReference, pathTo } from "../../engine/ownership.js";
import type { PlannedWrite } from "../../engine/plan.js";
import { pods } from "../../engine/resources.js";

export class Keeper {
  constructor(
    readonly owner: KubernetesObject,
    private readonly apiVersion: string,
    private readonly kind: string,
    private readonly component: string,
  ) {}

  get reference(): OwnerReference {
    return controllerReference(this.owner, this.apiVersion, this.kind);
  }

  event(type: EventToRecord["type"], reason: string, message: string): EventToRecord {
    const involvedObject = referenceTo(this.owner, this.kind, this.apiVersion);
    return { involvedObject, type, reason, message, component: this.component };
  }

  create(object: Pod): PlannedWrite {
    const { namespace = "" } = this.owner.metadata;
    return {
      request: { verb: "create", path: { ...pods.path, namespace }, object },
      onSuccess: ({ object: pod }) => this.event("Normal", "SuccessfulCreate", `Created pod: ${pod?.metadata.name}`),
      onFailure: ({ message }) => this.event("Warning", "FailedCreate", `Error creating: ${message}`),
    };
  }

  delete(pod: Pod): PlannedWrite {
    const { name, uid } = pod.metadata;
    return {
      request: { verb: "delete", path: pathTo(pods.path, pod), options: uid === undefined ? {} : { preconditions: { uid } } },
      onSuccess: () => this.event("Normal", "SuccessfulDelete", `Deleted pod: ${name}`),
      onFailure: ({ message }) => this.event("Warning", "FailedDelete", `Error deleting: ${message}`),
    };
  }
}
