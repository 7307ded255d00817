/**
 * Delays that double up to a bound, as the kubelet's image and crash-loop back-offs.
 * Source: "Pod Lifecycle", how Pods handle problems with containers.
 */

export interface BackoffBounds {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** How long to wait before try number `failures` + 1; 0 before the first failure. */
export function backoffMs(failures: number, { firstMs, mostMs }: BackoffBounds): number {
  if (failures <= 0) return 0;
  return Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
}

/** A duration as Go prints it, for whole milliseconds: `10s`, `5m0s`, `1m20s`, `12ms`, `1.5s`, `0s`. */
export function goDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole === 0) return "0s";
  if (whole < 1000) return `${whole}ms`;
  const hours = Math.floor(whole / 3_600_000);
  const minutes = Math.floor((whole % 3_600_000) / 60_000);
  const seconds = (whole % 60_000) / 1000;
  const tail = `${seconds}s`;
  if (hours > 0) return `${hours}h${minutes}m${tail}`;
  return minutes > 0 ? `${minutes}m${tail}` : tail;
}
