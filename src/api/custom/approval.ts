/**
 * Whether the community has approved an API of its own groups: what the annotation of its definition says.
 * Source: https://github.com/kubernetes/enhancements/pull/1111
 */
import type { CustomResourceDefinition } from "../generated/types.js";
import { quote } from "../go-format.js";

export const approvalAnnotation = "api-approved.kubernetes.io";

export interface Approval {
  readonly state: "approved" | "unapproved" | "missing" | "invalid";
  readonly message: string;
}

const rule = `protected groups must have approval annotation "${approvalAnnotation}"`;
const see = "see https://github.com/kubernetes/enhancements/pull/1111";
/** A scheme and a host. */
const url = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+/i;

const isProtected = (group: string): boolean =>
  ["k8s.io", "kubernetes.io"].some((domain) => group === domain || group.endsWith(`.${domain}`));

/** The approval of a definition; undefined where none is needed. */
export function approvalOf({ metadata, spec }: CustomResourceDefinition): Approval | undefined {
  if (!isProtected(spec.group ?? "")) return undefined;
  const annotation = metadata.annotations?.[approvalAnnotation] ?? "";
  if (annotation === "") return { state: "missing", message: `${rule}, ${see}` };
  if (annotation.startsWith("unapproved")) return { state: "unapproved", message: `not approved: ${quote(annotation)}` };
  if (url.test(annotation)) return { state: "approved", message: `approved in ${annotation}` };
  return { state: "invalid", message: `${rule} with either a URL or a reason starting with "unapproved", ${see}` };
}
