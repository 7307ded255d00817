/** Which containers are started again when they exit. Source: "Pod Lifecycle", container restart policy. */
import type { ContainerRole } from "./record.js";

/** `policy` is the pod's restartPolicy. Init containers of an Always pod are tried again only when they fail, ephemeral ones never. */
export function restartsAfter(policy: string, role: ContainerRole, exitCode: number): boolean {
  if (role === "sidecar") return true;
  if (role === "ephemeral") return false;
  if (policy === "Never") return false;
  if (policy === "OnFailure" || role === "init") return exitCode !== 0;
  return true;
}
