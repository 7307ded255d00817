/** How the volumes of one pod come to be on the node; its chart says when. */
import { claimsUsed } from "../../../src/api/volumes/pod-claims.js";
import type { VolumeName } from "../io/io.js";
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";
import type { Fetched } from "./object-source.js";
import { isReadOnly, isRefreshable, type PlannedVolume, planVolumes } from "./plan.js";
import { persistentReferences, volumeReferences } from "./references.js";

export type MountEvent =
  /** The pod asks for its volumes, again. */
  | { readonly type: "wanted" }
  /** What a volume shows of the pod itself is another. */
  | { readonly type: "pod.changed" }
  /** A container is soon to start again, and is to find what there is now. */
  | { readonly type: "container.restarts" }
  | { type: "planned"; volumes: readonly PlannedVolume[] }
  | { type: "written" }
  | { type: "failed"; message: string }
  | { type: "stop" };

type Tell = (event: MountEvent) => void;

export class VolumeMounting {
  /** What each volume of files was last made of, so that an unchanged one is left alone. */
  private readonly written = new Map<string, PlannedVolume>();
  private volumes: readonly PlannedVolume[] = [];

  constructor(
    private readonly kubelet: Kubelet,
    private readonly pod: PodHandle,
  ) {}

  get changes(): boolean {
    return (this.pod.pod.spec?.volumes ?? []).some(isRefreshable);
  }

  plan(tell: Tell): void {
    const { kubelet, pod } = this;
    this.fetch((fetched) => {
      if (!fetched.ok) {
        tell({ type: "failed", message: fetched.message });
        return;
      }
      const planned = planVolumes({
        pod: pod.pod,
        podIp: pod.podIp,
        hostIp: kubelet.io.node.internalIp,
        allocatable: kubelet.allocatable(),
        objects: fetched.objects,
        token: (audience, expirationSeconds) => fetched.objects.token(audience, expirationSeconds),
      });
      if (planned.ok) this.volumes = planned.value;
      tell(planned.ok ? { type: "planned", volumes: planned.value } : { type: "failed", message: planned.message });
    });
  }

  /** All that the volumes are made of: what the pod names, and the volumes that its claims are bound to. */
  private fetch(onFetched: (fetched: Fetched) => void): void {
    const { objects } = this.kubelet;
    const { pod } = this.pod;
    objects.fetch(pod, volumeReferences(pod), (fetched) => {
      const claims = fetched.ok ? claimsUsed(pod).map(({ name }) => fetched.objects.claim(name)) : [];
      const references = persistentReferences(claims);
      if (references.length === 0) onFetched(fetched);
      else objects.fetch(pod, references, onFetched);
    });
  }

  /** Makes what is not there or has changed. */
  write(tell: Tell): void {
    const stale = this.volumes.filter((volume) => !isSame(volume, this.written.get(volume.name)));
    let missing = stale.length;
    let failure: string | undefined;
    const finish = () => tell(failure === undefined ? { type: "written" } : { type: "failed", message: failure });
    if (missing === 0) finish();
    for (const volume of stale) {
      this.make(
        volume,
        this.kubelet.host.bind((error?: string) => {
          if (error === undefined) this.written.set(volume.name, volume);
          else failure ??= `MountVolume.SetUp failed for volume "${volume.name}" : ${error}`;
          missing -= 1;
          if (missing === 0) finish();
        }),
      );
    }
  }

  tellMounted(): void {
    const paths = new Map(
      this.volumes.map((volume) => [volume.name, { path: this.pathOf(volume), readOnly: isReadOnly(volume) }]),
    );
    this.pod.tell({ type: "volumes.mounted", paths });
  }

  tellFailed(message: string): void {
    this.kubelet.record(this.pod.pod, "Warning", "FailedMount", message);
    this.pod.tell({ type: "volumes.failed", message });
  }

  private make(volume: PlannedVolume, onDone: (error?: string) => void): void {
    const { volumes } = this.kubelet.io;
    switch (volume.kind) {
      case "hostPath":
        volumes.checkHostPath(volume.path, volume.type, onDone);
        break;
      case "local":
        volumes.prepareLocal(volume.path, volume.readOnly ? undefined : volume.fsGroup, onDone);
        break;
      case "directory":
        volumes.makeDirectory(this.nameOf(volume), volume.fsGroup, onDone);
        break;
      case "files":
        volumes.writeFiles(this.nameOf(volume), volume.files, volume.fsGroup, onDone);
    }
  }

  private nameOf(volume: Extract<PlannedVolume, { plugin: string }>): VolumeName {
    const medium = volume.kind === "directory" ? volume.medium : "";
    return { podUid: this.pod.uid, plugin: volume.plugin, volume: volume.name, medium };
  }

  private pathOf(volume: PlannedVolume): string {
    if (volume.kind === "hostPath" || volume.kind === "local") return volume.path;
    return this.kubelet.io.volumes.path(this.nameOf(volume));
  }
}

const sameBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);

/** False when a volume has other content than before. */
function isSame(one: PlannedVolume, other: PlannedVolume | undefined): boolean {
  if (one.kind !== "files" || other?.kind !== "files") return one.kind === other?.kind;
  return (
    one.files.length === other.files.length &&
    one.files.every((file, index) => {
      const before = other.files[index]!;
      return file.path === before.path && file.mode === before.mode && sameBytes(file.data, before.data);
    })
  );
}
