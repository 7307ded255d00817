/** A container's configuration for the runtime, from its spec, its environment and its pod's volumes. */
import type { Container, Pod } from "../../../src/api/types.js";
import type { ContainerConfig, Mount } from "../../runc/messages.js";
import { type Resolved, resolved, unresolved } from "../pod/downward.js";
import { memoryLimitBytes } from "../pod/resources.js";
import { expand } from "./expansion.js";
import { securityOf } from "./security.js";

export interface ConfigSources {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly environment: ReadonlyMap<string, string>;
  /** Where a volume of the pod is on the node; undefined for one that the pod does not have. */
  volumePath(volume: string): string | undefined;
}

/** A path inside a volume; undefined when it would leave it. */
function joined(base: string, subPath: string): string | undefined {
  if (subPath === "") return base;
  const parts = subPath.split("/").filter((part) => part !== "" && part !== ".");
  return subPath.startsWith("/") || parts.includes("..") ? undefined : [base, ...parts].join("/");
}

function mountsOf({ container, environment, volumePath }: ConfigSources): Resolved<Mount[]> {
  const mounts: Mount[] = [];
  for (const { name, mountPath, readOnly = false, subPath = "", subPathExpr = "" } of container.volumeMounts ?? []) {
    const base = volumePath(name);
    if (base === undefined) return unresolved(`cannot find volume "${name}" to mount into container "${container.name}"`);
    const inside = subPathExpr === "" ? subPath : expand(subPathExpr, (variable) => environment.get(variable));
    const hostPath = joined(base, inside);
    if (hostPath === undefined) return unresolved(`unable to provision SubPath \`${inside}\`: it leaves the volume`);
    mounts.push({ containerPath: mountPath, hostPath, readonly: readOnly });
  }
  return resolved(mounts);
}

/** The configuration, or the message of a CreateContainerConfigError. */
export function containerConfigOf(sources: ConfigSources): Resolved<ContainerConfig> {
  const { pod, container, environment, attempt } = sources;
  const mounts = mountsOf(sources);
  if (!mounts.ok) return mounts;
  const expanded = (words: readonly string[] | undefined): string[] =>
    (words ?? []).map((word) => expand(word, (name) => environment.get(name)));
  return resolved({
    name: container.name,
    attempt,
    image: container.image ?? "",
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? "",
    envs: [...environment].map(([key, value]) => ({ key, value })),
    mounts: mounts.value,
    ports: (container.ports ?? []).map(({ name = "", containerPort, protocol = "TCP" }) => ({ name, containerPort, protocol })),
    memoryLimitBytes: memoryLimitBytes(container),
    tty: container.tty ?? false,
    stdin: container.stdin ?? false,
    terminationMessage: {
      path: container.terminationMessagePath ?? "/dev/termination-log",
      fallbackToLogs: container.terminationMessagePolicy === "FallbackToLogsOnError",
    },
    security: securityOf(pod, container),
  });
}
