/** Requests for certificates, as their controllers see them. */
import { decodeTextBase64 } from "../../../../src/api/base64.js";
import { type CertificateRequest, readCertificateRequest } from "../../../../src/api/certificates/request.js";
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
  KubernetesObject,
} from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informers } from "../../engine/informers.js";
import { keyOf } from "../../engine/ownership.js";
import { type Circumstances, nothingToDo, type Plan } from "../../engine/plan.js";
import type { StatusKind } from "../../engine/status-update.js";

export const requestKind: StatusKind = {
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  path: { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" },
};

export const conditionOf = (
  { status }: CertificateSigningRequest,
  type: "Approved" | "Denied" | "Failed",
): CertificateSigningRequestCondition | undefined => status?.conditions?.find((condition) => condition.type === type);

export const isIssued = ({ status }: CertificateSigningRequest): boolean => (status?.certificate ?? "") !== "";

/** What is asked, if it can be read: the API server lets in nothing else. */
export function askedIn({ spec }: CertificateSigningRequest): CertificateRequest | undefined {
  const read = readCertificateRequest(decodeTextBase64(spec.request) ?? "");
  return read.ok ? read.value : undefined;
}

/** A controller that looks at each request when it changes. */
export function requestController(
  informers: Informers,
  name: string,
  reconcile: (request: CertificateSigningRequest, circumstances: Circumstances) => Plan,
): ControllerDefinition {
  const requests = informers.of<KubernetesObject>({ path: requestKind.path });
  return {
    name,
    serviceAccount: "certificate-controller",
    workers: 5,
    needs: [requests],
    reconcile: (key, circumstances) => {
      const request = requests.store.get(key);
      return request === undefined ? nothingToDo : reconcile(request as CertificateSigningRequest, circumstances);
    },
    follow: (enqueue) => {
      requests.subscribe(({ type, object }) => {
        if (type !== "deleted") enqueue(keyOf(object));
      });
    },
  };
}
