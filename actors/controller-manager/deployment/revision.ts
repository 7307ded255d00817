/** Revisions: each template that a Deployment rolls out gets the next number, on its ReplicaSet and on the Deployment. */
import type { Deployment, ReplicaSet } from "../../../src/api/types.js";
import { controllerReference } from "../engine/ownership.js";
import { wantedReplicas } from "./bounds.js";
import { annotations, type Member, memberOf, noteSize, revisionOf } from "./members.js";
import { hashLabel, templateHash } from "./template-hash.js";

/** Annotations of a Deployment that are not its ReplicaSets'. */
const ownAnnotations = new Set<string>([
  "kubectl.kubernetes.io/last-applied-configuration",
  "deprecated.deployment.rollback.to",
  ...Object.values(annotations),
]);

/** A ReplicaSet for the Deployment's template, not yet created, without pods. */
export function freshMember(deployment: Deployment): Member {
  const { name = "", namespace } = deployment.metadata;
  const template = deployment.spec?.template ?? {};
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const selector = deployment.spec?.selector ?? {};
  const set: ReplicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ownerReferences: [controllerReference(deployment, "apps/v1", "Deployment")],
    },
    spec: {
      replicas: 0,
      minReadySeconds: deployment.spec?.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return memberOf(set, true);
}

/** Gives the set of the current template the Deployment's annotations and the newest revision. */
export function annotateNew(deployment: Deployment, member: Member, old: readonly Member[]): void {
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(key)) member.annotations[key] = value;
  }
  const newest = old.map(revisionOf).reduce((most, each) => (each > most ? each : most), 0n) + 1n;
  const before = revisionOf(member);
  if (before < newest) {
    const text = member.annotations[annotations.revision];
    member.annotations[annotations.revision] = `${newest}`;
    if (text !== undefined) {
      member.annotations[annotations.revisionHistory] = longerHistory(member.annotations[annotations.revisionHistory], text);
    }
  }
  if (member.fresh) noteSize(member, deployment);
  else member.minReadySeconds = deployment.spec?.minReadySeconds ?? 0;
}

const historyMostCharacters = 2_000;

/** The revisions that a set has had, newest last; what goes beyond the limit is forgotten, oldest first. */
function longerHistory(history: string | undefined, revision: string): string {
  const revisions = [...(history === undefined || history === "" ? [] : history.split(",")), revision];
  while (revisions.length > 1 && revisions.join(",").length > historyMostCharacters) revisions.shift();
  return revisions.join(",");
}

/** Old sets without pods that are more than the Deployment is to remember, oldest revision first. */
export function beyondHistory(deployment: Deployment, old: readonly Member[]): Member[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const kept = old.filter(({ set }) => set.metadata.deletionTimestamp === undefined);
  if (kept.length <= limit) return [];
  const byRevision = [...kept].sort((one, other) => (revisionOf(one) < revisionOf(other) ? -1 : 1));
  return byRevision.slice(0, kept.length - limit).filter(({ set, replicas }) => {
    const { status, metadata } = set;
    const settled = (metadata.generation ?? 0) <= (status?.observedGeneration ?? 0);
    return replicas === 0 && (set.spec?.replicas ?? 0) === 0 && (status?.replicas ?? 0) === 0 && settled;
  });
}

/** True when somebody changed the Deployment's size since its sets were last sized. */
export const wasScaled = (deployment: Deployment, active: readonly Member[]): boolean =>
  active.some((member) => {
    const desired = member.annotations[annotations.desiredReplicas];
    return desired !== undefined && Number(desired) !== wantedReplicas(deployment);
  });
