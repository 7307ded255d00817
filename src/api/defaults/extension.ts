import type {
  FlowSchema,
  MatchResources,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  PriorityLevelConfiguration,
  ResourceClaim,
  ResourceClaimTemplate,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from "../generated/types.js";
import { isJsonObject, type JsonObject } from "../json-value.js";

/** Defaults of policies, of priority and fairness, and of claims of devices, in place. Source: the Kubernetes API reference. */

const defaultMatch = (match: MatchResources | undefined): void => {
  if (match === undefined) return;
  match.matchPolicy ??= "Equivalent";
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  for (const rule of [...(match.resourceRules ?? []), ...(match.excludeResourceRules ?? [])]) rule.scope ??= "*";
};

export const defaultAdmissionPolicy = ({ spec }: ValidatingAdmissionPolicy | MutatingAdmissionPolicy): void => {
  if (spec === undefined) return;
  spec.failurePolicy ??= "Fail";
  defaultMatch(spec.matchConstraints);
};

export const defaultAdmissionPolicyBinding = ({
  spec,
}: ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding): void => defaultMatch(spec?.matchResources);

export const defaultFlowSchema = ({ spec }: FlowSchema): void => {
  if (spec !== undefined) spec.matchingPrecedence ||= 1000;
};

export const defaultPriorityLevelConfiguration = ({ spec }: PriorityLevelConfiguration): void => {
  if (spec?.type === "Exempt") {
    spec.exempt ??= {};
    spec.exempt.nominalConcurrencyShares ??= 0;
    spec.exempt.lendablePercent ??= 0;
  }
  if (spec?.limited === undefined) return;
  spec.limited.nominalConcurrencyShares ??= 30;
  spec.limited.lendablePercent ??= 0;
  const queuing = spec.limited.limitResponse?.queuing;
  if (queuing === undefined) return;
  queuing.handSize ||= 8;
  queuing.queues ||= 64;
  queuing.queueLengthLimit ||= 50;
};

const defaultTolerations = (tolerations: unknown): void => {
  for (const toleration of Array.isArray(tolerations) ? tolerations.filter(isJsonObject) : []) toleration.operator ||= "Equal";
};

/** How many devices are asked for, whichever version says it where. */
const defaultAsked = (asked: JsonObject): void => {
  asked.allocationMode ||= "ExactCount";
  if (asked.allocationMode === "ExactCount") asked.count ||= 1;
  defaultTolerations(asked.tolerations);
};

const defaultRequest = (request: JsonObject): void => {
  if (Array.isArray(request.firstAvailable)) {
    for (const each of request.firstAvailable.filter(isJsonObject)) defaultAsked(each);
  } else if (isJsonObject(request.exactly)) defaultAsked(request.exactly);
  else if (request.deviceClassName !== undefined) defaultAsked(request);
};

const defaultClaimSpec = (spec: ResourceClaim["spec"] | undefined): void => {
  for (const request of spec?.devices?.requests ?? []) defaultRequest(request as unknown as JsonObject);
};

export const defaultResourceClaim = ({ spec }: ResourceClaim): void => defaultClaimSpec(spec);
export const defaultResourceClaimTemplate = ({ spec }: ResourceClaimTemplate): void => defaultClaimSpec(spec?.spec);
