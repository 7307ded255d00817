/**
 * Pods of a StatefulSet have names, host names and claims of their own that outlive them.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity
 */
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, StatefulSet, Volume } from "../../../../src/api/types.js";
import { controllerReference } from "../../engine/ownership.js";
import { podFromTemplate } from "../../engine/pods.js";

export const revisionLabel = "controller-revision-hash";
const nameLabel = "statefulset.kubernetes.io/pod-name";
const indexLabel = "apps.kubernetes.io/pod-index";

export const firstOrdinal = ({ spec }: StatefulSet): number => spec?.ordinals?.start ?? 0;

/** The number at the end of a pod's name; undefined when the name is not one of the set's. */
export function ordinalOf({ metadata }: Pod, set: StatefulSet): number | undefined {
  const match = /^(.*)-(0|[1-9][0-9]*)$/.exec(metadata.name ?? "");
  return match !== null && match[1] === set.metadata.name ? Number(match[2]) : undefined;
}

const claimName = (template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string =>
  `${template.metadata.name}-${set.metadata.name}-${ordinal}`;

/** The claims of one ordinal. They stay when the pod goes, unless the set says that they go with it. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  const { namespace = "" } = set.metadata;
  const goesWithSet = set.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
  const owner = controllerReference(set, "apps/v1", "StatefulSet");
  return (set.spec?.volumeClaimTemplates ?? []).map(({ metadata, spec }) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name: claimName({ metadata }, set, ordinal),
      namespace,
      labels: { ...metadata.labels, ...set.spec?.selector.matchLabels },
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(goesWithSet ? { ownerReferences: [owner] } : {}),
    },
    ...(spec === undefined ? {} : { spec }),
  }));
}

/** The pod of one ordinal, of the named revision's template. */
export function statefulPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const { name: setName, namespace = "" } = set.metadata;
  const name = `${setName}-${ordinal}`;
  const pod = podFromTemplate(template, {
    name,
    namespace,
    labels: { [revisionLabel]: revision, [nameLabel]: name, [indexLabel]: `${ordinal}` },
    ownerReferences: [controllerReference(set, "apps/v1", "StatefulSet")],
  });
  const templates = set.spec?.volumeClaimTemplates ?? [];
  const claimed = new Map(
    templates.map((each): [string, Volume] => [
      each.metadata.name ?? "",
      { name: each.metadata.name ?? "", persistentVolumeClaim: { claimName: claimName(each, set, ordinal) } },
    ]),
  );
  const others = (template.spec?.volumes ?? []).filter((volume) => !claimed.has(volume.name));
  const volumes = [...claimed.values(), ...others];
  const { serviceName } = set.spec ?? {};
  const spec = {
    ...(template.spec ?? { containers: [] }),
    hostname: name,
    ...(serviceName ? { subdomain: serviceName } : {}),
    ...(volumes.length === 0 ? {} : { volumes }),
  };
  return { ...pod, spec };
}
