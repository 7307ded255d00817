/** What the container runtime last said it has: the base for adopting what runs and for finding what is orphaned. */
import type { ContainerStatus, PodSandboxStatus } from "../../runc/messages.js";

export class RuntimeView {
  private readonly sandboxes = new Map<string, PodSandboxStatus>();
  private readonly containers = new Map<string, ContainerStatus>();

  replace(sandboxes: readonly PodSandboxStatus[], containers: readonly ContainerStatus[]): void {
    this.sandboxes.clear();
    this.containers.clear();
    for (const sandbox of sandboxes) this.sandboxes.set(sandbox.id, sandbox);
    for (const container of containers) this.containers.set(container.id, container);
  }

  allSandboxes(): PodSandboxStatus[] {
    return [...this.sandboxes.values()];
  }

  allContainers(): ContainerStatus[] {
    return [...this.containers.values()];
  }

  /** The newest sandbox of a pod. */
  sandboxOf(podUid: string): PodSandboxStatus | undefined {
    return newestSandbox(this.allSandboxes(), podUid);
  }

  containersOf(sandboxId: string): ContainerStatus[] {
    return this.allContainers().filter(({ podSandboxId }) => podSandboxId === sandboxId);
  }
}

export function newestSandbox(sandboxes: readonly PodSandboxStatus[], podUid: string): PodSandboxStatus | undefined {
  return sandboxes
    .filter(({ metadata }) => metadata.uid === podUid)
    .reduce<PodSandboxStatus | undefined>(
      (newest, each) => (newest === undefined || each.metadata.attempt > newest.metadata.attempt ? each : newest),
      undefined,
    );
}

/** The attempts of one container in a sandbox, oldest first. */
export function attemptsOf(containers: readonly ContainerStatus[], sandboxId: string, name: string): ContainerStatus[] {
  return containers
    .filter((each) => each.podSandboxId === sandboxId && each.name === name)
    .sort((left, right) => left.attempt - right.attempt);
}
