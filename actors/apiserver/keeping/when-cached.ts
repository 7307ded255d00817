import type { UntypedObject } from "../../../src/api/types.js";
import { decodeJson, type Json } from "../../../src/wire/json.js";
import type { Respond } from "../request.js";
import type { Server } from "../server.js";

/** Waits until the watch cache has what was written: the next look must see it. What somebody else changed meanwhile is a failure. */
export function whenCached(server: Server, onEnded: (type: "written" | "failed") => void): Respond {
  return (outcome) => {
    if (!outcome.ok || !("object" in outcome)) {
      onEnded("failed");
      return;
    }
    const { resourceVersion = "0" } = decodeJson(outcome.object as Json<UntypedObject>).metadata;
    server.cache.whenReached(BigInt(resourceVersion), () => onEnded("written"));
  };
}
