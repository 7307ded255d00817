/**
 * A container's environment from all its sources. What is set later wins: services, then envFrom in order, then env.
 * Source: "Define Environment Variables for a Container" and its neighbours in the Kubernetes documentation.
 */
import type { ConfigMap, Container, EnvVar, Pod, Secret } from "../../../src/api/types.js";
import { fieldOf, type NodeAllocatable, type Resolved, resolved, resourceFieldOf, unresolved } from "../pod/downward.js";
import { expand } from "./expansion.js";

/** The objects that a pod's containers and volumes speak of; undefined for one that is not there. */
export interface PodObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

export interface EnvironmentSources {
  readonly pod: Pod;
  readonly podIp: string;
  readonly hostIp: string;
  readonly allocatable: NodeAllocatable;
  readonly services: ReadonlyMap<string, string>;
  readonly objects: PodObjects;
}

/** The bytes behind base64 text, which the API server has checked; undefined when it is none after all. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) return undefined;
  return Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
}

const secretText = (encoded: string): string => new TextDecoder().decode(fromBase64(encoded) ?? new Uint8Array());

const own = (map: Readonly<Record<string, string>> | undefined, key: string): string | undefined =>
  map !== undefined && Object.hasOwn(map, key) ? map[key] : undefined;

/** Why an object that is not optional cannot be used. */
export const objectNotFound = (kind: "configmap" | "secret", name: string): string => `${kind} "${name}" not found`;

function addEnvFrom(container: Container, sources: EnvironmentSources, variables: Map<string, string>): Resolved<null> {
  for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) {
      const name = configMapRef.name ?? "";
      const configMap = sources.objects.configMap(name);
      if (configMap === undefined && configMapRef.optional !== true) return unresolved(objectNotFound("configmap", name));
      for (const [key, value] of Object.entries(configMap?.data ?? {})) variables.set(prefix + key, value);
    } else if (secretRef !== undefined) {
      const name = secretRef.name ?? "";
      const secret = sources.objects.secret(name);
      if (secret === undefined && secretRef.optional !== true) return unresolved(objectNotFound("secret", name));
      for (const [key, value] of Object.entries(secret?.data ?? {})) variables.set(prefix + key, secretText(value));
    }
  }
  return resolved(null);
}

/** The value of one variable; undefined when its source is optional and not there. */
function valueFrom(variable: EnvVar, container: Container, sources: EnvironmentSources): Resolved<string | undefined> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = variable.valueFrom ?? {};
  const { pod, podIp, hostIp, allocatable, objects } = sources;
  const namespace = pod.metadata.namespace ?? "";
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath, podIp, hostIp);
  if (resourceFieldRef !== undefined) return resourceFieldOf(pod, container, resourceFieldRef, allocatable);
  if (configMapKeyRef !== undefined) {
    const { name = "", key, optional = false } = configMapKeyRef;
    const configMap = objects.configMap(name);
    if (configMap === undefined) return optional ? resolved(undefined) : unresolved(objectNotFound("configmap", name));
    const value = own(configMap.data, key);
    return value === undefined && !optional
      ? unresolved(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`)
      : resolved(value);
  }
  if (secretKeyRef !== undefined) {
    const { name = "", key, optional = false } = secretKeyRef;
    const secret = objects.secret(name);
    if (secret === undefined) return optional ? resolved(undefined) : unresolved(objectNotFound("secret", name));
    const value = own(secret.data, key);
    if (value === undefined)
      return optional ? resolved(undefined) : unresolved(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return resolved(secretText(value));
  }
  return resolved("");
}

/** The environment in the order in which it was set, or the message of a CreateContainerConfigError. */
export function environmentOf(container: Container, sources: EnvironmentSources): Resolved<Map<string, string>> {
  const variables = new Map<string, string>();
  const filled = addEnvFrom(container, sources, variables);
  if (!filled.ok) return filled;
  const lookup = (name: string): string | undefined => variables.get(name) ?? sources.services.get(name);
  for (const variable of container.env ?? []) {
    if (variable.valueFrom === undefined || (variable.value ?? "") !== "") {
      variables.set(variable.name, expand(variable.value ?? "", lookup));
      continue;
    }
    const value = valueFrom(variable, container, sources);
    if (!value.ok) return value;
    if (value.value !== undefined) variables.set(variable.name, value.value);
  }
  for (const [name, value] of sources.services) if (!variables.has(name)) variables.set(name, value);
  return resolved(variables);
}
