import type { Audit } from "../audit/audit.js";
import type { Registry } from "./registry.js";

/** What the audit log was told; nothing where there is none. A request is never refused because it could not be told of. */
export function tellAudit(registry: Registry, audit: Audit | undefined): void {
  registry.tell("counter", "apiserver_audit_event_total", "Events that the audit log was told.", () => [
    { value: audit?.events ?? 0 },
  ]);
  registry.tell(
    "counter",
    "apiserver_audit_requests_rejected_total",
    "Requests that were refused for want of an audit log.",
    () => [{ value: 0 }],
  );
  registry.tell("counter", "apiserver_audit_level_total", "Requests, by how much of them the policy has the log told.", () =>
    Array.from(audit?.levels ?? [], ([level, value]) => ({ labels: { level }, value })),
  );
}
