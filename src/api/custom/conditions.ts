/**
 * The status of a CustomResourceDefinition: which of its names are its own, and whether it is served. Names are given to
 * whoever asks first in a group. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 */
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionStatus,
} from "../generated/types.js";
import { quote } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { formatTime } from "../time.js";
import { type Approval, approvalOf } from "./approval.js";
import { hasBadCaBundle } from "./ca-bundle.js";

export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

const conditionOf = ({ status }: CustomResourceDefinition, type: string): CustomResourceDefinitionCondition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

const isTrue = (definition: CustomResourceDefinition, type: string): boolean => conditionOf(definition, type)?.status === "True";

export const isEstablished = (definition: CustomResourceDefinition): boolean => isTrue(definition, "Established");
export const isTerminating = (definition: CustomResourceDefinition): boolean => isTrue(definition, "Terminating");

type Draft = Omit<CustomResourceDefinitionCondition, "lastTransitionTime">;

/** The conditions with one of them set; its time is that of its last change from true to false or back. */
export function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  draft: Draft,
  nowMs: number,
): CustomResourceDefinitionCondition[] {
  const before = conditions.find(({ type }) => type === draft.type);
  const since = before?.status === draft.status ? before.lastTransitionTime : undefined;
  const condition = { ...draft, lastTransitionTime: since ?? formatTime(nowMs) };
  if (before === undefined) return [...conditions, condition];
  return conditions.map((each) => (each === before ? condition : each));
}

const terminating = (status: "True" | "False", reason: string, message: string): Draft => ({
  type: "Terminating",
  status,
  reason,
  message,
});

/** What a definition says of its end. */
export const deletionPending = terminating(
  "True",
  "InstanceDeletionPending",
  "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
);
export const deletionInProgress = terminating("True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
export const deletionCompleted = terminating("False", "InstanceDeletionCompleted", "removed all instances");
export const instancesKept = terminating(
  "False",
  "OverlappingBuiltInResource",
  "instances overlap with built-in resources in storage",
);
export const neverEstablished = terminating("False", "NeverEstablished", "resource was never established");

interface Taken {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

function takenIn(group: string, definitions: Iterable<CustomResourceDefinition>): Taken {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { spec, status } of definitions) {
    const names = status?.acceptedNames;
    if (spec.group !== group || names === undefined) continue;
    for (const name of [names.plural, names.singular, ...(names.shortNames ?? [])]) if (name) resources.add(name);
    for (const name of [names.kind, names.listKind]) if (name) kinds.add(name);
  }
  return { resources, kinds };
}

const noNames: CustomResourceDefinitionNames = { plural: "", kind: "" };

interface Naming {
  readonly names: CustomResourceDefinitionNames;
  readonly condition: Draft;
}

/** Which of the names that a definition asks for it gets, given what others of its group have. */
function naming({ spec, status }: CustomResourceDefinition, taken: Taken): Naming {
  const asked = spec.names;
  const accepted = status?.acceptedNames ?? noNames;
  const names: CustomResourceDefinitionNames = { ...accepted };
  let refused: { reason: string; message: string } | undefined;
  const take = (field: "plural" | "singular" | "kind" | "listKind", used: ReadonlySet<string>, reason: string): void => {
    const name = asked[field] ?? "";
    if (name !== (accepted[field] ?? "") && used.has(name)) refused = { reason, message: `${quote(name)} is already in use` };
    else names[field] = name;
  };
  take("plural", taken.resources, "PluralConflict");
  take("singular", taken.resources, "SingularConflict");
  const own = new Set([...(accepted.shortNames ?? []), accepted.plural, accepted.singular]);
  const conflicting = (asked.shortNames ?? []).filter((name) => !own.has(name) && taken.resources.has(name));
  if (conflicting.length > 0) {
    const texts = conflicting.map((name) => `${quote(name)} is already in use`);
    refused = { reason: "ShortNamesConflict", message: texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]` };
  } else if (asked.shortNames !== undefined) names.shortNames = asked.shortNames;
  else delete names.shortNames;
  take("kind", taken.kinds, "KindConflict");
  take("listKind", taken.kinds, "ListKindConflict");
  if (asked.categories !== undefined) names.categories = asked.categories;
  else delete names.categories;
  const condition: Draft =
    refused === undefined
      ? { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" }
      : { type: "NamesAccepted", status: "False", ...refused };
  return { names, condition };
}

function establishing(definition: CustomResourceDefinition, namesAccepted: boolean): Draft {
  const type = "Established";
  if (!namesAccepted) return { type, status: "False", reason: "NotAccepted", message: "not all names are accepted" };
  if (hasBadCaBundle(definition))
    return { type, status: "False", reason: "InvalidCABundle", message: "The conversion webhook CABundle is invalid" };
  return { type, status: "True", reason: "InitialNamesAccepted", message: "the initial names have been accepted" };
}

const approvalConditions: Readonly<Record<Approval["state"], Pick<Draft, "status" | "reason">>> = {
  approved: { status: "True", reason: "ApprovedAnnotation" },
  unapproved: { status: "False", reason: "UnapprovedAnnotation" },
  missing: { status: "False", reason: "MissingAnnotation" },
  invalid: { status: "False", reason: "InvalidAnnotation" },
};

/** The status that a definition should have among the others; undefined when it has it. */
export function settledStatus(
  definition: CustomResourceDefinition,
  others: Iterable<CustomResourceDefinition>,
  nowMs: number,
): CustomResourceDefinitionStatus | undefined {
  const { names, condition } = naming(definition, takenIn(definition.spec.group, others));
  let conditions = withCondition(definition.status?.conditions ?? [], condition, nowMs);
  if (!isEstablished(definition)) {
    conditions = withCondition(conditions, establishing(definition, condition.status === "True"), nowMs);
  }
  const approval = approvalOf(definition);
  if (approval !== undefined) {
    const { state, message } = approval;
    const type = "KubernetesAPIApprovalPolicyConformant";
    conditions = withCondition(conditions, { type, ...approvalConditions[state], message }, nowMs);
  }
  const status = { ...definition.status, acceptedNames: names, conditions };
  return semanticEqual(status, definition.status) ? undefined : status;
}
