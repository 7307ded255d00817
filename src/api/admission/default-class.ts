/**
 * Claims and Ingresses that name no class get the one that is marked as the default. Where several are, the newest wins.
 * https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass and
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class
 */
import type { Ingress, IngressClass, PersistentVolumeClaim, StorageClass } from "../generated/types.js";
import { succeed } from "../status.js";
import type { KubernetesObject, UntypedObject } from "../types.js";
import type { AdmissionPlugin, AdmissionTarget } from "./plugin.js";

const isDefault = ({ metadata }: KubernetesObject, annotations: readonly string[]): boolean =>
  annotations.some((annotation) => metadata.annotations?.[annotation] === "true");

/** The newest; of those that are equally new, the first by name. */
function defaultOf(classes: readonly KubernetesObject[], annotations: readonly string[]): string | undefined {
  const ranked = classes
    .filter((candidate) => isDefault(candidate, annotations))
    .map(({ metadata: { name = "", creationTimestamp = "" } }) => ({ name, made: creationTimestamp }))
    .sort((a, b) => (a.made === b.made ? (a.name < b.name ? -1 : 1) : a.made > b.made ? -1 : 1));
  return ranked[0]?.name;
}

const creates =
  (group: string, resource: string) =>
  (target: AdmissionTarget): boolean =>
    target.operation === "CREATE" && target.group === group && target.resource === resource && target.subresource === "";

const storageAnnotations = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  concerns: creates("", "persistentvolumeclaims"),
  mutate: ({ object }, cluster) => {
    const claim = object as PersistentVolumeClaim;
    const asked = claim.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? claim.spec?.storageClassName;
    if (asked !== undefined) return succeed(object);
    const storageClassName = defaultOf(cluster.list<StorageClass>("storage.k8s.io", "storageclasses"), storageAnnotations);
    if (storageClassName === undefined) return succeed(object);
    return succeed({ ...claim, spec: { ...claim.spec, storageClassName } } as UntypedObject);
  },
};

export const defaultIngressClass: AdmissionPlugin = {
  name: "DefaultIngressClass",
  concerns: creates("networking.k8s.io", "ingresses"),
  mutate: ({ object }, cluster) => {
    const ingress = object as Ingress;
    const annotated = ingress.metadata.annotations?.["kubernetes.io/ingress.class"] !== undefined;
    if (annotated || ingress.spec?.ingressClassName) return succeed(object);
    const classes = cluster.list<IngressClass>("networking.k8s.io", "ingressclasses");
    const ingressClassName = defaultOf(classes, ["ingressclass.kubernetes.io/is-default-class"]);
    if (ingressClassName === undefined) return succeed(object);
    return succeed({ ...ingress, spec: { ...ingress.spec, ingressClassName } } as UntypedObject);
  },
};
