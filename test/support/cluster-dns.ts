/** A cluster's DNS for tests of what asks it: kube-proxy's own server, over a few Services. */
import { zoneAnswers } from "../../actors/kube-proxy/dns/zone.js";
import type { ListenOutcome } from "../../actors/kube-proxy/io/io.js";
import { realKubeProxyIo } from "../../actors/kube-proxy/io/real.js";
import { type Reach, reachableAt } from "../../actors/runc/io/ports.js";
import type { Service } from "../../src/api/types.js";

export interface ClusterDns {
  /** `namespace/name` to a Service's address. */
  readonly services: Map<string, string>;
  close(): void;
}

export async function serveClusterDns(dnsAddress: string, reach: Reach): Promise<ClusterDns> {
  const services = new Map<string, string>();
  const serviceAt = (key: string): Service | undefined => {
    const clusterIP = services.get(key);
    const [namespace = "", name = ""] = key.split("/");
    return clusterIP === undefined ? undefined : { metadata: { namespace, name }, spec: { clusterIP, ports: [] } };
  };
  const answer = zoneAnswers({
    service: serviceAt,
    slices: () => [],
    servicesAt: () => [],
    slicesAt: () => [],
    hasServicesIn: () => true,
    dnsAddress,
    serial: () => 1,
  });
  const locate = ({ ip, port }: { ip: string; port: number }) => {
    const at = reachableAt(reach, ip, port);
    return { ip: at.address, port: at.port };
  };
  const io = realKubeProxyIo(
    { nodeName: "node-1", nodeAddress: dnsAddress, machineAddress: undefined, clusterCidr: "127.0.0.0/8", dnsAddress },
    { locate, place: locate },
  );
  const outcomes = await Promise.all(
    (["UDP", "TCP"] as const).map(
      (protocol) =>
        new Promise<ListenOutcome>((resolve) =>
          io.listen({ protocol, address: dnsAddress, port: 53 }, { kind: "names", answer }, resolve),
        ),
    ),
  );
  return {
    services,
    close: () => {
      for (const outcome of outcomes) if (outcome.ok) outcome.listener.close();
    },
  };
}
