/**
 * Signs what was approved, for the signers of Kubernetes itself:
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/
 */
import { encodeTextBase64 } from "../../../../src/api/base64.js";
import { isOwnSigner, objectionOf } from "../../../../src/api/certificates/signers.js";
import type { CertificateSigningRequest } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informers } from "../../engine/informers.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";
import { statusUpdate } from "../../engine/status-update.js";
import type { CertificateAuthority } from "../../io/io.js";
import { askedIn, conditionOf, isIssued, requestController, requestKind } from "./requests.js";

/** A year, unless less is asked for. */
const validSeconds = { most: 365 * 86_400, least: 600 } as const;

export function reconcileSigning(request: CertificateSigningRequest, authority: CertificateAuthority, nowMs: number): Plan {
  const { signerName, usages = [], expirationSeconds = validSeconds.most } = request.spec;
  const isDue = conditionOf(request, "Approved") !== undefined && conditionOf(request, "Denied") === undefined;
  if (!isDue || isIssued(request) || conditionOf(request, "Failed") !== undefined || !isOwnSigner(signerName)) return nothingToDo;
  const asked = askedIn(request);
  if (asked === undefined) return failed(request, "the request cannot be read");
  const objection = objectionOf(signerName, asked, usages);
  if (objection !== undefined) return failed(request, objection);
  const seconds = Math.min(validSeconds.most, Math.max(validSeconds.least, expirationSeconds));
  const signed = authority.sign(asked, { usages, seconds, nowMs });
  if (!signed.ok) return failed(request, signed.problem);
  const status = { ...request.status, certificate: encodeTextBase64(signed.certificate) };
  return { writes: statusUpdate(requestKind, request, status) };
}

function failed(request: CertificateSigningRequest, message: string): Plan {
  const condition = { type: "Failed", status: "True", reason: "SignerValidationFailure", message };
  const conditions = [...(request.status?.conditions ?? []), condition];
  return { writes: statusUpdate(requestKind, request, { ...request.status, conditions }) };
}

export const certificateSigningController = (informers: Informers, authority: CertificateAuthority): ControllerDefinition =>
  requestController(informers, "csrsigning", (request, { nowMs }) => reconcileSigning(request, authority, nowMs));
