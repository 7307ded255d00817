/** What the main thread hands a worker when it makes it: plain data. */
import type { Address } from "../wire/address.js";

export interface WorkerBoot<Settings = unknown> {
  readonly address: Address;
  readonly incarnation: number;
  readonly settings: Settings;
}

/** What an actor tells its cluster once it is so: that it listens, and on which port. */
export interface Announcement {
  readonly port: number;
}
