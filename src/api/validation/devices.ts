import type { Integer } from "../../json/integer.js";
import { at, child, duplicate, type FieldError, invalidValue, required, tooLong, tooMany } from "../field-errors.js";
import type {
  Device,
  DeviceClaim,
  DeviceClass,
  DeviceRequest,
  DeviceSelector,
  DeviceTaintRule,
  DeviceToleration,
  OpaqueDeviceConfiguration,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
} from "../generated/types.js";
import { byteLength, dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from "../names.js";
import { asStored } from "../resource-claims.js";
import { followsRule, immutable, oneOf, requiredOneOf } from "./common.js";
import { anyObjectErrors, deviceNameErrors, driverNameErrors, poolNameErrors, qualifiedErrors } from "./device-names.js";
import { nodeSelectorTermsErrors } from "./pod-placement.js";

/**
 * Devices, and who claims them; errors speak of the fields as the newest version has them, whichever was sent.
 * Source: "Dynamic Resource Allocation" of the Kubernetes documentation.
 */

const most = {
  requests: 32,
  constraints: 32,
  config: 32,
  selectors: 32,
  firstAvailable: 8,
  devices: 128,
  tolerations: 16,
} as const;

const maxParametersLength = 10 * 1024;
const maxValueLength = 64;
const maxExpressionLength = 10 * 1024;

const atMost = (list: readonly unknown[] | undefined, max: number, path: string): FieldError[] =>
  (list?.length ?? 0) > max ? [tooMany(path, list!.length, max)] : [];

const selectorsErrors = (selectors: readonly DeviceSelector[] | undefined, path: string): FieldError[] => [
  ...atMost(selectors, most.selectors, path),
  ...(selectors ?? []).flatMap(({ cel }, index) => {
    const place = child(at(path, index), "cel");
    if (cel === undefined) return [required(place)];
    if (byteLength(cel.expression ?? "") > maxExpressionLength) return [tooLong(child(place, "expression"), maxExpressionLength)];
    return cel.expression ? [] : [required(child(place, "expression"))];
  }),
];

const tolerationErrors = (tolerations: readonly DeviceToleration[] | undefined, path: string): FieldError[] => [
  ...atMost(tolerations, most.tolerations, path),
  ...(tolerations ?? []).flatMap(({ key = "", operator = "", effect, value }, index) => {
    const place = at(path, index);
    const errors = key === "" ? [] : followsRule(qualifiedName, key, child(place, "key"));
    if (operator === "Exists" && value)
      errors.push(invalidValue(child(place, "value"), value, "must be empty for operator `Exists`"));
    if (operator === "Equal") {
      errors.push(...followsRule(labelValue, value ?? "", child(place, "value")));
      if (key === "") errors.push(required(child(place, "key"), "must not be empty when operator is `Equal`"));
    }
    errors.push(...requiredOneOf(operator, ["Equal", "Exists"], child(place, "operator")));
    if (effect) errors.push(...oneOf(effect, ["NoExecute", "NoSchedule"], child(place, "effect")));
    return errors;
  }),
];

interface Asked {
  readonly deviceClassName?: string;
  readonly selectors?: DeviceSelector[];
  readonly allocationMode?: string;
  readonly count?: Integer;
  readonly tolerations?: DeviceToleration[];
}

const askedErrors = (asked: Asked, path: string): FieldError[] => {
  const errors = asked.deviceClassName
    ? followsRule(dns1123Subdomain, asked.deviceClassName, child(path, "deviceClassName"))
    : [required(child(path, "deviceClassName"))];
  errors.push(...selectorsErrors(asked.selectors, child(path, "selectors")));
  const { allocationMode, count = 0 } = asked;
  const countPath = child(path, "count");
  if (allocationMode === "All" && count !== 0)
    errors.push(invalidValue(countPath, count, "must not be specified when allocationMode is 'All'"));
  else if (allocationMode === "ExactCount" && count <= 0)
    errors.push(invalidValue(countPath, count, "must be greater than zero"));
  else if (allocationMode !== "All" && allocationMode !== "ExactCount")
    errors.push(...oneOf(allocationMode, ["All", "ExactCount"], child(path, "allocationMode")));
  return [...errors, ...tolerationErrors(asked.tolerations, child(path, "tolerations"))];
};

const requestErrors = (request: DeviceRequest, path: string): FieldError[] => {
  const errors = request.name ? followsRule(dns1123Label, request.name, child(path, "name")) : [required(child(path, "name"))];
  const { exactly, firstAvailable } = request;
  if (exactly !== undefined && (firstAvailable?.length ?? 0) > 0)
    return [
      ...errors,
      invalidValue(path, request, "exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set"),
    ];
  if (exactly !== undefined) return [...errors, ...askedErrors(exactly, child(path, "exactly"))];
  if ((firstAvailable?.length ?? 0) === 0)
    return [...errors, required(path, "exactly one of `exactly` or `firstAvailable` is required")];
  const listPath = child(path, "firstAvailable");
  const names = new Set<string>();
  errors.push(...atMost(firstAvailable, most.firstAvailable, listPath));
  for (const [index, sub] of firstAvailable!.entries()) {
    const place = at(listPath, index);
    errors.push(...(sub.name ? followsRule(dns1123Label, sub.name, child(place, "name")) : [required(child(place, "name"))]));
    if (names.has(sub.name)) errors.push(duplicate(child(place, "name"), sub.name));
    names.add(sub.name);
    errors.push(...askedErrors(sub, place));
  }
  return errors;
};

export const opaqueErrors = (opaque: OpaqueDeviceConfiguration | undefined, path: string): FieldError[] => {
  if (opaque === undefined) return [required(child(path, "opaque"))];
  const opaquePath = child(path, "opaque");
  return [
    ...driverNameErrors(opaque.driver, child(opaquePath, "driver")),
    ...anyObjectErrors(opaque.parameters, child(opaquePath, "parameters"), maxParametersLength),
  ];
};

/** Requests that constraints and configurations speak of: by name, or a sub-request as `name/sub`. */
export const requestNames = (devices: DeviceClaim): ReadonlySet<string> =>
  new Set(
    (devices.requests ?? []).flatMap(({ name, firstAvailable = [] }) => [
      name,
      ...firstAvailable.map((sub) => `${name}/${sub.name}`),
    ]),
  );

export const requestReferenceErrors = (name: string, known: ReadonlySet<string>, path: string): FieldError[] => {
  const detail = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  const segments = name.split("/");
  if (segments.length > 2) return [invalidValue(path, name, detail)];
  const errors = segments.flatMap((segment) => deviceNameErrors(segment, path));
  return known.has(name) ? errors : [...errors, invalidValue(path, name, detail)];
};

export const referencesErrors = (
  requests: readonly string[] | undefined,
  known: ReadonlySet<string>,
  path: string,
): FieldError[] => {
  const list = requests ?? [];
  const errors = list.flatMap((name, index) => requestReferenceErrors(name, known, at(path, index)));
  errors.push(...atMost(list, most.requests, path));
  for (const [index, name] of list.entries()) if (list.indexOf(name) < index) errors.push(duplicate(at(path, index), name));
  return errors;
};

const devicesErrors = (devices: DeviceClaim | undefined, path: string): FieldError[] => {
  if (devices === undefined) return [];
  const names = new Set<string>();
  const requestsPath = child(path, "requests");
  const errors = atMost(devices.requests, most.requests, requestsPath);
  for (const [index, request] of (devices.requests ?? []).entries()) {
    errors.push(...requestErrors(request, at(requestsPath, index)));
    if (names.has(request.name)) errors.push(duplicate(child(at(requestsPath, index), "name"), request.name));
    names.add(request.name);
  }
  const known = requestNames(devices);
  errors.push(...atMost(devices.constraints, most.constraints, child(path, "constraints")));
  for (const [index, constraint] of (devices.constraints ?? []).entries()) {
    const place = at(child(path, "constraints"), index);
    errors.push(...referencesErrors(constraint.requests, known, child(place, "requests")));
    if (!constraint.matchAttribute) errors.push(required(child(place, "matchAttribute")));
    else {
      const attributePath = child(place, "matchAttribute");
      errors.push(...qualifiedErrors(constraint.matchAttribute, attributePath));
      if (!constraint.matchAttribute.includes("/"))
        errors.push(invalidValue(attributePath, constraint.matchAttribute, "must include a domain"));
    }
  }
  errors.push(...atMost(devices.config, most.config, child(path, "config")));
  for (const [index, config] of (devices.config ?? []).entries()) {
    const place = at(child(path, "config"), index);
    errors.push(...referencesErrors(config.requests, known, child(place, "requests")), ...opaqueErrors(config.opaque, place));
  }
  return errors;
};

export const resourceClaimErrors = (claim: ResourceClaim): FieldError[] =>
  devicesErrors(asStored(claim).spec?.devices, "spec.devices");

export const resourceClaimUpdateErrors = (claim: ResourceClaim, old: ResourceClaim): FieldError[] => [
  ...immutable(claim.spec, old.spec, "spec"),
  ...resourceClaimErrors(claim),
];

export const resourceClaimTemplateErrors = (template: ResourceClaimTemplate): FieldError[] =>
  devicesErrors(asStored(template).spec?.spec?.devices, "spec.spec.devices");

export const resourceClaimTemplateUpdateErrors = (template: ResourceClaimTemplate, old: ResourceClaimTemplate): FieldError[] => [
  ...immutable(template.spec, old.spec, "spec"),
  ...resourceClaimTemplateErrors(template),
];

export const deviceClassErrors = ({ spec }: DeviceClass): FieldError[] => [
  ...selectorsErrors(spec?.selectors, "spec.selectors"),
  ...atMost(spec?.config, most.config, "spec.config"),
  ...(spec?.config ?? []).flatMap(({ opaque }, index) => opaqueErrors(opaque, at("spec.config", index))),
];

const maxAttributes = 32;
const numericId = "(0|[1-9]\\d*)";
const preId = "(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)";
const buildId = "[0-9a-zA-Z-]+";
const semanticVersion = new RegExp(
  `^${numericId}\\.${numericId}\\.${numericId}(-${preId}(\\.${preId})*)?(\\+${buildId}(\\.${buildId})*)?$`,
);

const attributeKinds = ["int", "bool", "string", "version"] as const;

const deviceErrors = (device: Device, path: string): FieldError[] => {
  const errors = device.name ? followsRule(dns1123Label, device.name, child(path, "name")) : [required(child(path, "name"))];
  for (const [name, attribute] of Object.entries(device.attributes ?? {})) {
    const place = at(child(path, "attributes"), name);
    const given = attributeKinds.filter((kind) => attribute[kind] !== undefined);
    errors.push(...qualifiedErrors(name, place));
    const { string, version } = attribute;
    if (version !== undefined && !semanticVersion.test(version)) {
      const detail = "must be a string compatible with semver.org spec 2.0.0";
      errors.push(invalidValue(child(place, "version"), version, detail));
    }
    for (const [kind, value] of Object.entries({ string, version }))
      if (byteLength(value ?? "") > maxValueLength) errors.push(tooLong(child(place, kind), maxValueLength));
    if (given.length === 0) errors.push(required(place, "exactly one value must be specified"));
    if (given.length > 1) errors.push(invalidValue(place, attribute, "exactly one value must be specified"));
  }
  for (const name of Object.keys(device.capacity ?? {})) errors.push(...qualifiedErrors(name, at(child(path, "capacity"), name)));
  const count = Object.keys(device.attributes ?? {}).length + Object.keys(device.capacity ?? {}).length;
  if (count > maxAttributes) {
    const detail = `the total number of attributes and capacities must not exceed ${maxAttributes}`;
    errors.push(invalidValue(path, count, detail));
  }
  for (const [index, taint] of (device.taints ?? []).entries()) {
    const place = at(child(path, "taints"), index);
    errors.push(
      ...followsRule(qualifiedName, taint.key, child(place, "key")),
      ...(taint.value ? followsRule(labelValue, taint.value, child(place, "value")) : []),
      ...requiredOneOf(taint.effect, ["NoExecute", "NoSchedule"], child(place, "effect")),
    );
  }
  return errors;
};

export const resourceSliceErrors = (sent: ResourceSlice): FieldError[] => {
  const { spec } = asStored(sent);
  const errors: FieldError[] = [];
  errors.push(...driverNameErrors(spec?.driver, "spec.driver"));
  const { name = "", resourceSliceCount = 0, generation = 0 } = spec?.pool ?? {};
  errors.push(...poolNameErrors(name, "spec.pool.name"));
  if (resourceSliceCount <= 0)
    errors.push(invalidValue("spec.pool.resourceSliceCount", resourceSliceCount, "must be greater than zero"));
  if (generation < 0) errors.push(invalidValue("spec.pool.generation", generation, "must be greater than or equal to zero"));
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec ?? {};
  const given = [Boolean(nodeName), nodeSelector !== undefined, allNodes === true, perDeviceNodeSelection === true].filter(
    Boolean,
  );
  const places = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
  if (given.length === 0) errors.push(required("spec", places));
  if (given.length > 1) errors.push(invalidValue("spec", "{...}", `${places}, but multiple fields are set`));
  if (nodeName) errors.push(...followsRule(dns1123Subdomain, nodeName, "spec.nodeName"));
  if (nodeSelector !== undefined) {
    errors.push(...nodeSelectorTermsErrors(nodeSelector, "spec.nodeSelector"));
    const terms = nodeSelector.nodeSelectorTerms ?? [];
    const detail = "must have exactly one node selector term";
    if (terms.length !== 1) errors.push(invalidValue("spec.nodeSelector.nodeSelectorTerms", terms, detail));
  }
  errors.push(...atMost(spec?.devices, most.devices, "spec.devices"));
  const names = new Set<string>();
  for (const [index, device] of (spec?.devices ?? []).entries()) {
    errors.push(...deviceErrors(device, at("spec.devices", index)));
    if (names.has(device.name)) errors.push(duplicate(child(at("spec.devices", index), "name"), device.name));
    names.add(device.name);
  }
  return errors;
};

export const resourceSliceUpdateErrors = (slice: ResourceSlice, old: ResourceSlice): FieldError[] => [
  ...resourceSliceErrors(slice),
  ...immutable(slice.spec?.nodeName, old.spec?.nodeName, "spec.nodeName"),
  ...immutable(slice.spec?.pool?.name, old.spec?.pool?.name, "spec.pool.name"),
  ...immutable(slice.spec?.driver, old.spec?.driver, "spec.driver"),
];

export const deviceTaintRuleErrors = ({ spec }: DeviceTaintRule): FieldError[] => {
  const { device, deviceClassName, driver, pool, selectors } = spec?.deviceSelector ?? {};
  const inside = (field: string): string => child("spec.deviceSelector", field);
  const errors = [
    ...(deviceClassName === undefined ? [] : followsRule(dns1123Subdomain, deviceClassName, inside("deviceClassName"))),
    ...(driver === undefined ? [] : driverNameErrors(driver, inside("driver"))),
    ...(pool === undefined ? [] : poolNameErrors(pool, inside("pool"))),
    ...(device === undefined ? [] : deviceNameErrors(device, inside("device"))),
    ...selectorsErrors(selectors, inside("selectors")),
  ];
  if (spec?.taint === undefined) return [...errors, required("spec.taint")];
  const { key, value, effect } = spec.taint;
  return [
    ...errors,
    ...followsRule(qualifiedName, key, "spec.taint.key"),
    ...(value ? followsRule(labelValue, value, "spec.taint.value") : []),
    ...requiredOneOf(effect, ["NoExecute", "NoSchedule"], "spec.taint.effect"),
  ];
};
