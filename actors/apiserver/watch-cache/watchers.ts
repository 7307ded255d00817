/**
 * Who watches one resource, filed so that an event looks only at those whom it may concern: by namespace, by the name of
 * one object, or by the node that a pod is bound to, whichever a watcher narrows itself to.
 */
import type { WatchEvent } from "../messages.js";
import type { CacheEvent, Presentation } from "./cache-event.js";
import type { Selection } from "./selection.js";

export interface Watcher {
  readonly selection: Selection;
  readonly presentation: Presentation;
  readonly bookmarks: boolean;
  /** Takes events in order; shared, not to be changed. */
  readonly take: (events: readonly WatchEvent[]) => void;
  /** The cache can tell no more without a gap. */
  readonly expire: () => void;
  /** Collected while one chunk of etcd's is applied. */
  pending: WatchEvent[];
}

export class Watchers {
  private readonly all = new Set<Watcher>();
  private readonly filed = new Map<string, Set<Watcher>>();
  /** How many are filed by node: only for them need a pod be looked into. */
  private byNode = 0;

  get size(): number {
    return this.all.size;
  }

  add(watcher: Watcher): void {
    this.all.add(watcher);
    if (watcher.selection.nodeName !== undefined) this.byNode += 1;
    const file = fileOf(watcher.selection);
    const bucket = this.filed.get(file) ?? new Set<Watcher>();
    bucket.add(watcher);
    this.filed.set(file, bucket);
  }

  remove(watcher: Watcher): void {
    if (!this.all.delete(watcher)) return;
    if (watcher.selection.nodeName !== undefined) this.byNode -= 1;
    const file = fileOf(watcher.selection);
    const bucket = this.filed.get(file);
    bucket?.delete(watcher);
    if (bucket?.size === 0) this.filed.delete(file);
  }

  /** In the order in which they came. */
  list(): Watcher[] {
    return [...this.all];
  }

  /** Puts what each watcher is to be told of `event` into its `pending`, and the watcher into `dirty`. */
  offer(event: CacheEvent, dirty: Set<Watcher>): void {
    for (const file of filesOf(event, this.byNode > 0)) {
      for (const watcher of this.filed.get(file) ?? []) {
        const told = whatToTell(event, watcher);
        if (told === undefined) continue;
        watcher.pending.push(told);
        dirty.add(watcher);
      }
    }
  }
}

/** What a change means to a selection: an object that begins to match is ADDED, one that ceases to is DELETED. */
export function whatToTell(event: CacheEvent, { selection, presentation }: Watcher): WatchEvent | undefined {
  const matches = event.current !== undefined && selection.matches(event.current);
  const matched = event.previous !== undefined && selection.matches(event.previous);
  if (matches) return event.tell(matched ? "MODIFIED" : "ADDED", presentation);
  return matched ? event.tell("DELETED", presentation) : undefined;
}

const fileOf = ({ name, namespace, nodeName }: Selection): string => {
  if (nodeName !== undefined) return `node ${nodeName}`;
  if (name !== undefined) return `name ${name}`;
  return namespace === "" ? "all" : `namespace ${namespace}`;
};

function filesOf(event: CacheEvent, byNode: boolean): string[] {
  const { namespace, name } = event.subject;
  const files = ["all", `namespace ${namespace}`, `name ${name}`];
  if (!byNode) return files;
  const nodes = [event.previous, event.current].filter((stored) => stored !== undefined).map((stored) => stored.nodeName);
  return [...files, ...[...new Set(nodes)].map((node) => `node ${node}`)];
}
