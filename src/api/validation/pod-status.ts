import type { Integer } from "../../json/integer.js";
import { at, child, duplicate, type FieldError, forbiddenField, invalidValue } from "../field-errors.js";
import type { Container, ContainerStatus, Pod, PodStatus } from "../generated/types.js";
import { isIp } from "../ip.js";
import { dns1123Subdomain, qualifiedName, unixId } from "../names.js";
import { followsRule, immutable, oneOf } from "./common.js";
import { invalidIpMessage } from "./endpoints.js";
import { podAnnotationUpdateErrors } from "./pod-annotations.js";

/** What may be told of a pod. Source: PodStatus v1 core in the Kubernetes API reference. */

/** A container that has ended stays ended, unless its restart policy starts it again. */
const transitionErrors = (
  now: readonly ContainerStatus[] | undefined,
  before: readonly ContainerStatus[] | undefined,
  path: string,
  policyOf: (name: string) => string | undefined,
): FieldError[] => {
  const errors: FieldError[] = [];
  for (const [index, status] of (before ?? []).entries()) {
    const ended = status.state?.terminated;
    const policy = policyOf(status.name);
    if (ended === undefined || policy === "Always" || (policy === "OnFailure" && ended.exitCode !== 0)) continue;
    const current = now?.find((candidate) => candidate.name === status.name);
    if (current !== undefined && current.state?.terminated === undefined)
      errors.push(forbiddenField(child(at(path, index), "state"), "may not be transitioned to non-terminated state"));
  }
  return errors;
};

const ownConditions = new Set(["PodScheduled", "Ready", "Initialized"]);

const claimErrors = (pod: Pod, path: string): FieldError[] => {
  const seen = new Set<string>();
  return (pod.status?.resourceClaimStatuses ?? []).flatMap(({ name, resourceClaimName }, index) => {
    const namePath = child(at(path, index), "name");
    const errors: FieldError[] = [];
    if (!pod.spec?.resourceClaims?.some((claim) => claim.name === name))
      errors.push(invalidValue(namePath, name, "must match the name of an entry in `spec.resourceClaims`"));
    if (seen.has(name)) errors.push(duplicate(namePath, name));
    seen.add(name);
    if (resourceClaimName !== undefined) errors.push(...followsRule(dns1123Subdomain, resourceClaimName, namePath));
    return errors;
  });
};

const isSix = (address = ""): boolean => address.includes(":");

/** Addresses: at most one of each family. */
const addressesErrors = (list: ReadonlyArray<{ ip: string }> | undefined, path: string): FieldError[] => {
  const addresses = list ?? [];
  const errors: FieldError[] = [];
  for (const [index, { ip }] of addresses.entries())
    if (!isIp(ip)) errors.push(invalidValue(at(path, index), ip, invalidIpMessage));
  if (addresses.length < 2) return errors;
  if (addresses.length > 2 || isSix(addresses[0]!.ip) === isSix(addresses[1]!.ip))
    errors.push(invalidValue(path, addresses, "may specify no more than one IP for each IP family"));
  for (const [index, address] of addresses.entries())
    if (addresses.slice(0, index).some(({ ip }) => ip === address.ip)) errors.push(duplicate(at(path, index), address));
  return errors;
};

const hostAddressErrors = ({ hostIP, hostIPs }: PodStatus): FieldError[] => {
  const path = "status.hostIPs";
  const first = hostIPs?.[0]?.ip;
  const differs = first !== undefined && first !== (hostIP ?? "");
  const errors = differs ? [invalidValue(child(at(path, 0), "ip"), first, "must be equal to `hostIP`")] : [];
  return [...errors, ...addressesErrors(hostIPs, path)];
};

const statusLists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] as const;

const userErrors = (pod: Pod): FieldError[] =>
  statusLists.flatMap((list) =>
    (pod.status?.[list] ?? []).flatMap(({ user }, index) => {
      const path = child(at(child("status", list), index), "linux");
      if (user?.linux === undefined) return [];
      if (pod.spec?.os?.name === "windows") return [forbiddenField(path, "cannot be set for a windows pod")];
      const { gid, supplementalGroups = [], uid } = user.linux;
      const of = (id: Integer, field: string): FieldError[] =>
        unixId(id).map((message) => invalidValue(child(path, field), id, message));
      const groups = supplementalGroups.flatMap((id, place) => of(id, at("supplementalGroups", place)));
      return [...of(uid, "uid"), ...of(gid, "gid"), ...groups];
    }),
  );

type Allocated = NonNullable<ContainerStatus["allocatedResourcesStatus"]>[number];

/** Whether the container asks for the resource, or has the claim, whose health is told. */
const allocatedNameErrors = (name = "", container: Container, path: string): FieldError[] => {
  const { claims = [], requests = {} } = container.resources ?? {};
  const isClaim = name.startsWith("claim:");
  const known = isClaim
    ? claims.some((claim) => name === `claim:${claim.name}${claim.request ? `/${claim.request}` : ""}`)
    : Object.hasOwn(requests, name);
  if (known) return [];
  const detail = isClaim
    ? "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty"
    : "must match one of the container's resource requests";
  return [invalidValue(child(path, "name"), name, detail)];
};

const healthErrors = ({ resources = [] }: Allocated, path: string): FieldError[] => {
  const seen = new Set<string>();
  return resources.flatMap(({ health, resourceID }, index) => {
    const itemPath = at(child(path, "resources"), index);
    const errors = oneOf(health, ["Healthy", "Unhealthy", "Unknown"], child(itemPath, "health"));
    if (seen.has(resourceID)) errors.push(duplicate(child(itemPath, "resourceID"), resourceID));
    seen.add(resourceID);
    return errors;
  });
};

const allocatedErrors = (pod: Pod): FieldError[] =>
  statusLists.flatMap((list) =>
    (pod.status?.[list] ?? []).flatMap(({ allocatedResourcesStatus = [], name }, index) => {
      const path = child(at(child("status", list), index), "allocatedResourcesStatus");
      if (allocatedResourcesStatus.length === 0) return [];
      if (list === "ephemeralContainerStatuses") return [forbiddenField(path, "must not be specified in container status")];
      const of = list === "containerStatuses" ? pod.spec?.containers : pod.spec?.initContainers;
      const container = of?.find((candidate) => candidate.name === name);
      return allocatedResourcesStatus.flatMap((allocated, place) => [
        ...(container === undefined ? [] : allocatedNameErrors(allocated.name, container, at(path, place))),
        ...healthErrors(allocated, at(path, place)),
      ]);
    }),
  );

export const podStatusErrors = (pod: Pod, old: Pod): FieldError[] => {
  const { spec, status = {} } = pod;
  const before = old.status ?? {};
  const errors = podAnnotationUpdateErrors(pod, old);
  for (const [index, { type }] of (status.conditions ?? []).entries()) {
    if (!ownConditions.has(type))
      errors.push(...followsRule(qualifiedName, type, child(at("metadata.conditions", index), "Type")));
  }
  if ((spec?.nodeName ?? "") !== (old.spec?.nodeName ?? ""))
    errors.push(forbiddenField("status.nodeName", "may not be changed directly"));
  const nominated = status.nominatedNodeName;
  if (nominated && nominated !== before.nominatedNodeName)
    errors.push(...followsRule(dns1123Subdomain, nominated, "status.nominatedNodeName"));
  if (before.qosClass) errors.push(...immutable(status.qosClass, before.qosClass, "status.qosClass"));
  const policy = old.spec?.restartPolicy;
  const sidecars = new Set(
    (old.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always").map(({ name }) => name),
  );
  const policies = {
    containerStatuses: () => policy,
    initContainerStatuses: (name: string) => (sidecars.has(name) ? "Always" : policy),
    ephemeralContainerStatuses: () => "Never",
  };
  for (const list of statusLists)
    errors.push(...transitionErrors(status[list], before[list], child("status", list), policies[list]));
  return [
    ...errors,
    ...claimErrors(pod, "status.resourceClaimStatuses"),
    ...addressesErrors(status.podIPs, "status.podIPs"),
    ...hostAddressErrors(status),
    ...userErrors(pod),
    ...allocatedErrors(pod),
  ];
};
