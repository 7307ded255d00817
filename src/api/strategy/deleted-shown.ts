/**
 * Resources whose deletion is answered with the object that was, rather than with a Status: those whose storage asks for it
 *.
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.33/
 */
const shown: ReadonlyMap<string, readonly string[]> = new Map([
  ["", ["persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts", "services"]],
  ["resource.k8s.io", ["deviceclasses", "devicetaintrules", "resourceclaims", "resourceclaimtemplates", "resourceslices"]],
  ["storage.k8s.io", ["csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"]],
]);

export const showsDeleted = ({ group, plural }: { readonly group: string; readonly plural: string }): boolean =>
  shown.get(group)?.includes(plural) === true;
