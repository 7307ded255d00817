/** The resources that controllers look at, and how they find objects among them. */
import type {
  ConfigMap,
  Deployment,
  EndpointSlice,
  Endpoints,
  KubernetesObject,
  Lease,
  Namespace,
  Node,
  OwnerReference,
  Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  ServiceAccount,
} from "../../../src/api/types.js";
import { claimsUsed } from "../../../src/api/volumes/pod-claims.js";
import type { InformedResource } from "./informers.js";

export const controllerOf = (object: KubernetesObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller);

const namespaceOf = (object: KubernetesObject): readonly string[] => [object.metadata.namespace ?? ""];

/** By the uid of the controller; objects that have none, by namespace. */
const ownership = {
  controller: (object: KubernetesObject): readonly string[] => {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [] : [uid];
  },
  orphans: (object: KubernetesObject): readonly string[] => (controllerOf(object) === undefined ? namespaceOf(object) : []),
};

const core = (resource: string) => ({ group: "", version: "v1", resource });
const apps = (resource: string) => ({ group: "apps", version: "v1", resource });

export const pods: InformedResource<Pod> = {
  path: core("pods"),
  indexers: {
    ...ownership,
    namespace: namespaceOf,
    node: (pod) => (pod.spec?.nodeName ? [pod.spec.nodeName] : []),
    claim: (pod) => claimsUsed(pod).map(({ name }) => `${pod.metadata.namespace}/${name}`),
  },
};
export const nodes: InformedResource<Node> = { path: core("nodes") };
export const namespaces: InformedResource<Namespace> = { path: core("namespaces") };
export const services: InformedResource<Service> = { path: core("services"), indexers: { namespace: namespaceOf } };
export const endpoints: InformedResource<Endpoints> = { path: core("endpoints") };
export const serviceAccounts: InformedResource<ServiceAccount> = { path: core("serviceaccounts") };
export const configMaps: InformedResource<ConfigMap> = { path: core("configmaps") };
export const replicaSets: InformedResource<ReplicaSet> = {
  path: apps("replicasets"),
  indexers: { ...ownership, namespace: namespaceOf },
};
export const replicationControllers: InformedResource<ReplicationController> = {
  path: core("replicationcontrollers"),
  indexers: { namespace: namespaceOf },
};
export const deployments: InformedResource<Deployment> = { path: apps("deployments"), indexers: { namespace: namespaceOf } };
export const endpointSlices: InformedResource<EndpointSlice> = {
  path: { group: "discovery.k8s.io", version: "v1", resource: "endpointslices" },
  indexers: {
    service: ({ metadata }) => {
      const name = metadata.labels?.["kubernetes.io/service-name"];
      return name === undefined ? [] : [`${metadata.namespace}/${name}`];
    },
  },
};
export const leases: InformedResource<Lease> = { path: { group: "coordination.k8s.io", version: "v1", resource: "leases" } };
