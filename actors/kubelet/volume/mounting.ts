/** How the volumes of one pod come to be on the node; its chart says when. */
import type { Kubelet } from "../kubelet.js";
import type { PodHandle } from "../pod/handle.js";
import { isRefreshable, type PlannedVolume, planVolumes } from "./plan.js";
import { volumeReferences } from "./references.js";

export type MountEvent =
  /** The pod asks for its volumes, again. */
  | { readonly type: "wanted" }
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
    kubelet.objects.fetch(pod.pod, volumeReferences(pod.pod), (fetched) => {
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
    const paths = new Map(this.volumes.map((volume) => [volume.name, this.pathOf(volume)]));
    this.pod.tell({ type: "volumes.mounted", paths });
  }

  tellFailed(message: string): void {
    this.kubelet.record(this.pod.pod, "Warning", "FailedMount", message);
    this.pod.tell({ type: "volumes.failed", message });
  }

  private make(volume: PlannedVolume, onDone: (error?: string) => void): void {
    const { volumes } = this.kubelet.io;
    const podUid = this.pod.uid;
    if (volume.kind === "hostPath") volumes.checkHostPath(volume.path, volume.type, onDone);
    else if (volume.kind === "directory") volumes.makeDirectory({ podUid, plugin: volume.plugin, volume: volume.name }, onDone);
    else volumes.writeFiles({ podUid, plugin: volume.plugin, volume: volume.name }, volume.files, onDone);
  }

  private pathOf(volume: PlannedVolume): string {
    if (volume.kind === "hostPath") return volume.path;
    return this.kubelet.io.volumes.path({ podUid: this.pod.uid, plugin: volume.plugin, volume: volume.name });
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
