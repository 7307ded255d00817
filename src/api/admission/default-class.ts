/**
 * Claims and Ingresses that name no class get the one that is marked as the default. Where several are, the newest wins.
 * https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass and
 * https://kubernetes.io/docs/concepts/services-networking/ingress/#default-ingress-class
 */
import type { Ingress, IngressClass, PersistentVolumeClaim, StorageClass } from "../generated/types.js";
import { succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import { classNamedBy, defaultStorageClassOf, newestDefault } from "../volumes/storage-class.js";
import type { AdmissionPlugin, AdmissionTarget } from "./plugin.js";

const creates =
  (group: string, resource: string) =>
  (target: AdmissionTarget): boolean =>
    target.operation === "CREATE" && target.group === group && target.resource === resource && target.subresource === "";

export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  concerns: creates("", "persistentvolumeclaims"),
  mutate: ({ object }, cluster) => {
    const claim = object as PersistentVolumeClaim;
    if (classNamedBy(claim) !== undefined) return succeed(object);
    const storageClassName = defaultStorageClassOf(cluster.list<StorageClass>("storage.k8s.io", "storageclasses"));
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
    const ingressClassName = newestDefault(classes, ["ingressclass.kubernetes.io/is-default-class"]);
    if (ingressClassName === undefined) return succeed(object);
    return succeed({ ...ingress, spec: { ...ingress.spec, ingressClassName } } as UntypedObject);
  },
};
