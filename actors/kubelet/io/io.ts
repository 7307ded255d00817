/** Where a kubelet touches the world: the directories of its pods' volumes, and what it is told of its node. */
import type { DnsConfig } from "../../runc/messages.js";
import type { NodeDescription } from "../configuration.js";

export interface VolumeFile {
  /** Relative to the volume, with `/` between its parts. */
  readonly path: string;
  readonly data: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** Whose file it is, where the cluster runs as root; absent: whoever's it is that writes it. */
  readonly user?: number;
}

/** Volumes are named by their plugin as on a real node: `kubernetes.io~configmap`. */
export interface VolumeName {
  readonly podUid: string;
  readonly plugin: string;
  readonly volume: string;
  /** `Memory` for what is to be kept in memory, where the machine has a place for that. */
  readonly medium?: string;
}

/** `error` is a short text for people, absent when it was done. */
export type Done = (error?: string) => void;

/** Whose path inside a volume: the mount of a container, by its place in the list of its mounts. */
export interface SubPathOf {
  readonly podUid: string;
  readonly volume: string;
  readonly container: string;
  readonly index: number;
}
export type SubPathReady = { readonly path: string } | { readonly error: string };

/** Each callback is called once, later. */
export interface VolumeDirectories {
  /** Where a volume is on this machine, whether it is there or not. */
  path(name: VolumeName): string;
  /** Makes an empty directory that everybody may write in, or leaves the one that is there with its content. */
  makeDirectory(name: VolumeName, fsGroup: number | undefined, onDone: Done): void;
  /** Makes a directory of the node ready that is there already: its files come to belong to the group. */
  prepareLocal(path: string, fsGroup: number | undefined, onDone: Done): void;
  /**
   * Makes the volume hold exactly these files, seen all at once: `..data` is a link to a directory of one moment, and it
   * is the link that is replaced. The files themselves are links through `..data`. With a group they belong to it, and it may
   * read them.
   */
  writeFiles(name: VolumeName, files: readonly VolumeFile[], fsGroup: number | undefined, onDone: Done): void;
  /** Checks a path of the node against a hostPath type, and makes it for the types that say so. */
  checkHostPath(path: string, type: string, onDone: Done): void;
  /**
   * Makes a path inside a volume ready for one container, to which it stays the same while the volume changes. `subPath` is
   * relative, with `/` between its parts.
   */
  prepareSubPath(of: SubPathOf, volumePath: string, subPath: string, onReady: (ready: SubPathReady) => void): void;
  /** Removes all volumes of a pod. */
  removePod(podUid: string, onDone: Done): void;
  /** The pods that have volumes here. */
  listPods(onListed: (podUids: readonly string[]) => void): void;
}

export interface KubeletIo {
  readonly node: NodeDescription;
  /** How this machine looks names up. */
  readonly nodeDns: DnsConfig;
  readonly volumes: VolumeDirectories;
}
