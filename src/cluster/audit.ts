/** The audit policy of a cluster, read from a file. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { type AuditPolicy, auditPolicyFaults, everythingsMetadata } from "../api/audit/policy.js";
import { ClusterError, type Settled } from "./options.js";

export interface AuditSettings {
  readonly path: string;
  readonly policy: AuditPolicy;
}

/** Undefined where no log is wanted. Throws a ClusterError that names the file, the field and the rule. */
export function auditSettings({ auditLog, auditPolicy }: Pick<Settled, "auditLog" | "auditPolicy">): AuditSettings | undefined {
  if (auditLog === undefined) {
    if (auditPolicy === undefined) return undefined;
    throw new ClusterError("an audit policy without an audit log tells nobody anything: say with --audit-log where it goes");
  }
  const path = resolve(auditLog);
  return { path, policy: auditPolicy === undefined ? everythingsMetadata : readPolicy(resolve(auditPolicy)) };
}

function readPolicy(path: string): AuditPolicy {
  const policy = read(path);
  const faults = auditPolicyFaults(policy);
  if (faults.length > 0) throw new ClusterError(`the audit policy ${path} is invalid: ${faults.join("; ")}`);
  return policy as AuditPolicy;
}

function read(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"), { version: "1.1" });
  } catch (error) {
    throw new ClusterError(`the audit policy ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
