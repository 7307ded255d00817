/** Which pods have a chart on this node: started for what the API assigns to it, told of what happens to them. */
import type { Change } from "../../../src/actor/informer/store.js";
import type { Pod } from "../../../src/api/types.js";
import type { ContainerStatus, PodSandboxStatus, ContainerEvent as RuntimeEvent } from "../../runc/messages.js";
import type { Kubelet } from "../kubelet.js";
import { orphanMachine } from "../orphan/machine.js";
import { PodHandle } from "../pod/handle.js";
import { podMachine } from "../pod/machine.js";
import { PodWork } from "../pod/work.js";
import { statusMachine } from "../status/machine.js";
import { StatusWriting } from "../status/writing.js";

const created = ({ metadata }: Pod): string => `${metadata.creationTimestamp ?? ""} ${metadata.namespace}/${metadata.name}`;

export class PodCharts {
  /** Nothing is started before the API and the runtime have both said what there is. */
  private synced = false;

  constructor(private readonly kubelet: Kubelet) {}

  /** Starts the charts of all pods of this node, the oldest first, and clears away what belongs to no pod. */
  sync(): void {
    this.synced = true;
    const pods = this.kubelet.podsInApi.list().sort((left, right) => (created(left) < created(right) ? -1 : 1));
    for (const pod of pods) this.put(pod);
    this.clearOrphans(this.kubelet.runtime.allSandboxes());
    this.clearVolumes();
  }

  changed(change: Change<Pod>): void {
    if (!this.synced || change.type === "synced") return;
    if (change.type === "deleted") {
      this.kubelet.pods.get(change.object.metadata.uid ?? "")?.tell({ type: "pod.deleted" });
      return;
    }
    const before = change.type === "updated" ? change.previous.metadata.uid : undefined;
    if (before !== undefined && before !== change.object.metadata.uid)
      this.kubelet.pods.get(before)?.tell({ type: "pod.deleted" });
    this.put(change.object);
  }

  /** Hands what happened to a container to its chart. */
  runtimeEvent({ type, status }: RuntimeEvent): void {
    if (type === "CONTAINER_STOPPED_EVENT") this.exited(status);
  }

  /** Compares what the runtime has with what the charts believe, in case an event was missed. */
  sandboxesListed(sandboxes: readonly PodSandboxStatus[]): void {
    const ready = new Set(sandboxes.filter(({ state }) => state === "SANDBOX_READY").map(({ id }) => id));
    for (const pod of this.kubelet.pods.values()) {
      if (pod.sandboxReady && !ready.has(pod.sandboxId)) pod.tell({ type: "sandbox.lost" });
    }
    if (this.synced) this.clearOrphans(sandboxes);
  }

  containersListed(containers: readonly ContainerStatus[]): void {
    for (const status of containers) if (status.state === "CONTAINER_EXITED") this.exited(status);
  }

  private exited(status: ContainerStatus): void {
    for (const pod of this.kubelet.pods.values()) {
      if (pod.sandboxId !== status.podSandboxId) continue;
      const record = pod.records.find(({ name }) => name === status.name);
      if (record?.containerId !== status.id) return;
      this.kubelet.host.charts.get(`container ${pod.key}/${record.name}`)?.send({ type: "exited", status });
    }
  }

  private put(pod: Pod): void {
    const uid = pod.metadata.uid ?? "";
    const known = this.kubelet.pods.get(uid);
    if (known !== undefined) known.tell({ type: "pod.updated", pod });
    else this.start(pod, uid);
  }

  private start(pod: Pod, uid: string): void {
    const { charts } = this.kubelet.host;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    const key = charts.get(`pod ${name}`) === undefined ? name : `${name} ${uid}`;
    const handle = new PodHandle(this.kubelet, pod, key);
    this.kubelet.pods.set(uid, handle);
    charts.start(statusMachine, { id: `status ${key}`, input: { writing: new StatusWriting(this.kubelet, handle) } });
    const onDone = () => {
      this.kubelet.pods.delete(uid);
      charts.get(`status ${key}`)?.send({ type: "stop" });
      charts.stop(`resize ${key}`);
    };
    charts.start(podMachine, { id: `pod ${key}`, input: { work: new PodWork(this.kubelet, handle) }, onDone });
  }

  private clearOrphans(sandboxes: readonly PodSandboxStatus[]): void {
    const { host, pods } = this.kubelet;
    for (const { id, metadata } of sandboxes) {
      const chart = `orphan ${id}`;
      if (pods.has(metadata.uid) || host.charts.get(chart) !== undefined) continue;
      host.note(`sandbox ${id} of pod ${metadata.namespace}/${metadata.name} has no pod in the API`);
      host.charts.start(orphanMachine, {
        id: chart,
        input: { kubelet: this.kubelet, sandboxId: id, podUid: metadata.uid },
      });
    }
  }

  /** Removes volumes that a kubelet before this one left behind. */
  private clearVolumes(): void {
    const { host, io, pods } = this.kubelet;
    const remove = (podUid: string) =>
      io.volumes.removePod(podUid, (error) => {
        if (error !== undefined) host.note(`removing the volumes of pod ${podUid}: ${error}`);
      });
    io.volumes.listPods(
      host.bind((podUids: readonly string[]) => {
        for (const podUid of podUids) if (!pods.has(podUid)) remove(podUid);
      }),
    );
  }
}
