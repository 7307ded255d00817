/** Binds one pod to one node through the API server, and finds out afterwards when the answer was lost. */
import { type ApiAnswer, askApiserver } from "../../../src/actor/api-requests.js";
import type { Host } from "../../../src/actor/host.js";
import type { Binding, Pod } from "../../../src/api/types.js";
import type { Outcome } from "../../../src/wire/errors.js";
import type { PodInfo } from "../pod-info.js";

export type OnAnswer = (outcome: Outcome<ApiAnswer>) => void;

/** What became of the pod, as a later look shows it. */
export type Found = "bound here" | "bound elsewhere" | "not bound" | "another pod";

export class BindingAttempt {
  constructor(
    private readonly host: Host,
    readonly pod: PodInfo,
    readonly node: string,
  ) {}

  bind(onAnswer: OnAnswer): void {
    const { name = "", namespace = "", uid = "" } = this.pod.pod.metadata;
    const object: Binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, namespace, uid },
      target: { kind: "Node", name: this.node },
    };
    const path = { ...this.path, subresource: "binding" };
    askApiserver(this.host, { verb: "create", path, object }, onAnswer);
  }

  look(onAnswer: OnAnswer): void {
    askApiserver(this.host, { verb: "get", path: this.path }, onAnswer);
  }

  found({ object }: ApiAnswer): Found {
    const pod = object as Pod;
    if (pod.metadata.uid !== this.pod.uid) return "another pod";
    const node = pod.spec?.nodeName;
    return !node ? "not bound" : node === this.node ? "bound here" : "bound elsewhere";
  }

  private get path() {
    const { name = "", namespace = "" } = this.pod.pod.metadata;
    return { group: "", version: "v1", resource: "pods", namespace, name };
  }
}
