/** Where a container's mounts are found on the host. */
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import type { MappedMount } from "../container/path-map.js";
import type { MountSpec } from "../driver.js";

/** A directory that may be written by whoever may write to the one that it is in. */
function makeAsAbove(path: string): void {
  const above = dirname(path);
  if (statSync(above, { throwIfNoEntry: false }) === undefined) makeAsAbove(above);
  mkdirSync(path);
  chmodSync(path, statSync(above).mode & 0o777);
}

/**
 * A pod's own volumes are where nobody else has anything. A path of the node, `/tmp` say, may well be a path of the container
 * too: it is gone to by a link in `directory`, so that which one is meant is never in question. What is not there is made, a directory.
 */
export function mapMounts(mounts: readonly MountSpec[], podUid: string, directory: string): MappedMount[] {
  return mounts.map((mount, index) => {
    const { hostPath } = mount;
    const found = statSync(hostPath, { throwIfNoEntry: false });
    if (found === undefined) makeAsAbove(hostPath);
    if (hostPath.includes(`/pods/${podUid}/`)) return mount;
    const link = join(directory, String(index));
    mkdirSync(directory, { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(hostPath, link);
    return { ...mount, hostPath: link, linksTo: { path: hostPath, isDirectory: found?.isDirectory() ?? true } };
  });
}
