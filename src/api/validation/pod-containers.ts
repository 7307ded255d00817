import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notFoundValue, required } from "../field-errors.js";
import type {
  Container,
  ContainerPort,
  EphemeralContainer,
  PodSpec,
  ResourceRequirements,
  SecurityContext,
  VolumeMount,
} from "../generated/types.js";
import { dns1123Label, portName, portNumber, qualifiedName, unixId } from "../names.js";
import { canonicalQuantity, compareQuantities, isWholeQuantity, quantityOf } from "../quantity.js";
import { followsRule, oneOf, protocols, quantityErrors, requiredOneOf } from "./common.js";
import { envErrors, envFromErrors } from "./pod-env.js";
import { healthErrors, noHealthErrors } from "./pod-probes.js";
import { descendingPathErrors } from "./pod-volumes.js";

/** The containers of a pod. Source: Container v1 core in the Kubernetes API reference. */

const portsErrors = (ports: readonly ContainerPort[] | undefined, path: string, hostNetwork: boolean): FieldError[] => {
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
    if (hostNetwork && port.hostPort !== port.containerPort) {
      errors.push(invalidValue(child(portPath, "containerPort"), number, "must match `hostPort` when `hostNetwork` is true"));
    }
    return errors;
  });
};

const mountsErrors = (mounts: readonly VolumeMount[] | undefined, path: string, volumes: ReadonlySet<string>): FieldError[] => {
  const paths = new Set<string>();
  return (mounts ?? []).flatMap((mount, index) => {
    const mountPath = at(path, index);
    const errors: FieldError[] = [];
    if (!mount.name) errors.push(required(child(mountPath, "name")));
    else if (!volumes.has(mount.name)) errors.push(notFoundValue(child(mountPath, "name"), mount.name));
    if (!mount.mountPath) errors.push(required(child(mountPath, "mountPath")));
    if (paths.has(mount.mountPath)) errors.push(invalidValue(child(mountPath, "mountPath"), mount.mountPath, "must be unique"));
    paths.add(mount.mountPath);
    if (mount.subPath) errors.push(...descendingPathErrors(mount.subPath, child(mountPath, "subPath")));
    if (mount.subPathExpr) {
      if (mount.subPath)
        errors.push(
          invalidValue(child(mountPath, "subPathExpr"), mount.subPathExpr, "subPathExpr and subPath are mutually exclusive"),
        );
      errors.push(...descendingPathErrors(mount.subPathExpr, child(mountPath, "subPathExpr")));
    }
    if (mount.mountPropagation !== undefined) {
      errors.push(
        ...oneOf(mount.mountPropagation, ["Bidirectional", "HostToContainer", "None"], child(mountPath, "mountPropagation")),
      );
    }
    return errors;
  });
};

const standardResources = new Set(["cpu", "memory", "ephemeral-storage"]);

const resourceNameErrors = (name: string, path: string): FieldError[] => {
  const errors = followsRule(qualifiedName, name, path);
  if (errors.length > 0 || name.includes("/")) return errors;
  const standard = standardResources.has(name) || name.startsWith("hugepages-");
  return standard ? [] : [invalidValue(path, name, "must be a standard resource for containers")];
};

type Amounts = { [key: string]: string };

const amountErrors = (amounts: Amounts | undefined, path: string): FieldError[] =>
  Object.keys(amounts ?? {}).flatMap((name) => {
    const errors = [...resourceNameErrors(name, path), ...quantityErrors(amounts![name]!, at(path, name))];
    const extended = name.includes("/") && !name.startsWith("kubernetes.io/");
    if (errors.length === 0 && extended && !isWholeQuantity(quantityOf(amounts![name]))) {
      errors.push(invalidValue(at(path, name), amounts![name], "must be an integer"));
    }
    return errors;
  });

export const resourcesErrors = (resources: ResourceRequirements | undefined, path: string): FieldError[] => {
  const limits = resources?.limits;
  const requests = resources?.requests;
  const errors = [...amountErrors(limits, child(path, "limits")), ...amountErrors(requests, child(path, "requests"))];
  if (errors.length > 0) return errors;
  for (const name of Object.keys(requests ?? {})) {
    if (limits === undefined || !Object.hasOwn(limits, name)) continue;
    const order = compareQuantities(quantityOf(requests![name]), quantityOf(limits[name]));
    const overcommits = standardResources.has(name);
    const requestsPath = child(path, "requests");
    const limit = `${name} limit of ${canonicalQuantity(limits[name]!)}`;
    if (overcommits && order > 0)
      errors.push(invalidValue(requestsPath, requests![name], `must be less than or equal to ${limit}`));
    if (!overcommits && order !== 0) errors.push(invalidValue(requestsPath, requests![name], `must be equal to ${limit}`));
  }
  return errors;
};

const securityErrors = (context: SecurityContext | undefined, path: string): FieldError[] => {
  if (context === undefined) return [];
  const errors: FieldError[] = [];
  for (const field of ["runAsUser", "runAsGroup"] as const) {
    const id = context[field];
    if (id !== undefined) errors.push(...unixId(id).map((message) => invalidValue(child(path, field), id, message)));
  }
  if (context.allowPrivilegeEscalation === false && context.privileged === true) {
    errors.push(invalidValue(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
  }
  return errors;
};

const imageErrors = (image: string | undefined, path: string): FieldError[] => {
  if (!image) return [required(path)];
  return image === image.trim() ? [] : [invalidValue(path, image, "must not have leading or trailing whitespace")];
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

/** What holds for containers of every kind. */
export const containerErrors = (
  container: AnyContainer,
  path: string,
  spec: PodSpec,
  volumes: ReadonlySet<string>,
): FieldError[] => [
  ...(container.name ? followsRule(dns1123Label, container.name, child(path, "name")) : [required(child(path, "name"))]),
  ...imageErrors(container.image, child(path, "image")),
  ...requiredOneOf(
    container.terminationMessagePolicy,
    ["FallbackToLogsOnError", "File"],
    child(path, "terminationMessagePolicy"),
  ),
  ...portsErrors(container.ports, child(path, "ports"), spec.hostNetwork === true),
  ...envErrors(container.env, child(path, "env")),
  ...envFromErrors(container.envFrom, child(path, "envFrom")),
  ...mountsErrors(container.volumeMounts, child(path, "volumeMounts"), volumes),
  ...requiredOneOf(container.imagePullPolicy, ["Always", "IfNotPresent", "Never"], child(path, "imagePullPolicy")),
  ...resourcesErrors(container.resources, child(path, "resources")),
  ...resizePolicyErrors(container, child(path, "resizePolicy"), spec.restartPolicy),
  ...securityErrors(container.securityContext, child(path, "securityContext")),
];

/** All containers of a pod; a name may be used once among all of them. */
export const containersErrors = (spec: PodSpec, path: string): FieldError[] => {
  const volumes = new Set((spec.volumes ?? []).map((volume) => volume.name));
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
    errors.push(...healthErrors(container, itemPath));
    if (container.restartPolicy !== undefined) {
      errors.push(forbiddenField(child(itemPath, "restartPolicy"), "may not be set for non-init containers"));
    }
  }
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const itemPath = at(child(path, "initContainers"), index);
    errors.push(...containerErrors(container, itemPath, spec, volumes));
    unique(container, itemPath);
    if (container.restartPolicy !== undefined)
      errors.push(...oneOf(container.restartPolicy, ["Always"], child(itemPath, "restartPolicy")));
    errors.push(
      ...(container.restartPolicy === "Always" ? healthErrors(container, itemPath) : noHealthErrors(container, itemPath)),
    );
  }
  return errors;
};
