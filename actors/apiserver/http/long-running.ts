/** Requests that may go on for hours. https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#recursive-server-scenarios */
import type { Attributes } from "../access/attributes.js";

const subresources = new Set(["attach", "exec", "proxy", "log", "portforward"]);

/** Conversations: nobody knows how long they last, so they take no seat. A watch takes one until it is set up. */
export const isConversation = (asked: Attributes): boolean =>
  "resource" in asked ? asked.verb === "proxy" || subresources.has(asked.subresource) : asked.path.startsWith("/debug/pprof/");
