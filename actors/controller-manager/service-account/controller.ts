/**
 * What every namespace is given: its default service account, and the cluster's CA as kube-root-ca.crt.
 * Source: https://kubernetes.io/docs/concepts/security/service-accounts/
 */
import type { ConfigMap, KubernetesObject, Namespace, ServiceAccount } from "../../../src/api/types.js";
import type { ControllerDefinition } from "../engine/controller.js";
import type { Informed, Informers } from "../engine/informers.js";
import { keyOf, pathTo } from "../engine/ownership.js";
import { nothingToDo, type Plan } from "../engine/plan.js";
import * as resources from "../engine/resources.js";

export const rootCaName = "kube-root-ca.crt";

/** Tells users what it is for. */
const descriptionKey = "kubernetes.io/description";
const description =
  "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal " +
  "service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

const receives = ({ metadata }: Namespace): boolean => metadata.deletionTimestamp === undefined;

export function reconcileServiceAccount(namespace: Namespace, current: ServiceAccount | undefined): Plan {
  if (!receives(namespace) || current !== undefined) return nothingToDo;
  const { path } = resources.serviceAccounts;
  const { name = "" } = namespace.metadata;
  const object: ServiceAccount = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "default", namespace: name },
  };
  return { writes: [{ request: { verb: "create", path: { ...path, namespace: name }, object } }] };
}

export function reconcileRootCa(namespace: Namespace, current: ConfigMap | undefined, clusterCa: string): Plan {
  const data = { "ca.crt": clusterCa };
  if (!receives(namespace) || clusterCa === "") return nothingToDo;
  const { path } = resources.configMaps;
  const { name = "" } = namespace.metadata;
  if (current === undefined) {
    const metadata = { name: rootCaName, namespace: name, annotations: { [descriptionKey]: description } };
    const object: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata, data };
    return { writes: [{ request: { verb: "create", path: { ...path, namespace: name }, object } }] };
  }
  const { managedFields: _, ...before } = current.metadata;
  const isAsGiven = current.data?.["ca.crt"] === clusterCa && Object.keys(current.data).length === 1;
  if (isAsGiven && before.annotations?.[descriptionKey] !== undefined) return nothingToDo;
  const metadata = { ...before, annotations: { ...before.annotations, [descriptionKey]: description } };
  const object: ConfigMap = { ...current, metadata, data };
  return { writes: [{ request: { verb: "update", path: pathTo(path, current), object } }] };
}

export function serviceAccountController(informers: Informers): ControllerDefinition {
  const namespaces = informers.of(resources.namespaces);
  const accounts = informers.of(resources.serviceAccounts);
  return {
    name: "serviceaccount",
    serviceAccount: "service-account-controller",
    workers: 5,
    needs: [namespaces, accounts] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const namespace = namespaces.store.get(key);
      return namespace === undefined ? nothingToDo : reconcileServiceAccount(namespace, accounts.store.get(`${key}/default`));
    },
    follow: (enqueue) => {
      namespaces.subscribe((change) => enqueue(keyOf(change.object)));
      accounts.subscribe(({ type, object }) => {
        if (type === "deleted" && object.metadata.name === "default") enqueue(object.metadata.namespace ?? "");
      });
    },
  };
}

export function rootCaController(informers: Informers, clusterCa: string): ControllerDefinition {
  const namespaces = informers.of(resources.namespaces);
  const configMaps = informers.of(resources.configMaps);
  return {
    name: "root-ca",
    serviceAccount: "root-ca-cert-publisher",
    workers: 5,
    needs: [namespaces, configMaps] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const namespace = namespaces.store.get(key);
      if (namespace === undefined) return nothingToDo;
      return reconcileRootCa(namespace, configMaps.store.get(`${key}/${rootCaName}`), clusterCa);
    },
    follow: (enqueue) => {
      namespaces.subscribe((change) => enqueue(keyOf(change.object)));
      configMaps.subscribe(({ object }) => {
        if (object.metadata.name === rootCaName) enqueue(object.metadata.namespace ?? "");
      });
    },
  };
}
