/**
 * Whether a pod's claims let it run, and on which nodes: bound ones where their volumes are reached, others where a volume is
 * there to be bound or can be provisioned.
 * Source: https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode and "Persistent Volumes", node affinity.
 */
import { termMatches } from "../../../src/api/node-affinity.js";
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from "../../../src/api/types.js";
import { isReachedFrom, volumeFor } from "../../../src/api/volumes/matching.js";
import { bindCompletedAnnotation, selectedNodeAnnotation } from "../../../src/api/volumes/names.js";
import { notMadeFor } from "../../../src/api/volumes/pod-claims.js";
import { storageClassOf, waitsForConsumer } from "../../../src/api/volumes/storage-class.js";
import type { Filter } from "../filter.js";
import type { NodeInfo } from "../node-info.js";
import type { PodInfo } from "../pod-info.js";

/** What is known of volumes, with what was promised to pods that are being bound. */
export interface VolumesKnown {
  claimNamed(key: string): PersistentVolumeClaim | undefined;
  volumeNamed(name: string): PersistentVolume | undefined;
  classNamed(name: string): StorageClass | undefined;
  volumes(): readonly PersistentVolume[];
  readonly promised: ReadonlySet<string>;
  /** The node that was chosen for a claim whose volume is still to be provisioned. */
  nodeChosenFor(claim: PersistentVolumeClaim): string | undefined;
}

/** What has to be done for a pod's claims when it goes to a certain node. */
export interface VolumeDecision {
  readonly bindings: ReadonlyArray<{ readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }>;
  /** Claims whose volumes are to be provisioned for the node. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

export type VolumeJudgement =
  /** No node will do, whatever it is like. */
  | { readonly ok: false; readonly reason: string }
  | { readonly ok: true; readonly filters: readonly Filter[]; decisionFor(node: NodeInfo): VolumeDecision | undefined };

const conflict = {
  affinity: "node(s) had volume node affinity conflict",
  binding: "node(s) didn't find available persistent volumes to bind",
  absent: "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",
  zone: "node(s) had no available volume zone",
  onePod: "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",
};

export const isBound = ({ metadata, spec }: PersistentVolumeClaim): boolean =>
  Boolean(spec?.volumeName) && metadata.annotations?.[bindCompletedAnnotation] !== undefined;

interface Claims {
  readonly bound: readonly PersistentVolumeClaim[];
  readonly unbound: readonly PersistentVolumeClaim[];
}

/** The pod's claims, or why it cannot run anywhere yet. */
function claimsOf({ pod, claims: used }: PodInfo, known: VolumesKnown): Claims | string {
  const bound: PersistentVolumeClaim[] = [];
  const unbound: PersistentVolumeClaim[] = [];
  for (const { name, ephemeral } of used) {
    const claim = known.claimNamed(`${pod.metadata.namespace}/${name}`);
    if (claim === undefined)
      return ephemeral
        ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
        : `persistentvolumeclaim "${name}" not found`;
    if (claim.status?.phase === "Lost")
      return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ""}"`;
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
    const stranger = ephemeral ? notMadeFor(claim, pod) : undefined;
    if (stranger !== undefined) return stranger;
    const isDelayed = !claim.spec?.volumeName && waitsForConsumer(known.classNamed(storageClassOf(claim)));
    if (isBound(claim)) bound.push(claim);
    else if (isDelayed) unbound.push(claim);
    else return "pod has unbound immediate PersistentVolumeClaims";
  }
  return { bound, unbound };
}

/** Where a class provisions: anywhere, or where its topologies say. */
function allowsTopology({ allowedTopologies = [] }: StorageClass, node: Node): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    termMatches({ matchExpressions: matchLabelExpressions.map((each) => ({ ...each, operator: "In" })) }, node),
  );
}

function canProvision(claim: PersistentVolumeClaim, node: Node, known: VolumesKnown): boolean {
  const storageClass = known.classNamed(storageClassOf(claim));
  if (storageClass === undefined || storageClass.provisioner === "kubernetes.io/no-provisioner") return false;
  return allowsTopology(storageClass, node);
}

/** How claims that wait for their pod would get volumes on a node; undefined when they would not. */
function decide(unbound: readonly PersistentVolumeClaim[], node: Node, known: VolumesKnown): VolumeDecision | undefined {
  const promised = new Set(known.promised);
  const bindings: Array<VolumeDecision["bindings"][number]> = [];
  const provisions: PersistentVolumeClaim[] = [];
  const size = (claim: PersistentVolumeClaim) => Number.parseFloat(claim.spec?.resources?.requests?.storage ?? "0");
  for (const claim of [...unbound].sort((one, other) => size(one) - size(other))) {
    const chosen = claim.metadata.annotations?.[selectedNodeAnnotation] ?? known.nodeChosenFor(claim);
    if (chosen !== undefined && chosen !== node.metadata.name) return undefined;
    const volume = chosen === undefined ? volumeFor(claim, known.volumes(), { node, promised }) : undefined;
    if (volume !== undefined) {
      promised.add(volume.metadata.name ?? "");
      bindings.push({ claim, volume });
    } else if (canProvision(claim, node, known)) provisions.push(claim);
    else return undefined;
  }
  return { bindings, provisions };
}

/** A volume that carries a zone or region is used there only; it may name several, parted by `__`. */
const zoneLabels = [
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
];

function isInZone(volume: PersistentVolume, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  return zoneLabels.every((label) => {
    const zones = volume.metadata.labels?.[label];
    return zones === undefined || zones.split("__").includes(labels[label] ?? "");
  });
}

const no = (reason: string) => ({ reasons: [reason], unresolvable: true });

function bindingFilter({ bound, unbound }: Claims, known: VolumesKnown, decisions: Map<string, VolumeDecision>): Filter {
  return {
    name: "VolumeBinding",
    rejects: (_pod, { name, node }) => {
      if (node === undefined) return undefined;
      for (const claim of bound) {
        const volume = known.volumeNamed(claim.spec?.volumeName ?? "");
        if (volume === undefined) return no(conflict.absent);
        if (!isReachedFrom(volume, node)) return no(conflict.affinity);
      }
      const decision = decide(unbound, node, known);
      if (decision === undefined) return no(conflict.binding);
      decisions.set(name, decision);
      return undefined;
    },
  };
}

const zoneFilter = ({ bound }: Claims, known: VolumesKnown): Filter => ({
  name: "VolumeZone",
  rejects: (_pod, { node }) => {
    const volumes = bound.map(({ spec }) => known.volumeNamed(spec?.volumeName ?? ""));
    const isFine = (volume: PersistentVolume | undefined) => volume === undefined || node === undefined || isInZone(volume, node);
    return volumes.every(isFine) ? undefined : no(conflict.zone);
  },
});

/** A claim for one pod alone is in use as soon as any other pod of its namespace has it. */
function onePodFilter(pod: PodInfo, { bound, unbound }: Claims, nodes: readonly NodeInfo[]): Filter {
  const alone = [...bound, ...unbound].filter(({ spec }) => spec?.accessModes?.includes("ReadWriteOncePod"));
  const names = new Set(alone.map(({ metadata }) => metadata.name));
  const { namespace } = pod.pod.metadata;
  const isUser = (other: PodInfo) =>
    other.claims.length > 0 && other.pod.metadata.namespace === namespace && other.claims.some(({ name }) => names.has(name));
  const isTaken = names.size > 0 && nodes.some(({ pods }) => [...pods.values()].some(isUser));
  return {
    name: "VolumeRestrictions",
    rejects: () => (isTaken ? { reasons: [conflict.onePod], unresolvable: false } : undefined),
  };
}

/** Asked only of pods that have claims. */
export function judgeVolumes(pod: PodInfo, nodes: readonly NodeInfo[], known: VolumesKnown): VolumeJudgement {
  const claims = claimsOf(pod, known);
  if (typeof claims === "string") return { ok: false, reason: claims };
  const decisions = new Map<string, VolumeDecision>();
  const filters = [onePodFilter(pod, claims, nodes), bindingFilter(claims, known, decisions), zoneFilter(claims, known)];
  return { ok: true, filters, decisionFor: ({ name }) => decisions.get(name) };
}
