/**
 * The certificate authorities that a conversion webhook is trusted by. A definition is not served before it names some; once it is,
 * it cannot lose them.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion
 */
import { decodeBase64 } from "../base64.js";
import { elementsIn } from "../certificates/asn1.js";
import { pemBlocks } from "../certificates/pem.js";
import { type FieldError, invalidValue } from "../field-errors.js";
import type { CustomResourceDefinition } from "../generated/types.js";
import { GoSyntax } from "../go-format.js";

const bundleOf = ({ spec }: CustomResourceDefinition): Uint8Array =>
  decodeBase64(spec.conversion?.webhook?.clientConfig?.caBundle ?? "") ?? new Uint8Array();

/** Why no authority can be read; undefined where one can, or where none are named. */
function problemOf(bundle: Uint8Array): string | undefined {
  if (bundle.length === 0) return undefined;
  const blocks = pemBlocks(new TextDecoder().decode(bundle));
  if (blocks.length === 0) return "unable to parse bytes as PEM block";
  const certificates = blocks.filter(({ type, hasHeaders }) => type === "CERTIFICATE" && !hasHeaders);
  if (certificates.some(({ bytes }) => elementsIn(bytes)?.length === 1)) return undefined;
  return certificates.length === 0
    ? "no valid certificate authority data seen"
    : "failed to parse certificate: x509: malformed certificate";
}

export const hasBadCaBundle = (definition: CustomResourceDefinition): boolean => problemOf(bundleOf(definition)) !== undefined;

const hexadecimal = (byte: number): string => `0x${byte.toString(16)}`;

/** Faults of an update of what is served: with a bundle that can be read, or none, it keeps to that. */
export function caBundleErrors(definition: CustomResourceDefinition, old: CustomResourceDefinition): FieldError[] {
  const bundle = bundleOf(definition);
  const problem = problemOf(bundle);
  if (problem === undefined || hasBadCaBundle(old)) return [];
  const shown = new GoSyntax(`[]byte{${Array.from(bundle, hexadecimal).join(", ")}}`);
  const path = "spec.conversion.webhookClientConfig.caBundle";
  return [invalidValue(path, shown, `unable to load root certificates: ${problem}`)];
}
