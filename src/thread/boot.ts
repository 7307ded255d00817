/** What the main thread hands a worker when it makes it: plain data. */
import type { Address } from "../wire/address.js";

export interface WorkerBoot<Settings = unknown> {
  readonly address: Address;
  readonly incarnation: number;
  readonly settings: Settings;
}

/** Something that the world outside must know once the actor has it, such as the port that it got. */
export interface Announcement {
  readonly port?: number;
}
