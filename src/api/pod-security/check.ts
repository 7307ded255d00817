/** What a check of the Pod Security Standards is, and how findings are worded. */
import type { Container, EphemeralContainer, ObjectMeta, PodSpec, SecurityContext } from "../generated/types.js";
import { quote } from "../go-format.js";

export interface Finding {
  /** `privileged`. */
  readonly reason: string;
  /** `container "c" must not set securityContext.privileged=true`. */
  readonly detail: string;
}

export interface CheckedPod {
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
}

export type Check = (pod: CheckedPod) => Finding | undefined;

export type AnyContainer = Container | EphemeralContainer;

/** Every container of a pod, in the order in which checks name them. */
export const containersOf = ({ spec }: CheckedPod): AnyContainer[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
];

export const plural = (one: string, several: string, count: number): string => (count === 1 ? one : several);

export const quoted = (names: Iterable<string>): string => [...names].map(quote).join(", ");

/** Each once, in order. */
export const sortedSet = (values: Iterable<string>): string[] => [...new Set(values)].sort();

/** `container "a"`, `containers "a", "b"`. */
export const named = (containers: readonly AnyContainer[]): string =>
  `${plural("container", "containers", containers.length)} ${quoted(containers.map(({ name }) => name))}`;

export const isWindows = ({ spec }: CheckedPod): boolean => spec.os?.name === "windows";

/** Who sets something: `pod`, `container "a"`, or both with "and"; "" for nobody. */
export const settersOf = (pod: boolean, containers: readonly AnyContainer[]): string =>
  [...(pod ? ["pod"] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(" and ");

/** The containers whose security context is so. */
export const containersWhere = (pod: CheckedPod, holds: (context: SecurityContext) => boolean): AnyContainer[] =>
  containersOf(pod).filter(({ securityContext }) => securityContext !== undefined && holds(securityContext));
