/** How long a DaemonSet waits before it replaces a failed pod on a node: a kubelet that refuses it must not be stormed. */
export const failedPodBackoff = { firstMs: 1_000, mostMs: 15 * 60_000 } as const;

interface Waiting {
  readonly untilMs: number;
  readonly delayMs: number;
}

export class FailedPods {
  private readonly waiting = new Map<string, Waiting>();

  /** How long the replacement must still wait. When it need not, the next one on this node will wait longer. */
  waitMs(key: string, nowMs: number): number {
    const before = this.waiting.get(key);
    if (before !== undefined && before.untilMs > nowMs) return before.untilMs - nowMs;
    this.forgetOld(nowMs);
    const quiet = before === undefined || nowMs - before.untilMs > 2 * failedPodBackoff.mostMs;
    const delayMs = quiet ? failedPodBackoff.firstMs : Math.min(failedPodBackoff.mostMs, before.delayMs * 2);
    this.waiting.delete(key);
    this.waiting.set(key, { untilMs: nowMs + delayMs, delayMs });
    return 0;
  }

  private forgetOld(nowMs: number): void {
    for (const [key, { untilMs }] of this.waiting) if (nowMs - untilMs > 2 * failedPodBackoff.mostMs) this.waiting.delete(key);
  }
}
