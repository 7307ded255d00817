import { appArmorOfContainer } from "../app-armor.js";
import { at, child, type FieldError, forbiddenField, invalidValue } from "../field-errors.js";
import type { AppArmorProfile, ObjectMeta, Pod, PodSpec, SeccompProfile, SecurityContext } from "../generated/types.js";
import { quote } from "../go-format.js";
import { descendingPathErrors } from "./paths.js";

/** Annotations of pods that mean something to Kubernetes. Source: "Well-Known Labels, Annotations and Taints". */

const mirror = "kubernetes.io/config.mirror";
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";
const seccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
const seccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";

type Annotations = { readonly [name: string]: string } | undefined;

const isDeletionCost = (text: string): boolean =>
  /^(?:0|-?[1-9][0-9]*)$/.test(text) && Number(text) >= -2147483648 && Number(text) <= 2147483647;

const seccompErrors = (profile: string, path: string): FieldError[] => {
  if (["runtime/default", "docker/default", "unconfined"].includes(profile)) return [];
  if (profile.startsWith("localhost/")) return descendingPathErrors(profile.slice("localhost/".length), path);
  return [invalidValue(path, profile, "must be a valid seccomp profile")];
};

interface Visited {
  readonly name: string;
  readonly path: string;
  readonly context: SecurityContext | undefined;
}

const visited = (spec: PodSpec, path: string): Visited[] =>
  (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((list) =>
    (spec[list] ?? []).map(({ name, securityContext }, index) => ({
      name,
      path: child(at(child(path, list), index), "securityContext"),
      context: securityContext,
    })),
  );

export const podAnnotationErrors = (annotations: Annotations, spec: PodSpec, path: string): FieldError[] => {
  if (annotations === undefined) return [];
  const errors: FieldError[] = [];
  const mirrored = annotations[mirror];
  if (mirrored !== undefined && !spec.nodeName)
    errors.push(invalidValue(at(path, mirror), mirrored, "must set spec.nodeName if mirror pod annotation is set"));
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isDeletionCost(cost))
    errors.push(invalidValue(at(path, deletionCost), cost, "must be a 32bit integer"));
  for (const [key, value] of Object.entries(annotations)) {
    if (key === seccompOfPod || key.startsWith(seccompOfContainer)) errors.push(...seccompErrors(value, child(path, key)));
    if (!key.startsWith(appArmorOfContainer)) continue;
    const name = key.slice(appArmorOfContainer.length);
    if (!visited(spec, "").some((container) => container.name === name))
      errors.push(invalidValue(at(path, key), name, "container not found"));
    const known = value === "" || value === "runtime/default" || value === "unconfined" || value.startsWith("localhost/");
    if (!known) errors.push(invalidValue(at(path, key), value, `invalid AppArmor profile name: ${quote(value)}`));
  }
  return errors;
};

/** What an annotation and a field say of the same thing; the annotation is the older way of saying it. */
const mismatch = (
  of: "seccomp" | "apparmor",
  annotation: string,
  profile: SeccompProfile | AppArmorProfile,
  path: string,
): FieldError[] => {
  const wrongType = [forbiddenField(child(path, "type"), `${of} type in annotation and field must match`)];
  if (profile.type === "Unconfined") return annotation === "unconfined" ? [] : wrongType;
  if (profile.type === "RuntimeDefault") {
    const agrees = annotation === "runtime/default" || (of === "seccomp" && annotation === "docker/default");
    return agrees ? [] : wrongType;
  }
  if (profile.type !== "Localhost") return [];
  if (!annotation.startsWith("localhost/")) return wrongType;
  return annotation.slice("localhost/".length) === profile.localhostProfile
    ? []
    : [forbiddenField(child(path, "localhostProfile"), `${of} profile in annotation and field must match`)];
};

export const seccompMismatchErrors = (annotations: Annotations, spec: PodSpec, path: string): FieldError[] => {
  if (annotations === undefined) return [];
  const errors: FieldError[] = [];
  const ofPod = spec.securityContext?.seccompProfile;
  const annotated = annotations[seccompOfPod];
  if (ofPod !== undefined && annotated !== undefined)
    errors.push(...mismatch("seccomp", annotated, ofPod, child(path, "securityContext.seccompProfile")));
  for (const { name, path: contextPath, context } of visited(spec, path)) {
    const annotation = annotations[`${seccompOfContainer}${name}`];
    const profile = context?.seccompProfile;
    if (profile !== undefined && annotation !== undefined)
      errors.push(...mismatch("seccomp", annotation, profile, child(contextPath, "seccompProfile")));
  }
  return errors;
};

export const appArmorMismatchErrors = (annotations: Annotations, spec: PodSpec, path: string): FieldError[] => {
  if (annotations === undefined || spec.os?.name === "windows") return [];
  return visited(spec, path).flatMap(({ name, path: contextPath, context }) => {
    const profile = context?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    const annotation = annotations[`${appArmorOfContainer}${name}`];
    if (profile === undefined || annotation === undefined) return [];
    return mismatch("apparmor", annotation, profile, child(contextPath, "appArmorProfile"));
  });
};

/** Annotations that a pod has from the beginning or never. */
export const podAnnotationUpdateErrors = (pod: Pod, old: Pod): FieldError[] => {
  const path = "metadata.annotations";
  const of = ({ annotations }: ObjectMeta): { readonly [name: string]: string } => annotations ?? {};
  const [now, before] = [of(pod.metadata), of(old.metadata)];
  const errors: FieldError[] = [];
  const told = (key: string, verb: string): void => {
    if (key.startsWith(appArmorOfContainer)) errors.push(forbiddenField(at(path, key), `may not ${verb} AppArmor annotations`));
    if (key === mirror) errors.push(forbiddenField(at(path, key), `may not ${verb} mirror pod annotation`));
  };
  for (const key of Object.keys(before)) if (now[key] !== before[key]) told(key, "remove or update");
  for (const key of Object.keys(now)) if (before[key] === undefined) told(key, "add");
  return [...errors, ...podAnnotationErrors(pod.metadata.annotations, pod.spec ?? { containers: [] }, path)];
};
