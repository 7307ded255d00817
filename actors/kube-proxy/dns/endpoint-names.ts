/** The names that endpoints have in the cluster's DNS. */
import type { EndpointSlice, Service } from "../../../src/api/types.js";
import { addressLabel } from "./addresses.js";

export interface EndpointName {
  /** `web-0.web.default.svc.cluster.local`, or `10-244-0-5.web…` for an endpoint without a hostname. */
  readonly name: string;
  readonly address: string;
  readonly ports: ReadonlyArray<{ readonly name?: string; readonly protocol?: string; readonly port: number }>;
}

export const hasClusterAddress = ({ spec }: Service): boolean => {
  const clusterIP = spec?.clusterIP ?? "";
  return clusterIP !== "" && clusterIP !== "None" && spec?.type !== "ExternalName";
};

/** The endpoints that are ready, as EndpointSlices have it: for a Service that publishes all of them, all are. */
export function endpointNames(slices: readonly EndpointSlice[], serviceDomain: string): EndpointName[] {
  const names = slices.flatMap((slice) => {
    const ports = (slice.ports ?? []).flatMap(({ port, name, protocol }) =>
      port === undefined
        ? []
        : [{ port, ...(name === undefined ? {} : { name }), ...(protocol === undefined ? {} : { protocol }) }],
    );
    return (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .flatMap(({ addresses, hostname }) =>
        addresses.map(
          (address): EndpointName => ({ name: `${hostname || addressLabel(address)}.${serviceDomain}`, address, ports }),
        ),
      );
  });
  return names.sort((one, other) => (one.address < other.address ? -1 : one.address > other.address ? 1 : 0));
}
