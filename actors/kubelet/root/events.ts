import type { StopEvent } from "../../../src/actor/define.js";
import type { Incoming } from "../../../src/wire/declare.js";
import type { LinkEvent } from "../../../src/wire/link.js";
import type { kubeletMessages } from "../messages.js";

/** What the root chart of a kubelet hears. */
export type KubeletEvent =
  | Incoming<typeof kubeletMessages>
  | LinkEvent
  | StopEvent
  /** The first lists of pods, Services and of this node are there. */
  | { type: "api.synced" }
  | { type: "node.registered" }
  | { type: "node.exists" }
  | { type: "node.refused" }
  /** The node is not in the API any more. */
  | { type: "node.missing" }
  | { type: "node.posted" }
  /** The node is in another condition than before, which is to be known at once. */
  | { type: "node.changed" }
  | { type: "lease.renewed" }
  | { type: "lease.exists" }
  | { type: "lease.missing" }
  | { type: "lease.refused" }
  | { type: "runtime.listed" }
  | { type: "runtime.lost" }
  /** The stream of its events ended. */
  | { type: "runtime.silent" }
  | { type: "proxy.answered" }
  | { type: "proxy.silent" };
