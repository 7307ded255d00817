/** Resolves names as the cluster's DNS does for a pod: search domains first for names with fewer than five dots. */
import type { NameTable } from "../driver.js";

const ndots = 5;

export class Names {
  private addresses = new Map<string, readonly string[]>();

  set(table: NameTable): void {
    this.addresses = new Map(table.addresses);
  }

  /** Undefined when the cluster does not know the name. */
  resolve(name: string, searches: readonly string[]): readonly string[] | undefined {
    const lower = name.toLowerCase();
    if (lower.endsWith(".")) return this.addresses.get(lower.slice(0, -1));
    const asked = searches.map((domain) => `${lower}.${domain}`);
    const dots = lower.split(".").length - 1;
    const order = dots >= ndots ? [lower, ...asked] : [...asked, lower];
    for (const candidate of order) {
      const found = this.addresses.get(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
