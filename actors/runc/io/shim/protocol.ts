/** What a runc and the shim tell each other over their port. */
import type { DriverError, DriverEvent, DriverOutcome, ExecRequest, LogEntry, LogOptions, ProbeResult } from "../driver.js";

/** Methods of the driver that take one argument and a callback for the outcome. */
export const outcomeMethods = [
  "pullImage",
  "imageStatus",
  "removeImage",
  "runSandbox",
  "stopSandbox",
  "removeSandbox",
  "create",
  "start",
  "delete",
  "state",
] as const;
/** Those that take a callback only. */
export const listingMethods = ["listImages", "listSandboxes", "list"] as const;

export type OutcomeMethod = (typeof outcomeMethods)[number];
export type ListingMethod = (typeof listingMethods)[number];

export type ToShim =
  | { readonly type: "listen" }
  | { readonly type: "call"; readonly id: number; readonly method: OutcomeMethod; readonly argument: unknown }
  | { readonly type: "listing"; readonly id: number; readonly method: ListingMethod }
  | { readonly type: "kill"; readonly id: number; readonly container: string; readonly signal: string }
  | { readonly type: "probe"; readonly id: number; readonly target: unknown }
  | { readonly type: "log"; readonly id: number; readonly container: string; readonly options: LogOptions }
  | { readonly type: "log next"; readonly id: number }
  | { readonly type: "log cancel"; readonly id: number }
  | { readonly type: "exec"; readonly id: number; readonly container: string; readonly request: ExecRequest }
  | { readonly type: "attach"; readonly id: number; readonly container: string; readonly stdin: boolean; readonly tty: boolean }
  | { readonly type: "stdin"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "stdin end"; readonly id: number }
  | { readonly type: "resize"; readonly id: number; readonly columns: number; readonly rows: number }
  | { readonly type: "taken"; readonly id: number; readonly bytes: number }
  | { readonly type: "exec cancel"; readonly id: number }
  | { readonly type: "connect"; readonly id: number; readonly podIP: string; readonly port: number }
  | { readonly type: "connection write"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "connection end"; readonly id: number }
  | { readonly type: "connection taken"; readonly id: number; readonly bytes: number }
  | { readonly type: "connection cancel"; readonly id: number }
  | { readonly type: "close" };

export type FromShim =
  | { readonly type: "event"; readonly event: DriverEvent }
  | { readonly type: "outcome"; readonly id: number; readonly outcome: DriverOutcome<unknown> }
  | { readonly type: "probed"; readonly id: number; readonly result: ProbeResult }
  | { readonly type: "entries"; readonly id: number; readonly entries: readonly LogEntry[] }
  | { readonly type: "log end"; readonly id: number; readonly error?: DriverError }
  | { readonly type: "output"; readonly id: number; readonly stream: "stdout" | "stderr"; readonly bytes: Uint8Array }
  | { readonly type: "exit"; readonly id: number; readonly exitCode: number }
  | { readonly type: "exec error"; readonly id: number; readonly error: DriverError }
  | { readonly type: "connection open"; readonly id: number }
  | { readonly type: "connection data"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly type: "connection ended"; readonly id: number }
  | { readonly type: "connection written"; readonly id: number; readonly bytes: number }
  | { readonly type: "connection closed"; readonly id: number; readonly error?: DriverError };
