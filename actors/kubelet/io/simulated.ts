/** Volumes in memory: what a simulated node's disk holds. It outlives crashes of its kubelet. */
import type { NodeDescription } from "../configuration.js";
import type { Done, KubeletIo, VolumeDirectories, VolumeFile, VolumeName } from "./io.js";

/** Calls back after the disk's delay on whatever clock the world has. */
export type Later = (callback: () => void) => void;

/** The content of a node's volume directories, by path. */
export class SimulatedVolumes {
  readonly directories = new Map<string, { readonly podUid: string; files: readonly VolumeFile[] }>();

  /** The volumes as one incarnation of the kubelet reaches them. */
  through(later: Later): VolumeDirectories {
    const { directories } = this;
    const path = ({ podUid, plugin, volume }: VolumeName) => `/var/lib/kubelet/pods/${podUid}/volumes/${plugin}/${volume}`;
    const soon = (onDone: Done) => later(() => onDone());
    return {
      path,
      makeDirectory: (name, _fsGroup, onDone) => {
        if (!directories.has(path(name))) directories.set(path(name), { podUid: name.podUid, files: [] });
        soon(onDone);
      },
      prepareLocal: (_path, _fsGroup, onDone) => soon(onDone),
      writeFiles: (name, files, _fsGroup, onDone) => {
        directories.set(path(name), { podUid: name.podUid, files });
        soon(onDone);
      },
      prepareSubPath: (_of, volumePath, subPath, onReady) => later(() => onReady({ path: `${volumePath}/${subPath}` })),
      checkHostPath: (_path, _type, onDone) => soon(onDone),
      removePod: (podUid, onDone) => {
        for (const [each, directory] of [...directories]) if (directory.podUid === podUid) directories.delete(each);
        soon(onDone);
      },
      listPods: (onListed) => later(() => onListed([...new Set([...directories.values()].map(({ podUid }) => podUid))])),
    };
  }
}

export const simulatedKubeletIo = (node: NodeDescription, volumes: SimulatedVolumes, later: Later): KubeletIo => ({
  node,
  nodeDns: { servers: [], searches: [], options: [] },
  volumes: volumes.through(later),
});
