/**
 * What of a pod's volumes a container sees, and where. Source: https://kubernetes.io/docs/concepts/storage/volumes/ with
 * "Using subPath with expanded environment variables".
 */
import type { Container } from "../../../src/api/types.js";
import type { Mount } from "../../runc/messages.js";
import type { VolumeDirectories } from "../io/io.js";
import { type Resolved, resolved, unresolved } from "../pod/downward.js";
import type { MountedVolume } from "../pod/handle.js";
import { expand } from "./expansion.js";

export interface MountSources {
  readonly container: Container;
  readonly environment: ReadonlyMap<string, string>;
  /** A volume of the pod as it is on the node; undefined for one that the pod does not have. */
  volume(name: string): MountedVolume | undefined;
}

interface PlannedMount extends Mount {
  readonly volume: string;
  /** "" for all of the volume. */
  readonly subPath: string;
}

/** A variable that a path names has to be there: a path is not left with `$(NAME)` in it. */
function expandedPath(expression: string, environment: ReadonlyMap<string, string>): Resolved<string> {
  let missing: string | undefined;
  const path = expand(expression, (name) => {
    const value = environment.get(name);
    if (value === undefined) missing ??= name;
    return value;
  });
  return missing === undefined ? resolved(path) : unresolved(`missing value for "${missing}"`);
}

/** Where the mounts are, before paths inside of volumes are made; or the message of a CreateContainerConfigError. */
export function planMounts({ container, environment, volume }: MountSources): Resolved<PlannedMount[]> {
  const mounts: PlannedMount[] = [];
  for (const { name, mountPath, readOnly = false, subPath = "", subPathExpr = "" } of container.volumeMounts ?? []) {
    const mounted = volume(name);
    if (mounted === undefined) return unresolved(`cannot find volume "${name}" to mount into container "${container.name}"`);
    const inside = subPathExpr === "" ? resolved(subPath) : expandedPath(subPathExpr, environment);
    if (!inside.ok) return inside;
    const path = inside.value;
    if (path.startsWith("/")) return unresolved(`error SubPath \`${path}\` must not be an absolute path`);
    if (path.split("/").includes("..")) return unresolved(`unable to provision SubPath \`${path}\`: must not contain '..'`);
    const readonly = readOnly || mounted.readOnly;
    mounts.push({ containerPath: mountPath, hostPath: mounted.path, readonly, volume: name, subPath: path });
  }
  return resolved(mounts);
}

/** Makes the paths inside of volumes. What is wrong with one is for the node's own log, not for the pod's user. */
export function prepareMounts(
  planned: readonly PlannedMount[],
  { podUid, container, volumes }: { readonly podUid: string; readonly container: string; readonly volumes: VolumeDirectories },
  onReady: (mounts: Resolved<Mount[]>, problem?: string) => void,
): void {
  const mounts: Mount[] = planned.map(({ containerPath, hostPath, readonly }) => ({ containerPath, hostPath, readonly }));
  let missing = planned.filter(({ subPath }) => subPath !== "").length;
  if (missing === 0) {
    onReady(resolved(mounts));
    return;
  }
  let failure: { readonly volume: string; readonly problem: string } | undefined;
  planned.forEach(({ volume, hostPath, subPath }, index) => {
    if (subPath === "") return;
    volumes.prepareSubPath({ podUid, volume, container, index }, hostPath, subPath, (ready) => {
      if ("path" in ready) mounts[index] = { ...mounts[index]!, hostPath: ready.path };
      else failure ??= { volume, problem: ready.error };
      missing -= 1;
      if (missing > 0) return;
      if (failure === undefined) onReady(resolved(mounts));
      else {
        const message = `failed to prepare subPath for volumeMount "${failure.volume}" of container "${container}"`;
        onReady(unresolved(message), failure.problem);
      }
    });
  });
}
