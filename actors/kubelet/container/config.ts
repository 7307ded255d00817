/** A container's configuration for the runtime, from its spec, its environment and its pod's volumes. */
import type { Container, Pod } from "../../../src/api/types.js";
import type { ContainerConfig, Mount } from "../../runc/messages.js";
import { memoryLimitBytes } from "../pod/resources.js";
import { expand } from "./expansion.js";
import { securityOf } from "./security.js";

export interface ConfigSources {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
}

export function containerConfigOf({ pod, container, environment, attempt, mounts }: ConfigSources): ContainerConfig {
  const expanded = (words: readonly string[] | undefined): string[] =>
    (words ?? []).map((word) => expand(word, (name) => environment.get(name)));
  return {
    name: container.name,
    attempt,
    image: container.image ?? "",
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? "",
    envs: [...environment].map(([key, value]) => ({ key, value })),
    mounts,
    ports: (container.ports ?? []).map(({ name = "", containerPort, protocol = "TCP" }) => ({ name, containerPort, protocol })),
    memoryLimitBytes: memoryLimitBytes(container),
    tty: container.tty ?? false,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    terminationMessage: {
      path: container.terminationMessagePath ?? "/dev/termination-log",
      fallbackToLogs: container.terminationMessagePolicy === "FallbackToLogsOnError",
    },
    security: securityOf(pod, container),
  };
}
