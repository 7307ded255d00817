import type { KubernetesObject } from "../../../src/api/types.js";
import type { Json } from "../../../src/wire/json.js";
import type { WatchEvent } from "../messages.js";
import type { StoredObject } from "./stored-object.js";
import { atRevision } from "./stored-text.js";

/** How an object is shown to a client that asked for one version of its resource. */
export interface Presentation {
  readonly kind: string;
  /** Names it: two presentations of one resource with the same name show the same text. */
  readonly apiVersion: string;
  show(json: Json<KubernetesObject>): Json<KubernetesObject>;
}

type Told = Exclude<WatchEvent["type"], "BOOKMARK">;

/** One change of one object, and what watchers are told of it, encoded once for all of them. */
export class CacheEvent {
  private readonly told = new Map<string, WatchEvent>();

  constructor(
    readonly revision: bigint,
    /** Absent when the object was deleted. */
    readonly current: StoredObject | undefined,
    /** Absent when the object was created. */
    readonly previous: StoredObject | undefined,
  ) {}

  get subject(): StoredObject {
    return (this.current ?? this.previous)!;
  }

  /** `DELETED` shows what the object was, at the revision at which it ceased to be (or to match). */
  tell(type: Told, presentation: Presentation): WatchEvent {
    const name = `${type} ${presentation.apiVersion}`;
    const known = this.told.get(name);
    if (known !== undefined) return known;
    const json = type === "DELETED" ? atRevision(this.previous!.json, this.revision) : this.current!.json;
    const event: WatchEvent = { type, object: presentation.show(json), resourceVersion: String(this.revision) };
    this.told.set(name, event);
    return event;
  }
}
