/**
 * Volumes as directories of this machine, below `<root>/pods/<uid>/volumes/<plugin>/<volume>`. They are small and their
 * disk is local, so they are written there and then: through the thread pool the same costs many times as much.
 */
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { NodeDescription } from "../configuration.js";
import { parseResolvConf } from "../pod/dns.js";
import { writeAtomically } from "./atomic-writer.js";
import { checkHostPath, makeOpenDirectory } from "./host-path.js";
import type { Done, KubeletIo, VolumeDirectories, VolumeName } from "./io.js";
import { memoryDirectory } from "./memory-directory.js";
import { giveToGroup } from "./ownership.js";
import { subPathOf } from "./sub-path.js";
import { unlessMissing } from "./unless-missing.js";

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does one piece of work and tells, later, how it ended. */
function settle(work: () => void, onDone: Done): void {
  let failure: string | undefined;
  try {
    work();
  } catch (error) {
    failure = textOf(error);
  }
  setImmediate(() => onDone(failure));
}

/** Volumes whose files are made from objects: as on other nodes they are kept in memory, where there is such a place. */
const memoryPlugins = new Set(["configmap", "secret", "projected", "downward-api"].map((kind) => `kubernetes.io~${kind}`));

const isInMemory = ({ plugin, medium }: VolumeName): boolean => memoryPlugins.has(plugin) || medium === "Memory";

/** The volumes below `root`, which is made when first needed; `memoryRoot` is for those that belong into memory. */
export function realVolumes(root: string, memoryRoot = root): VolumeDirectories {
  const roots = [...new Set([root, memoryRoot])];
  const path = (name: VolumeName) =>
    join(isInMemory(name) ? memoryRoot : root, "pods", name.podUid, "volumes", name.plugin, name.volume);
  const remove = (podUid: string) => {
    for (const each of roots) rmSync(join(each, "pods", podUid), { recursive: true, force: true });
  };
  let moments = 0;
  return {
    path,
    makeDirectory: (name, fsGroup, onDone) =>
      settle(() => {
        makeOpenDirectory(path(name));
        // As a tmpfs is mounted: everybody may make files, and takes away only his own.
        if (name.medium === "Memory") chmodSync(path(name), 0o1777);
        if (fsGroup !== undefined) giveToGroup(path(name), fsGroup, true);
      }, onDone),
    prepareLocal: (local, fsGroup, onDone) =>
      settle(() => {
        if (unlessMissing(() => statSync(local)) === undefined) throw new Error(`path "${local}" does not exist`);
        if (fsGroup !== undefined) giveToGroup(local, fsGroup, true);
      }, onDone),
    writeFiles: (name, files, fsGroup, onDone) => {
      moments += 1;
      const moment = `..${process.pid}_${Date.now()}_${moments}`;
      settle(() => {
        const directory = path(name);
        makeOpenDirectory(directory);
        writeAtomically(directory, files, moment, (made) => {
          if (fsGroup !== undefined) giveToGroup(made, fsGroup, false);
        });
      }, onDone);
    },
    checkHostPath: (hostPath, type, onDone) => settle(() => checkHostPath(hostPath, type), onDone),
    prepareSubPath: ({ podUid, volume, container, index }, base, subPath, onReady) => {
      const place = base.startsWith(memoryRoot) ? memoryRoot : root;
      const held = join(place, "pods", podUid, "volume-subpaths", volume, container, String(index));
      let ready: { readonly path: string } | { readonly error: string };
      try {
        ready = { path: subPathOf(base, subPath, held) };
      } catch (error) {
        ready = { error: textOf(error) };
      }
      setImmediate(() => onReady(ready));
    },
    removePod: (podUid, onDone) => settle(() => remove(podUid), onDone),
    listPods: (onListed) => {
      const names = roots.flatMap((each) => unlessMissing(() => readdirSync(join(each, "pods"))) ?? []);
      setImmediate(() => onListed([...new Set(names)]));
    },
  };
}

/** `root` is this node's own directory: `<data dir>/nodes/<node>`. */
export const realKubeletIo = (node: NodeDescription, root: string): KubeletIo => ({
  node,
  nodeDns: parseResolvConf(unlessMissing(() => readFileSync("/etc/resolv.conf", "utf8")) ?? ""),
  volumes: realVolumes(root, memoryDirectory(root)),
});
