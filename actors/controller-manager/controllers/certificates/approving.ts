/**
 * Approves kubelets' client certificates of those who may have them without a person looking:
 * https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/#approval-controller
 */
import type { CertificateRequest } from "../../../../src/api/certificates/request.js";
import { objectsToKubeletClient, signerNames } from "../../../../src/api/certificates/signers.js";
import type { CertificateSigningRequest, SubjectAccessReview } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import type { Informers } from "../../engine/informers.js";
import { pathTo } from "../../engine/ownership.js";
import { type Answers, nothingToDo, type Plan, type PlannedRead } from "../../engine/plan.js";
import { askedIn, conditionOf, isIssued, requestController, requestKind } from "./requests.js";

interface Recognizer {
  /** What one must be allowed to create: the subresource of a request. */
  readonly permission: "selfnodeclient" | "nodeclient";
  readonly recognizes: (request: CertificateSigningRequest, asked: CertificateRequest) => boolean;
  readonly message: string;
}

const isKubeletClient = ({ spec }: CertificateSigningRequest, asked: CertificateRequest): boolean =>
  spec.signerName === signerNames.kubeletClient && objectsToKubeletClient(asked, spec.usages ?? []) === undefined;

const recognizers: readonly Recognizer[] = [
  {
    permission: "selfnodeclient",
    recognizes: (request, asked) => isKubeletClient(request, asked) && request.spec.username === asked.commonName,
    message: "Auto approving self kubelet client certificate after SubjectAccessReview.",
  },
  {
    permission: "nodeclient",
    recognizes: isKubeletClient,
    message: "Auto approving kubelet client certificate after SubjectAccessReview.",
  },
];

/** Whether the one who asked may have it so. */
function question({ spec }: CertificateSigningRequest, permission: string): PlannedRead {
  const { username: user, uid, groups, extra } = spec;
  const { group, resource } = requestKind.path;
  const object: SubjectAccessReview = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: {
      ...(user === undefined ? {} : { user }),
      ...(uid === undefined ? {} : { uid }),
      ...(groups === undefined ? {} : { groups }),
      ...(extra === undefined ? {} : { extra }),
      resourceAttributes: { group, resource, subresource: permission, verb: "create", version: "*" },
    },
  };
  const path = { group: "authorization.k8s.io", version: "v1", resource: "subjectaccessreviews" };
  return { name: permission, request: { verb: "create", path, object } };
}

function isAllowed(answers: Answers, permission: string): boolean {
  const answer = answers.get(permission);
  if (answer === undefined || answer === "absent") return false;
  return (answer.object as SubjectAccessReview | undefined)?.status?.allowed === true;
}

export function reconcileApproval(request: CertificateSigningRequest, answers: Answers): Plan {
  const isDecided = conditionOf(request, "Approved") !== undefined || conditionOf(request, "Denied") !== undefined;
  const asked = isDecided || isIssued(request) ? undefined : askedIn(request);
  if (asked === undefined) return nothingToDo;
  const fitting = recognizers.filter(({ recognizes }) => recognizes(request, asked));
  if (fitting.length === 0) return nothingToDo;
  if (answers.size === 0) return { reads: fitting.map(({ permission }) => question(request, permission)) };
  const granted = fitting.find(({ permission }) => isAllowed(answers, permission));
  if (granted === undefined) return nothingToDo;
  const condition = { type: "Approved", status: "True", reason: "AutoApproved", message: granted.message };
  const { managedFields: _, ...metadata } = request.metadata;
  const { apiVersion, kind, path } = requestKind;
  const conditions = [...(request.status?.conditions ?? []), condition];
  const object: CertificateSigningRequest = { ...request, apiVersion, kind, metadata, status: { ...request.status, conditions } };
  return { writes: [{ request: { verb: "update", path: pathTo(path, request, "approval"), object } }] };
}

export const certificateApprovingController = (informers: Informers): ControllerDefinition =>
  requestController(informers, "csrapproving", (request, { answers }) => reconcileApproval(request, answers));
