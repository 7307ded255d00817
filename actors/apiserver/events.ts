import { roleOf } from "../../src/wire/address.js";
import type { LinkDown, LinkUp } from "../../src/wire/link.js";

/** True for the event that says that etcd is linked now. */
export const etcdLinked = (event: { readonly type: string }): boolean =>
  event.type === "link.up" && roleOf((event as LinkUp).peer) === "etcd";

export const etcdLost = (event: { readonly type: string }): boolean =>
  event.type === "link.down" && roleOf((event as LinkDown).peer) === "etcd";
