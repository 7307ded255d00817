/**
 * A claim may grow only where its storage class says that its volumes can.
 * https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
 */
import type { PersistentVolumeClaim, StorageClass } from "../generated/types.js";
import { compareQuantities, quantityOf } from "../quantity.js";
import { fail } from "../status.js";
import { storageClassOf } from "../volumes/storage-class.js";
import { type AdmissionPlugin, type ClusterView, forbidden, noRemarks } from "./plugin.js";

const requested = ({ spec }: PersistentVolumeClaim) => quantityOf(spec?.resources?.requests?.storage);

function mayGrow(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, cluster: ClusterView): boolean {
  const name = storageClassOf(claim);
  if (name === "" || name !== storageClassOf(old)) return false;
  return cluster.get<StorageClass>("storage.k8s.io", "storageclasses", "", name)?.allowVolumeExpansion === true;
}

export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: "PersistentVolumeClaimResize",
  concerns: ({ operation, group, resource, subresource }) =>
    operation === "UPDATE" && group === "" && resource === "persistentvolumeclaims" && subresource === "",
  validate: (request, cluster) => {
    const claim = request.object as PersistentVolumeClaim;
    const old = request.old as PersistentVolumeClaim;
    if (compareQuantities(requested(claim), requested(old)) <= 0) return noRemarks();
    if (old.status?.phase !== "Bound") {
      return fail(forbidden(request, "Only bound persistent volume claims can be expanded"));
    }
    if (mayGrow(claim, old, cluster)) return noRemarks();
    const why =
      "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
    return fail(forbidden(request, why));
  },
};
