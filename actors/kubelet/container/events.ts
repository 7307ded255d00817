import type { ContainerStatus } from "../../runc/messages.js";

/** Why a container is to stop, and how long it may take. */
export interface Kill {
  /** Event and trace text: `Stopping container web`. */
  readonly message: string;
  readonly graceSeconds: number;
  /** Whether it is started again afterwards. */
  readonly afterwards: "ends" | "restarts" | "as its policy says";
}

/** What the chart of a container hears. */
export type ContainerEvent =
  | { type: "start" }
  /** Go on with what the runtime has of it. */
  | { type: "adopt"; attempts: readonly ContainerStatus[] }
  | { type: "terminate"; kill: Kill }
  /** Its spec changed so that it has to be made anew. */
  | { type: "spec.changed"; kill: Kill }
  | { type: "image.present"; imageId: string; simulated: boolean }
  | { type: "image.absent" }
  | { type: "image.pulled"; imageId: string; simulated: boolean; sizeBytes: number }
  | { type: "image.refused"; reason: string; message: string }
  | { type: "configured" }
  | { type: "configuration.failed"; message: string }
  | { type: "created"; containerId: string }
  | { type: "create.refused"; message: string }
  | { type: "started" }
  | { type: "start.refused"; message: string }
  | { type: "postStart.ended"; error?: string }
  | { type: "preStop.ended"; error?: string }
  /** The runtime has nothing left to stop. */
  | { type: "stop.answered" }
  /** What the runtime has of this container: its attempts, oldest first. */
  | { type: "found"; attempts: readonly ContainerStatus[] }
  /** The newest attempt exited. */
  | { type: "exited"; status: ContainerStatus }
  | { type: "runtime.lost" }
  | { type: "startup.succeeded" }
  | { type: "startup.failed" }
  | { type: "liveness.failed" }
  | { type: "readiness.changed"; ready: boolean };
