import { at, child, duplicate, type FieldError, invalidValue, required, tooLong } from "../field-errors.js";
import type {
  LeaseCandidate,
  MigrationCondition,
  ServerStorageVersion,
  StorageVersion,
  StorageVersionMigration,
} from "../generated/types.js";
import { byteLength, dns1035Label, dns1123Subdomain, emptyMessage, patternMessage, qualifiedName } from "../names.js";
import { followsRule, immutable, nonNegative, oneOf } from "./common.js";

/** Kinds that servers keep about themselves: who would lead, and in which version what is stored. Source: the API reference. */

const versionPattern = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-.]+)?(\+[0-9A-Za-z-.]+)?$/;

const numbersOf = (version: string): number[] => version.split(/[-+]/, 1)[0]!.split(".").map(Number);

const isOlder = (version: string, than: string): boolean => {
  const [some, others] = [numbersOf(version), numbersOf(than)];
  const place = some.findIndex((number, index) => number !== others[index]);
  return place >= 0 && some[place]! < others[place]!;
};

const versionErrors = (version: string | undefined, path: string): FieldError[] =>
  version && !versionPattern.test(version) ? [invalidValue(path, version, "must be a valid semantic version")] : [];

const oldest = "OldestEmulationVersion";

const strategyErrors = (strategy: string, path: string): FieldError[] =>
  strategy.includes("/") ? followsRule(qualifiedName, strategy, path) : oneOf(strategy, [oldest], path);

export const leaseCandidateErrors = ({ spec }: LeaseCandidate): FieldError[] => {
  const { binaryVersion = "", emulationVersion = "", leaseName, strategy } = spec ?? {};
  const binaryPath = "spec.binaryVersion";
  const emulationPath = "spec.emulationVersion";
  const errors = [
    ...(leaseName ? [] : [required("spec.leaseName")]),
    ...versionErrors(emulationVersion, emulationPath),
    ...(binaryVersion === "" ? [required(binaryPath)] : versionErrors(binaryVersion, binaryPath)),
  ];
  const comparable = [binaryVersion, emulationVersion].every((version) => versionPattern.test(version));
  if (comparable && isOlder(binaryVersion, emulationVersion))
    errors.push(invalidValue(binaryPath, binaryVersion, "must be greater than or equal to `emulationVersion`"));
  if (!strategy) return [...errors, required("spec.strategy")];
  if (strategy === oldest && !versionPattern.test(emulationVersion))
    errors.push(required(emulationPath, `must be specified when \`strategy\` is '${oldest}'`));
  return [...errors, ...strategyErrors(strategy, "spec.strategy.strategy")];
};

export const leaseCandidateUpdateErrors = (now: LeaseCandidate, old: LeaseCandidate): FieldError[] => [
  ...leaseCandidateErrors(now),
  ...immutable(now.spec?.leaseName, old.spec?.leaseName, "spec.leaseName"),
];

export const storageVersionMigrationErrors = ({ spec }: StorageVersionMigration): FieldError[] => {
  const { resource = "", version = "" } = spec?.resource ?? {};
  return [
    ...(resource === "" ? [required("spec.resource.resource", "resource is required")] : []),
    ...(version === "" ? [required("spec.resource.version", "version is required")] : []),
  ];
};

export const storageVersionMigrationUpdateErrors = (now: StorageVersionMigration, old: StorageVersionMigration): FieldError[] => [
  ...storageVersionMigrationErrors(now),
  ...(["group", "version", "resource"] as const).flatMap((field) =>
    immutable(now.spec?.resource?.[field] ?? "", old.spec?.resource?.[field] ?? "", field),
  ),
];

const reasonFormat = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const reasonPattern = new RegExp(`^${reasonFormat}$`);
const reasonMessage = patternMessage(
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
  reasonFormat,
  "my_name",
  "MY_NAME",
  "MyName",
  "ReasonA,ReasonB",
  "ReasonA:ReasonB",
);
const maxReasonLength = 1024;
const maxMessageLength = 32 * 1024;

const conditionErrors = (condition: MigrationCondition, path: string): FieldError[] => {
  const { lastUpdateTime, message = "", reason = "", status, type } = condition;
  const reasonPath = child(path, "reason");
  const errors = [
    ...followsRule(qualifiedName, type, child(path, "type")),
    ...oneOf(status, ["False", "True", "Unknown"], child(path, "status")),
  ];
  if (lastUpdateTime === undefined) errors.push(required(child(path, "lastTransitionTime"), "must be set"));
  if (reason === "") errors.push(required(reasonPath, "must be set"));
  else if (!reasonPattern.test(reason)) errors.push(invalidValue(reasonPath, reason, reasonMessage));
  if (byteLength(reason) > maxReasonLength) errors.push(tooLong(reasonPath, maxReasonLength));
  if (byteLength(message) > maxMessageLength) errors.push(tooLong(child(path, "message"), maxMessageLength));
  return errors;
};

const is = ({ status }: StorageVersionMigration, type: "Running" | "Succeeded" | "Failed"): boolean =>
  status?.conditions?.find((condition) => condition.type === type)?.status === "True";

export const storageVersionMigrationStatusErrors = (now: StorageVersionMigration, old: StorageVersionMigration): FieldError[] => {
  const { conditions = [], resourceVersion = "" } = now.status ?? {};
  const [versionPath, conditionsPath] = ["status.resourceVersion", "status.conditions"];
  const errors: FieldError[] = [];
  if (resourceVersion !== "" && !/^[+-]?[0-9]+$/.test(resourceVersion)) {
    const why = `strconv.ParseInt: parsing "${resourceVersion}": invalid syntax`;
    const detail = `failed to parse resource version "${resourceVersion}": ${why}`;
    errors.push(invalidValue(versionPath, resourceVersion, detail));
  } else errors.push(...nonNegative(Number(resourceVersion), versionPath));
  const seen = new Set<string>();
  for (const [index, condition] of conditions.entries()) {
    const path = at(conditionsPath, index);
    if (seen.has(condition.type)) errors.push(duplicate(child(path, "type"), condition.type));
    seen.add(condition.type);
    errors.push(...conditionErrors(condition, path));
  }
  const before = old.status?.resourceVersion ?? "";
  if (before !== "" && before !== resourceVersion)
    errors.push(invalidValue(versionPath, resourceVersion, "resourceVersion cannot be updated"));
  const told = (detail: string): number => errors.push(invalidValue(conditionsPath, conditions, detail));
  const [succeeded, failed, running] = [is(now, "Succeeded"), is(now, "Failed"), is(now, "Running")];
  if (succeeded && failed) told("Both success and failed conditions cannot be true at the same time");
  if (succeeded && running) told("Running condition cannot be true when success condition is true");
  if (failed && running) told("Running condition cannot be true when failed condition is true");
  if (is(old, "Succeeded") && !succeeded) told("Success condition cannot be set to false once it is true");
  if (is(old, "Failed") && !failed) told("Failed condition cannot be set to false once it is true");
  return errors;
};

const labelFormat = "[a-z]([-a-z0-9]*[a-z0-9])?";
const manyPartsMessage = `an apiVersion is ${patternMessage(
  "a DNS-1035 label, which must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  labelFormat,
  "my-name",
  "abc-123",
)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyVersion')`;

/** What is wrong with a group and version, in one text. */
const apiVersionErrors = (value: string | undefined, path: string): FieldError[] => {
  const text = value ?? "";
  const parts = text.split("/");
  const faults: string[] = [];
  if (parts.length > 2) faults.push(manyPartsMessage);
  else {
    const version = parts.at(-1)!;
    const group = parts.length === 2 ? parts[0]! : undefined;
    if (group === "") faults.push(`group part: ${emptyMessage}`);
    else if (group !== undefined) faults.push(...dns1123Subdomain(group).map((message) => `group part: ${message}`));
    if (version === "") faults.push(`version part: ${emptyMessage}`);
    else faults.push(...dns1035Label(version).map((message) => `version part: ${message}`));
  }
  return faults.length === 0 ? [] : [invalidValue(path, text, faults.join(","))];
};

const serverErrors = (server: ServerStorageVersion, path: string): FieldError[] => {
  const { apiServerID, decodableVersions = [], encodingVersion = "", servedVersions = [] } = server;
  const decodablePath = child(path, "decodableVersions");
  const errors = [
    ...followsRule(dns1123Subdomain, apiServerID, child(path, "apiServerID")),
    ...apiVersionErrors(encodingVersion, child(path, "encodingVersion")),
    ...decodableVersions.flatMap((version, index) => apiVersionErrors(version, at(decodablePath, index))),
  ];
  if (!decodableVersions.includes(encodingVersion)) {
    const detail = `decodableVersions must include encodingVersion ${encodingVersion}`;
    errors.push(invalidValue(decodablePath, decodableVersions, detail));
  }
  for (const [index, version] of servedVersions.entries()) {
    const servedPath = at(child(path, "servedVersions"), index);
    errors.push(...apiVersionErrors(version, servedPath));
    if (decodableVersions.includes(version)) continue;
    const all = `[${decodableVersions.join(" ")}]`;
    const detail = `individual served version : ${version} must be included in decodableVersions : ${all}`;
    errors.push(invalidValue(servedPath, version, detail));
  }
  return errors;
};

const commonErrors = (servers: readonly ServerStorageVersion[], common: string | undefined): FieldError[] => {
  const path = "status.commonEncodingVersion";
  const first = servers[0]?.encodingVersion;
  const actual = servers.every(({ encodingVersion }) => encodingVersion === first) ? first : undefined;
  if (actual === common) return [];
  if (actual === undefined) {
    const detail =
      "should be nil if servers do not agree on the same encoding version, or if there is no server reporting the supported versions yet";
    return [invalidValue(path, common, detail)];
  }
  const which = common === undefined ? "the common encoding version is" : "the actual common encoding version is";
  return [invalidValue(path, common, `${which} ${actual}`)];
};

export const storageVersionStatusErrors = ({ status }: StorageVersion): FieldError[] => {
  const { commonEncodingVersion, conditions = [], storageVersions = [] } = status ?? {};
  const ids = storageVersions.map(({ apiServerID }) => apiServerID);
  const errors = storageVersions.flatMap((server, index) => {
    const path = at("status.storageVersions", index);
    const repeated = ids.indexOf(server.apiServerID) < index;
    return [...(repeated ? [duplicate(child(path, "apiServerID"), server.apiServerID)] : []), ...serverErrors(server, path)];
  });
  errors.push(...commonErrors(storageVersions, commonEncodingVersion));
  const last = new Map<string, number>();
  for (const [index, { message, reason, status: state, type }] of conditions.entries()) {
    const path = at("status", index);
    const before = last.get(type);
    if (before !== undefined) {
      const detail = `the type of the condition is not unique, it also appears in conditions[${before}]`;
      errors.push(invalidValue(child(path, "type"), type, detail));
    }
    last.set(type, index);
    errors.push(
      ...followsRule(qualifiedName, type, child(path, "type")),
      ...followsRule(qualifiedName, state, child(path, "status")),
    );
    if (!reason) errors.push(required(child(path, "reason"), "reason cannot be empty"));
    if (!message) errors.push(required(child(path, "message"), "message cannot be empty"));
  }
  return errors;
};

/** Called after the resource that it is about, as in `apps.deployments`. */
const nameFaults = (name: string): string[] => {
  const dot = name.lastIndexOf(".");
  if (dot < 0) return ["name must be in the form of <group>.<resource>"];
  return [
    ...dns1123Subdomain(name.slice(0, dot)).map((message) => `the group segment ${message}`),
    ...dns1035Label(name.slice(dot + 1)).map((message) => `the resource segment ${message}`),
  ];
};

export const storageVersionErrors = (version: StorageVersion): FieldError[] => [
  ...followsRule(nameFaults, version.metadata.name, "metadata.name"),
  ...storageVersionStatusErrors(version),
];
