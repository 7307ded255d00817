import type {
  ClusterTrustBundle,
  CSIStorageCapacity,
  DeviceClass,
  FlowSchema,
  IPAddress,
  LabelSelector,
  LeaseCandidate,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ParamKind,
  ParamRef,
  PriorityLevelConfiguration,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
  ServiceCIDR,
  StorageVersion,
  StorageVersionMigration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  VolumeAttributesClass,
} from "../generated/types.js";
import { age, firstOf, none, type Printer, printer } from "./printer.js";

/** Policies, priority and fairness, devices, addresses, and what the control plane keeps of itself. */

const unset = "<unset>";

const paramKindText = (kind: ParamKind | undefined): string =>
  kind === undefined ? unset : `${kind.apiVersion ?? ""}/${kind.kind ?? ""}`;

/** A selector as Go prints its message. */
const goSelectorText = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string => {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`)
    .join("");
  const expressions = matchExpressions
    .map(
      ({ key, operator, values = [] }) =>
        `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
    )
    .join("");
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
};

const paramRefText = (ref: ParamRef | undefined): string => {
  if (ref?.name) return `${ref.namespace || "*"}/${ref.name}`;
  return ref?.selector === undefined ? unset : goSelectorText(ref.selector);
};

export const validatingAdmissionPolicyPrinter = printer<ValidatingAdmissionPolicy>(
  "Name, Validations:integer, ParamKind, Age",
  (policy, nowMs) => [
    policy.metadata.name,
    policy.spec?.validations?.length ?? 0,
    paramKindText(policy.spec?.paramKind),
    age(policy, nowMs),
  ],
);

export const mutatingAdmissionPolicyPrinter = printer<MutatingAdmissionPolicy>(
  "Name, Mutations:integer, ParamKind, Age",
  (policy, nowMs) => [
    policy.metadata.name,
    policy.spec?.mutations?.length ?? 0,
    paramKindText(policy.spec?.paramKind),
    age(policy, nowMs),
  ],
);

export const admissionPolicyBindingPrinter = printer<ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding>(
  "Name, PolicyName, ParamRef, Age",
  (binding, nowMs) => [
    binding.metadata.name,
    binding.spec?.policyName ?? "",
    paramRefText(binding.spec?.paramRef),
    age(binding, nowMs),
  ],
);

const flowSchemas = printer<FlowSchema>(
  "Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL",
  (schema, nowMs) => [
    schema.metadata.name,
    schema.spec?.priorityLevelConfiguration?.name ?? "",
    schema.spec?.matchingPrecedence ?? 0,
    schema.spec?.distinguisherMethod?.type ?? none,
    age(schema, nowMs),
    schema.status?.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?",
  ],
);

const precedenceOf = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? 0;

/** In the order in which they are tried. */
export const flowSchemaPrinter: Printer = {
  ...flowSchemas,
  order: (left: FlowSchema, right: FlowSchema) =>
    precedenceOf(left) - precedenceOf(right) || ((left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1),
};

export const priorityLevelConfigurationPrinter = printer<PriorityLevelConfiguration>(
  "Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age",
  (level, nowMs) => {
    const { limited } = level.spec ?? {};
    const queuing = limited?.limitResponse?.queuing;
    return [
      level.metadata.name,
      level.spec?.type ?? "",
      limited?.nominalConcurrencyShares ?? none,
      queuing?.queues ?? none,
      queuing?.handSize ?? none,
      queuing?.queueLengthLimit ?? none,
      age(level, nowMs),
    ];
  },
);

const claimState = ({ metadata, status }: ResourceClaim): string => {
  const going = metadata.deletionTimestamp !== undefined;
  const states = going ? ["deleted"] : [];
  if (status?.allocation === undefined) return [...states, ...(going ? [] : ["pending"])].join(",");
  const reserved = (status.reservedFor?.length ?? 0) > 0 ? ["reserved"] : [];
  return [...states, "allocated", ...reserved].join(",");
};

export const resourceClaimPrinter = printer<ResourceClaim>("Name, State, Age", (claim, nowMs) => [
  claim.metadata.name,
  claimState(claim),
  age(claim, nowMs),
]);

export const namedPrinter = printer<ResourceClaimTemplate | DeviceClass>("Name, Age", (object, nowMs) => [
  object.metadata.name,
  age(object, nowMs),
]);

export const resourceSlicePrinter = printer<ResourceSlice>("Name, Node, Driver, Pool, Age", (slice, nowMs) => [
  slice.metadata.name,
  slice.spec?.nodeName ?? "",
  slice.spec?.driver ?? "",
  slice.spec?.pool?.name ?? "",
  age(slice, nowMs),
]);

export const ipAddressPrinter = printer<IPAddress>("Name, ParentRef", (address) => {
  const { group, resource = "", namespace, name = "" } = address.spec?.parentRef ?? {};
  const of = (group ? `${resource}.${group}` : resource).toLowerCase();
  return [address.metadata.name, [of, ...(namespace ? [namespace] : []), name].join("/")];
});

export const serviceCidrPrinter = printer<ServiceCIDR>("Name, CIDRs, Age", (range, nowMs) => [
  range.metadata.name,
  (range.spec?.cidrs ?? []).join(","),
  age(range, nowMs),
]);

export const clusterTrustBundlePrinter = printer<ClusterTrustBundle>("Name, SignerName", (bundle) => [
  bundle.metadata.name,
  bundle.spec?.signerName || none,
]);

export const leaseCandidatePrinter = printer<LeaseCandidate>(
  "Name, LeaseName, BinaryVersion, EmulationVersion, Age",
  (candidate, nowMs) => [
    candidate.metadata.name,
    candidate.spec?.leaseName ?? "",
    candidate.spec?.binaryVersion ?? "",
    candidate.spec?.emulationVersion ?? "",
    age(candidate, nowMs),
  ],
);

const shownVersions = 3;

export const storageVersionPrinter = printer<StorageVersion>(
  "Name, CommonEncodingVersion, StorageVersions, Age",
  (version, nowMs) => [
    version.metadata.name,
    version.status?.commonEncodingVersion ?? unset,
    firstOf(
      (version.status?.storageVersions ?? []).map(({ apiServerID, encodingVersion }) => `${apiServerID}=${encodingVersion}`),
      shownVersions,
      unset,
    ),
    age(version, nowMs),
  ],
);

export const storageVersionMigrationPrinter = printer<StorageVersionMigration>("Name, Resource", (migration) => {
  const { group = "", version = "", resource = "" } = migration.spec?.resource ?? {};
  return [migration.metadata.name, [resource, version, group].join(".")];
});

export const csiStorageCapacityPrinter = printer<CSIStorageCapacity>("Name, StorageClassName, Capacity", (capacity) => [
  capacity.metadata.name,
  capacity.storageClassName ?? "",
  capacity.capacity ?? unset,
]);

const defaultAttributesAnnotation = "volumeattributesclass.alpha.kubernetes.io/is-default-class";

export const volumeAttributesClassPrinter = printer<VolumeAttributesClass>("Name, DriverName, Age", (attributes, nowMs) => [
  attributes.metadata.annotations?.[defaultAttributesAnnotation] === "true"
    ? `${attributes.metadata.name} (default)`
    : attributes.metadata.name,
  attributes.driverName ?? "",
  age(attributes, nowMs),
]);
