/** The audit log as a file: lines are added at its end, in order. */
import { createWriteStream } from "node:fs";
import type { AuditPolicy } from "../../../src/api/audit/policy.js";
import type { AuditSink } from "../audit/audit.js";

/** What may wait to be written; lines beyond it are lost, and it is said that they are. */
const waitingBytesMost = 64 * 1024 * 1024;

export function auditLog(path: string, policy: AuditPolicy, note: (text: string) => void): AuditSink {
  const file = createWriteStream(path, { flags: "a", mode: 0o600 });
  let failed = false;
  let lost = 0;
  file.on("error", (error) => {
    failed = true;
    note(`the audit log ${path} cannot be written: ${error.message}`);
  });
  return {
    policy,
    write: (line) => {
      if (failed) return;
      if (file.writableLength > waitingBytesMost) {
        lost += 1;
        if (lost === 1) note(`the audit log ${path} is written too slowly: events are lost`);
      } else file.write(line);
    },
  };
}
