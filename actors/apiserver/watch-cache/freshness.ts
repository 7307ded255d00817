/**
 * Consistent reads from the cache (KEP-2340): a read that must see all that was committed before it asks etcd how far its
 * watch is, and waits for the answer to come down that watch. One question answers all who were waiting when it was asked.
 */
export interface Doubt {
  /** The cache has all that was committed when this began to wait. */
  onFresh(): void;
  /** The question that answers this goes out: whoever comes later needs the next one. */
  onAsked?(): void;
}

export class Freshness {
  /** Told by the next question's answer. */
  private waiting = new Set<Doubt>();
  /** Told by the answer to the question under way. */
  private asked = new Set<Doubt>();
  private questions = 0;
  private underWay = 0;
  /** Puts a question up the watch; absent while there is none. */
  private ask: ((question: number) => void) | undefined;

  /** Calls back once the cache has all that was committed when this was called. Returns how to give up waiting. */
  confirm(onFresh: () => void): () => void {
    return this.resolve({ onFresh });
  }

  resolve(doubt: Doubt): () => void {
    this.waiting.add(doubt);
    this.askNext();
    return () => {
      this.waiting.delete(doubt);
      this.asked.delete(doubt);
    };
  }

  /** A watch runs: what waits is asked on it. */
  connected(ask: (question: number) => void): void {
    this.ask = ask;
    this.askNext();
  }

  /** The watch ended: what was asked on it must be asked again. */
  disconnected(): void {
    this.ask = undefined;
    this.underWay = 0;
    this.waiting = new Set([...this.asked, ...this.waiting]);
    this.asked = new Set();
  }

  /** etcd answered question number `question`; older answers and those of other watches are ignored. */
  answered(question: number): void {
    if (question !== this.underWay) return;
    const told = this.asked;
    this.asked = new Set();
    this.underWay = 0;
    for (const doubt of told) doubt.onFresh();
    this.askNext();
  }

  private askNext(): void {
    if (this.underWay !== 0 || this.ask === undefined || this.waiting.size === 0) return;
    this.asked = this.waiting;
    this.waiting = new Set();
    this.underWay = ++this.questions;
    for (const doubt of this.asked) doubt.onAsked?.();
    this.ask(this.underWay);
  }
}
