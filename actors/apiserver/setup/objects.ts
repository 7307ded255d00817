/** What every cluster has from its first moment on. */
import { systemPriorityClasses } from "../../../src/api/admission/priority.js";
import { frontProxyName } from "../../../src/api/aggregation/api-services.js";
import type { StorageClass, UntypedObject } from "../../../src/api/types.js";
import { localPathProvisioner } from "../../../src/api/volumes/names.js";
import type { ApiServerConfig } from "../io/io.js";
import type { RequestPath } from "../request.js";
import { firstAddressOf } from "../writes/allocation.js";

export interface FirstObject {
  readonly path: RequestPath;
  readonly object: UntypedObject;
}

const namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

const core = (resource: string, namespace?: string): RequestPath => ({
  group: "",
  version: "v1",
  resource,
  ...(namespace === undefined ? {} : { namespace }),
});

/** What claims get that name no class: a directory of the cluster's own, on the node of the pod that first uses it. */
const standardStorageClass: StorageClass = {
  kind: "StorageClass",
  apiVersion: "storage.k8s.io/v1",
  metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
  provisioner: localPathProvisioner,
  reclaimPolicy: "Delete",
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
};

/** In the order in which they must be made: namespaces before what is in them. */
export function firstObjects(config: ApiServerConfig): FirstObject[] {
  const { serviceCidr, advertiseAddress, advertisePort } = config;
  const labels = { component: "apiserver", provider: "kubernetes" };
  const untyped = (object: object): UntypedObject => object as UntypedObject;
  return [
    ...namespaces.map((name) => ({
      path: core("namespaces"),
      object: untyped({ kind: "Namespace", apiVersion: "v1", metadata: { name } }),
    })),
    ...systemPriorityClasses.map((object) => ({
      path: { group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses" },
      object: untyped(object),
    })),
    {
      path: { group: "storage.k8s.io", version: "v1", resource: "storageclasses" },
      object: untyped(standardStorageClass),
    },
    {
      path: core("configmaps", "kube-system"),
      object: untyped({
        kind: "ConfigMap",
        apiVersion: "v1",
        metadata: { name: "extension-apiserver-authentication" },
        data: {
          "client-ca-file": config.certificateAuthority,
          "requestheader-allowed-names": `["${frontProxyName}"]`,
          "requestheader-client-ca-file": config.frontProxyAuthority,
          "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
          "requestheader-group-headers": '["X-Remote-Group"]',
          "requestheader-username-headers": '["X-Remote-User"]',
        },
      }),
    },
    {
      path: { group: "networking.k8s.io", version: "v1", resource: "servicecidrs" },
      object: untyped({
        kind: "ServiceCIDR",
        apiVersion: "networking.k8s.io/v1",
        metadata: { name: "kubernetes" },
        spec: { cidrs: [serviceCidr] },
      }),
    },
    {
      path: core("services", "default"),
      object: untyped({
        kind: "Service",
        apiVersion: "v1",
        metadata: { name: "kubernetes", labels },
        spec: {
          type: "ClusterIP",
          clusterIP: firstAddressOf(serviceCidr),
          ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: advertisePort }],
        },
      }),
    },
    {
      path: core("endpoints", "default"),
      object: untyped({
        kind: "Endpoints",
        apiVersion: "v1",
        metadata: { name: "kubernetes", labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
        subsets: [{ addresses: [{ ip: advertiseAddress }], ports: [{ name: "https", port: advertisePort, protocol: "TCP" }] }],
      }),
    },
    {
      path: { group: "discovery.k8s.io", version: "v1", resource: "endpointslices", namespace: "default" },
      object: untyped({
        kind: "EndpointSlice",
        apiVersion: "discovery.k8s.io/v1",
        metadata: { name: "kubernetes", labels: { "kubernetes.io/service-name": "kubernetes" } },
        addressType: "IPv4",
        endpoints: [{ addresses: [advertiseAddress], conditions: { ready: true } }],
        ports: [{ name: "https", port: advertisePort, protocol: "TCP" }],
      }),
    },
  ];
}

/** An object that is there already as it must be for this server to be found; undefined when nothing is missing. */
export function withThisServer(existing: UntypedObject, own: UntypedObject): UntypedObject | undefined {
  if (own.kind === "Endpoints") {
    const wanted = (own as unknown as { subsets: Array<{ addresses: Array<{ ip: string }> }> }).subsets[0]!;
    const { subsets = [] } = existing as { subsets?: (typeof wanted)[] };
    const address = wanted.addresses[0]!;
    if (subsets.some((subset) => subset.addresses.some(({ ip }) => ip === address.ip))) return undefined;
    const [first, ...others] = subsets;
    const grown = first === undefined ? wanted : { ...first, addresses: [...first.addresses, address] };
    return { ...existing, subsets: [grown, ...others] };
  }
  if (own.kind === "EndpointSlice") {
    const wanted = (own as unknown as { endpoints: Array<{ addresses: string[] }> }).endpoints[0]!;
    const { endpoints = [] } = existing as { endpoints?: (typeof wanted)[] };
    if (endpoints.some(({ addresses }) => addresses[0] === wanted.addresses[0])) return undefined;
    return { ...existing, endpoints: [...endpoints, wanted] };
  }
  return undefined;
}
