/**
 * The environment variables by which a container finds the Services of its namespace.
 * Source: "Service", discovering services by environment variables.
 */
import type { Service } from "../../../src/api/types.js";

/** `my-db` becomes `MY_DB`. */
const variableName = (name: string): string => name.toUpperCase().replaceAll("-", "_");

const byName = (left: Service, right: Service): number => {
  const [one = "", other = ""] = [left.metadata.name, right.metadata.name];
  return one < other ? -1 : one > other ? 1 : 0;
};

/** Services with a cluster address that a pod of `namespace` is told of; `kubernetes` always, others when it links services. */
function visibleServices(services: readonly Service[], namespace: string, enableServiceLinks: boolean): Service[] {
  const visible = new Map<string, Service>();
  for (const service of services) {
    const clusterIp = service.spec?.clusterIP;
    if (clusterIp === undefined || clusterIp === "" || clusterIp === "None") continue;
    const name = service.metadata.name ?? "";
    const isMaster = service.metadata.namespace === "default" && name === "kubernetes";
    if (isMaster) {
      if (!visible.has(name)) visible.set(name, service);
    } else if (service.metadata.namespace === namespace && enableServiceLinks) visible.set(name, service);
  }
  return [...visible.values()].sort(byName);
}

/** `<NAME>_SERVICE_HOST`, `_SERVICE_PORT[_<PORT>]` and the Docker link style, in the order of the Services' names. */
export function serviceEnvironment(
  services: readonly Service[],
  namespace: string,
  enableServiceLinks: boolean,
): Map<string, string> {
  const variables = new Map<string, string>();
  for (const service of visibleServices(services, namespace, enableServiceLinks)) {
    const prefix = variableName(service.metadata.name ?? "");
    const host = service.spec?.clusterIP ?? "";
    const ports = service.spec?.ports ?? [];
    const bracketed = host.includes(":") ? `[${host}]` : host;
    variables.set(`${prefix}_SERVICE_HOST`, host);
    if (ports[0] !== undefined) variables.set(`${prefix}_SERVICE_PORT`, String(ports[0].port));
    for (const port of ports) {
      if (port.name) variables.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
    }
    for (const [index, port] of ports.entries()) {
      const protocol = (port.protocol ?? "TCP").toUpperCase();
      const url = `${protocol.toLowerCase()}://${bracketed}:${port.port}`;
      const linked = `${prefix}_PORT_${port.port}_${protocol}`;
      if (index === 0) variables.set(`${prefix}_PORT`, url);
      variables.set(linked, url);
      variables.set(`${linked}_PROTO`, protocol.toLowerCase());
      variables.set(`${linked}_PORT`, String(port.port));
      variables.set(`${linked}_ADDR`, host);
    }
  }
  return variables;
}
