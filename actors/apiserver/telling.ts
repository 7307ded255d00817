/** Objects as actors are told them over the wire. */
import type { KubernetesObject, Status } from "../../src/api/types.js";
import { type Address, roleOf } from "../../src/wire/address.js";
import type { Json } from "../../src/wire/json.js";
import type { WatchEvent } from "./messages.js";
import { withoutManagedFields } from "./watch-cache/stored-text.js";

export interface Telling {
  object<Text extends Json<KubernetesObject | Status>>(json: Text): Text;
  event(event: WatchEvent): WatchEvent;
}

const whole: Telling = { object: (json) => json, event: (event) => event };

const lean = new WeakMap<WatchEvent, WatchEvent>();

/**
 * Components of the cluster are not told who owns what: none of them asks, as Kubernetes' own drop it when they hear of an object,
 * and reading it would be a good part of their work. An event is made once for all of them.
 */
const withoutOwners: Telling = {
  object: withoutManagedFields,
  event(event) {
    const known = lean.get(event);
    if (known !== undefined) return known;
    const made = { ...event, object: withoutManagedFields(event.object) };
    lean.set(event, made);
    return made;
  },
};

export const tellingOf = (to: Address): Telling => (roleOf(to) === "user" ? whole : withoutOwners);
