import type { Pod } from "../../../src/api/types.js";
import type { ContainerStatus, PodSandboxStatus } from "../../runc/messages.js";
import type { MountedVolume } from "./handle.js";

/** What the chart of a pod hears. */
export type PodEvent =
  /** A newer version of it came from the API. */
  | { type: "pod.updated"; pod: Pod }
  | { type: "pod.deleted" }
  /** Its status as last reported is in etcd. */
  | { type: "status.acknowledged" }
  /** The API has no such pod any more. */
  | { type: "status.gone" }
  | { type: "node.read"; labels: Readonly<Record<string, string>> }
  | { type: "node.unread" }
  | { type: "volumes.mounted"; paths: ReadonlyMap<string, MountedVolume> }
  | { type: "volumes.failed"; message: string }
  | { type: "runtimeClass.read"; handler: string }
  | { type: "runtimeClass.absent"; message: string }
  | { type: "runtimeClass.unread" }
  | { type: "sandbox.made"; sandboxId: string }
  | { type: "sandbox.refused"; message: string }
  | { type: "sandbox.found"; sandbox: PodSandboxStatus; containers: readonly ContainerStatus[] }
  | { type: "sandbox.absent" }
  | { type: "sandbox.stopped" }
  | { type: "sandbox.removed" }
  /** The sandbox does not run any more, with all that was in it. */
  | { type: "sandbox.lost" }
  | { type: "runtime.lost" }
  /** A container of it is in another state than before. */
  | { type: "container.changed"; name: string }
  | { type: "deadline.passed" }
  | { type: "volumes.removed" }
  | { type: "deleted" }
  | { type: "delete.failed" };
