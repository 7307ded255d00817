/**
 * What a pod may learn of itself. Source: "Downward API" in the Kubernetes documentation.
 */
import { parseQuantity, quantityOf } from "../../../src/api/quantity.js";
import type { Container, Pod, ResourceFieldSelector } from "../../../src/api/types.js";

/** A value, or why there is none. */
export type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

export const resolved = <T>(value: T): Resolved<T> => ({ ok: true, value });
export const unresolved = (message: string): { ok: false; message: string } => ({ ok: false, message });

const ownKeys = (map: Readonly<Record<string, string>> | undefined): string[] => Object.keys(map ?? {}).sort();

const escapeValue = (value: string): string =>
  `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r")}"`;

/** Labels or annotations as a volume shows them: one `key="escaped value"` a line, in the order of the keys. */
const mapText = (map: Readonly<Record<string, string>> | undefined): string =>
  ownKeys(map)
    .map((key) => `${key}=${escapeValue(map?.[key] ?? "")}`)
    .join("\n");

/** A field of the pod by its path. `podIps` are those of its sandbox, which its status may not yet have. */
export function fieldOf(pod: Pod, fieldPath: string, podIp: string, hostIp: string): Resolved<string> {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath);
  if (subscript !== null) {
    const map = subscript[1] === "labels" ? pod.metadata.labels : pod.metadata.annotations;
    const key = subscript[2]!;
    return resolved(map !== undefined && Object.hasOwn(map, key) ? (map[key] ?? "") : "");
  }
  switch (fieldPath) {
    case "metadata.name":
      return resolved(pod.metadata.name ?? "");
    case "metadata.namespace":
      return resolved(pod.metadata.namespace ?? "");
    case "metadata.uid":
      return resolved(pod.metadata.uid ?? "");
    case "metadata.labels":
      return resolved(mapText(pod.metadata.labels));
    case "metadata.annotations":
      return resolved(mapText(pod.metadata.annotations));
    case "spec.nodeName":
      return resolved(pod.spec?.nodeName ?? "");
    case "spec.serviceAccountName":
      return resolved(pod.spec?.serviceAccountName ?? "");
    case "status.hostIP":
    case "status.hostIPs":
      return resolved(hostIp);
    case "status.podIP":
    case "status.podIPs":
      return resolved(podIp);
    default:
      return unresolved(`unsupported fieldPath: ${fieldPath}`);
  }
}

/** Amounts of the node that stand in for limits that a container does not have. */
export interface NodeAllocatable {
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
}

/** A container's request or limit in units of the divisor, rounded up. */
export function resourceFieldOf(
  pod: Pod,
  container: Container | undefined,
  selector: ResourceFieldSelector,
  allocatable: NodeAllocatable,
): Resolved<string> {
  const of =
    selector.containerName === undefined || selector.containerName === ""
      ? container
      : [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].find(
          ({ name }) => name === selector.containerName,
        );
  if (of === undefined) return unresolved(`container ${selector.containerName ?? ""} not found`);
  const [side, name = ""] = selector.resource.split(/\.(.*)/s);
  const fromNode = new Map([
    ["cpu", allocatable.cpu],
    ["memory", allocatable.memory],
    ["ephemeral-storage", allocatable.ephemeralStorage],
  ]).get(name);
  if ((side !== "limits" && side !== "requests") || (fromNode === undefined && !name.startsWith("hugepages-")))
    return unresolved(`unsupported container resource : ${selector.resource}`);
  const limit = of.resources?.limits?.[name] ?? fromNode ?? "0";
  const amount = side === "limits" ? limit : (of.resources?.requests?.[name] ?? "0");
  const divisor = parseQuantity(selector.divisor ?? "1");
  const divisorNano = divisor.ok && divisor.value.nano > 0n ? divisor.value.nano : 1_000_000_000n;
  const { nano } = quantityOf(amount);
  return resolved(String((nano + divisorNano - 1n) / divisorNano));
}
