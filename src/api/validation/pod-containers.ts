import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { Container, ContainerPort, EphemeralContainer, PodSpec, Volume } from "../generated/types.js";
import { dns1123Label, portName, portNumber } from "../names.js";
import { followsRule, oneOf, protocols, requiredOneOf } from "./common.js";
import { envErrors, envFromErrors } from "./pod-env.js";
import { devicesErrors, mountsErrors } from "./pod-mounts.js";
import { healthErrors, noHealthErrors } from "./pod-probes.js";
import { resourcesErrors } from "./pod-resources.js";
import { containerSecurityErrors } from "./pod-security.js";
import { usableVolumes } from "./pod-volumes.js";

/** The containers of a pod. Source: Container v1 core in the Kubernetes API reference. */

const portsErrors = (ports: readonly ContainerPort[] | undefined, path: string): FieldError[] => {
  const names = new Set<string>();
  return (ports ?? []).flatMap((port, index) => {
    const portPath = at(path, index);
    const errors: FieldError[] = [];
    if (port.name) {
      const faults = portName(port.name).map((message) => invalidValue(child(portPath, "name"), port.name, message));
      if (faults.length === 0 && names.has(port.name)) faults.push(duplicate(child(portPath, "name"), port.name));
      names.add(port.name);
      errors.push(...faults);
    }
    const number = port.containerPort ?? 0;
    if (number === 0) errors.push(required(child(portPath, "containerPort")));
    else errors.push(...portNumber(number).map((message) => invalidValue(child(portPath, "containerPort"), number, message)));
    if (port.hostPort)
      errors.push(
        ...portNumber(port.hostPort).map((message) => invalidValue(child(portPath, "hostPort"), port.hostPort, message)),
      );
    errors.push(...requiredOneOf(port.protocol, protocols, child(portPath, "protocol")));
    return errors;
  });
};

/** Containers that run at the same time do not share a port of their node. */
const hostPortErrors = (containers: readonly Container[], path: string): FieldError[] => {
  const taken = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [place, { hostIP = "", hostPort, protocol = "" }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errors.push(duplicate(child(at(child(at(path, index), "ports"), place), "hostPort"), key));
      taken.add(key);
    }
  }
  return errors;
};

/** In its node's network, a container has the ports of the node; a template may leave that to the pod. */
export const hostNetworkErrors = (spec: PodSpec, path: string, isPod: boolean): FieldError[] => {
  if (spec.hostNetwork !== true) return [];
  return (spec.containers ?? []).flatMap(({ ports = [] }, index) =>
    ports.flatMap(({ containerPort, hostPort = 0 }, place) => {
      if ((!isPod && hostPort === 0) || hostPort === containerPort) return [];
      const portPath = at(child(at(child(path, "containers"), index), "ports"), place);
      const detail = "must match `containerPort` when `hostNetwork` is true";
      return [invalidValue(child(portPath, "hostPort"), hostPort, detail)];
    }),
  );
};

const resizePolicyErrors = (container: AnyContainer, path: string, podRestartPolicy: string | undefined): FieldError[] => {
  const seen = new Set<string>();
  return (container.resizePolicy ?? []).flatMap(({ resourceName, restartPolicy }, index) => {
    const errors: FieldError[] = seen.has(resourceName) ? [duplicate(at(path, index), resourceName)] : [];
    seen.add(resourceName);
    errors.push(
      ...requiredOneOf(resourceName, ["cpu", "memory"], path),
      ...requiredOneOf(restartPolicy, ["NotRequired", "RestartContainer"], path),
    );
    if (podRestartPolicy === "Never" && restartPolicy !== "NotRequired")
      errors.push(invalidValue(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    return errors;
  });
};

type AnyContainer = Container | EphemeralContainer;

/** Templates may have images with blanks around them; they always could. */
export const paddedImageErrors = (image: string | undefined, path: string): FieldError[] =>
  image === undefined || image === image.trim()
    ? []
    : [invalidValue(child(path, "image"), image, "must not have leading or trailing whitespace")];

/** What holds for containers of every kind. */
export const containerErrors = (
  container: AnyContainer,
  path: string,
  spec: PodSpec,
  volumes: ReadonlyMap<string, Volume>,
): FieldError[] => [
  ...(container.name ? followsRule(dns1123Label, container.name, child(path, "name")) : [required(child(path, "name"))]),
  ...(container.image ? [] : [required(child(path, "image"))]),
  ...requiredOneOf(
    container.terminationMessagePolicy,
    ["FallbackToLogsOnError", "File"],
    child(path, "terminationMessagePolicy"),
  ),
  ...portsErrors(container.ports, child(path, "ports")),
  ...envErrors(container.env, child(path, "env")),
  ...envFromErrors(container.envFrom, child(path, "envFrom")),
  ...mountsErrors(container, child(path, "volumeMounts"), volumes),
  ...devicesErrors(container, child(path, "volumeDevices"), volumes),
  ...requiredOneOf(container.imagePullPolicy, ["Always", "IfNotPresent", "Never"], child(path, "imagePullPolicy")),
  ...resourcesErrors(container.resources, child(path, "resources"), spec.resourceClaims),
  ...resizePolicyErrors(container, child(path, "resizePolicy"), spec.restartPolicy),
  ...containerSecurityErrors(container.securityContext, child(path, "securityContext"), spec.hostUsers !== false),
];

/** All containers of a pod; a name may be used once among all of them. */
export const containersErrors = (spec: PodSpec, path: string): FieldError[] => {
  const volumes = usableVolumes(spec);
  const grace = spec.terminationGracePeriodSeconds;
  const names = new Set<string>();
  const errors: FieldError[] = [];
  const unique = (container: Container, itemPath: string): void => {
    if (container.name && names.has(container.name)) errors.push(duplicate(child(itemPath, "name"), container.name));
    names.add(container.name);
  };
  const containers = spec.containers ?? [];
  const containersPath = child(path, "containers");
  if (containers.length === 0) errors.push(required(containersPath));
  for (const [index, container] of containers.entries()) {
    const itemPath = at(containersPath, index);
    errors.push(...containerErrors(container, itemPath, spec, volumes));
    unique(container, itemPath);
    errors.push(...healthErrors(container, itemPath, grace));
    if (container.restartPolicy !== undefined) {
      errors.push(forbiddenField(child(itemPath, "restartPolicy"), "may not be set for non-init containers"));
    }
  }
  errors.push(...hostPortErrors(containers, containersPath));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const itemPath = at(child(path, "initContainers"), index);
    errors.push(...containerErrors(container, itemPath, spec, volumes));
    if (container.restartPolicy !== undefined)
      errors.push(...oneOf(container.restartPolicy, ["Always"], child(itemPath, "restartPolicy")));
    unique(container, itemPath);
    errors.push(...hostPortErrors([container], child(path, "initContainers")));
    errors.push(
      ...(container.restartPolicy === "Always" ? healthErrors(container, itemPath, grace) : noHealthErrors(container, itemPath)),
    );
  }
  return errors;
};
