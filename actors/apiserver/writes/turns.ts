/**
 * Writes of one API server that spend from the same quotas go one after another: each is planned from what the one before
 * has left, where otherwise all but one would fail at etcd and be planned anew, again and again. It is for speed only: what
 * other API servers write is found out by the transaction.
 */
import { TransientMap } from "../../../src/wire/transient-map.js";
import type { StoredObject } from "../watch-cache/stored-object.js";

interface Line {
  /** Whose turn it is comes first. */
  readonly waiting: Array<() => void>;
  /** What writes of this line have written, by key: newer than the cache for a while. */
  readonly written: Map<string, StoredObject>;
}

export class Turns {
  private readonly lines = new TransientMap<string, Line>();

  /** Calls back when it is this one's turn, at once if nobody else waits. Answers how to end it, or to give up waiting. */
  take(name: string, onTurn: () => void): () => void {
    const line: Line = this.lines.get(name) ?? { waiting: [], written: new Map() };
    this.lines.set(name, line);
    line.waiting.push(onTurn);
    if (line.waiting.length === 1) onTurn();
    return () => {
      const index = line.waiting.indexOf(onTurn);
      if (index < 0) return;
      line.waiting.splice(index, 1);
      if (line.waiting.length === 0) this.lines.delete(name);
      else if (index === 0) line.waiting[0]!();
    };
  }

  /** Tells those who come next what has been written. */
  wrote(name: string, objects: readonly StoredObject[]): void {
    const line = this.lines.get(name);
    for (const object of objects) line?.written.set(object.key, object);
  }

  /** An object as it was last written in a line, where that is newer than what the cache has. */
  newest(name: string, cached: StoredObject): StoredObject {
    const written = this.lines.get(name)?.written.get(cached.key);
    return written !== undefined && written.revision > cached.revision ? written : cached;
  }
}
