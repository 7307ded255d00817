import type { ListenFailure, ListenOutcome } from "./io.js";

const failures: Readonly<Record<string, ListenFailure>> = { EADDRINUSE: "inUse", EACCES: "denied", EADDRNOTAVAIL: "denied" };

/** Why a socket is not bound, as the charts tell it. `at` is `127.96.0.10:80`. */
export const listenFailed = (at: string, { code }: NodeJS.ErrnoException): ListenOutcome => ({
  ok: false,
  failure: failures[code ?? ""] ?? "failed",
  message: `listen on ${at}: ${code ?? "failed"}`,
});
