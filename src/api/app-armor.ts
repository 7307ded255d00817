/** AppArmor profiles as annotations said them before there was a field. https://kubernetes.io/docs/tutorials/security/apparmor/ (KEP-24) */
import type { AppArmorProfile, Container, Pod } from "./generated/types.js";

/** Followed by the container's name. */
export const appArmorOfContainer = "container.apparmor.security.beta.kubernetes.io/";

const localhost = "localhost/";
const profileBytesMost = 4_095;

/** Undefined for what is no profile, or none that the field may have. */
export const appArmorProfileOf = (annotation: string): AppArmorProfile | undefined => {
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  if (!annotation.startsWith(localhost)) return undefined;
  const localhostProfile = annotation.slice(localhost.length);
  const isValid =
    localhostProfile !== "" &&
    localhostProfile === localhostProfile.trim() &&
    new TextEncoder().encode(localhostProfile).length <= profileBytesMost;
  return isValid ? { type: "Localhost", localhostProfile } : undefined;
};

/** Containers have AppArmor on Linux alone. */
export const hasAppArmorAnnotations = ({ metadata, spec }: Pod): boolean =>
  spec?.os?.name !== "windows" && Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith(appArmorOfContainer));

/** What the annotations of a pod say of a container that does not say it itself; undefined where they say nothing. */
export const annotatedProfile = (
  { metadata }: Pod,
  { name, securityContext }: Container,
): { readonly profile: AppArmorProfile | undefined } | undefined => {
  const annotation = metadata.annotations?.[`${appArmorOfContainer}${name}`];
  if (annotation === undefined || securityContext?.appArmorProfile !== undefined) return undefined;
  return { profile: appArmorProfileOf(annotation) };
};

/** The same profile as the whole pod's needs not be said of a container. */
export const isOfPod = (profile: AppArmorProfile, { spec }: Pod): boolean => {
  const own = spec?.securityContext?.appArmorProfile;
  return own?.type === profile.type && own?.localhostProfile === profile.localhostProfile;
};
