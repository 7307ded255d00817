import {
  at,
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  required,
  tooLong,
  tooMany,
} from "../field-errors.js";
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  NetworkDeviceData,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from "../generated/types.js";
import { parseCidr } from "../ip.js";
import { byteLength } from "../names.js";
import { asStored } from "../resource-claims.js";
import { immutable, requiredOneOf } from "./common.js";
import { anyObjectErrors, deviceNameErrors, driverNameErrors, poolNameErrors } from "./device-names.js";
import { opaqueErrors, referencesErrors, requestNames, requestReferenceErrors } from "./devices.js";
import { nodeSelectorTermsErrors } from "./pod-placement.js";

/** Which devices a claim got, who uses it, and how the devices are. Source: "Dynamic Resource Allocation". */

const maxUsers = 256;
const maxResults = 32;
const maxConfigs = 64;
const maxConditions = 8;
const maxDataLength = 10 * 1024;
const maxInterfaceLength = 256;
const maxHardwareLength = 128;
const maxAddresses = 16;

interface Identity {
  readonly driver?: string;
  readonly pool?: string;
  readonly device?: string;
}

const identityErrors = ({ driver, pool, device }: Identity, path: string): FieldError[] => [
  ...driverNameErrors(driver, child(path, "driver")),
  ...poolNameErrors(pool, child(path, "pool")),
  ...deviceNameErrors(device, child(path, "device")),
];

const idOf = ({ driver, pool, device }: Identity): string => `${driver}/${pool}/${device}`;

const usersErrors = (users: readonly ResourceClaimConsumerReference[], path: string): FieldError[] => {
  const errors = users.flatMap((user, index) =>
    (["resource", "name", "uid"] as const)
      .filter((field) => !user[field])
      .map((field) => required(child(at(path, index), field))),
  );
  if (users.length > maxUsers) errors.push(tooMany(path, users.length, maxUsers));
  const seen = new Set<string>();
  for (const [index, { uid }] of users.entries()) {
    if (seen.has(uid)) errors.push(duplicate(child(at(path, index), "uid"), uid));
    seen.add(uid);
  }
  return errors;
};

const networkErrors = (data: NetworkDeviceData | undefined, path: string): FieldError[] => {
  if (data === undefined) return [];
  const errors: FieldError[] = [];
  const short = (field: "interfaceName" | "hardwareAddress", max: number): void => {
    if (byteLength(data[field] ?? "") > max) errors.push(tooLong(child(path, field), max));
  };
  short("interfaceName", maxInterfaceLength);
  short("hardwareAddress", maxHardwareLength);
  const addresses = data.ips ?? [];
  const listPath = child(path, "ips");
  for (const [index, address] of addresses.entries()) {
    if (parseCidr(address) !== undefined) continue;
    const detail = "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)";
    errors.push(invalidValue(at(listPath, index), address, detail));
  }
  if (addresses.length > maxAddresses) errors.push(tooMany(listPath, addresses.length, maxAddresses));
  for (const [index, address] of addresses.entries())
    if (addresses.indexOf(address) < index) errors.push(duplicate(at(listPath, index), address));
  return errors;
};

const deviceErrors = (device: AllocatedDeviceStatus, path: string, allocated: ReadonlySet<string>): FieldError[] => {
  const errors = identityErrors(device, path);
  if (!allocated.has(idOf(device))) errors.push(invalidValue(path, idOf(device), "must be an allocated device in the claim"));
  const conditions = device.conditions ?? [];
  if (conditions.length > maxConditions) errors.push(tooMany(child(path, "conditions"), conditions.length, maxConditions));
  if (device.data !== undefined) errors.push(...anyObjectErrors(device.data, child(path, "data"), maxDataLength));
  return [...errors, ...networkErrors(device.networkData, child(path, "networkData"))];
};

const allocationErrors = (allocation: AllocationResult, path: string, known: ReadonlySet<string>): FieldError[] => {
  const { config = [], results = [] } = allocation.devices ?? {};
  const [resultsPath, configPath] = [child(path, "devices.results"), child(path, "devices.config")];
  const errors = results.flatMap((result, index) => [
    ...requestReferenceErrors(result.request ?? "", known, child(at(resultsPath, index), "request")),
    ...identityErrors(result, at(resultsPath, index)),
  ]);
  if (results.length > maxResults) errors.push(tooMany(resultsPath, results.length, maxResults));
  for (const [index, { opaque, requests, source }] of config.entries()) {
    const itemPath = at(configPath, index);
    errors.push(
      ...requiredOneOf(source, ["FromClaim", "FromClass"], child(itemPath, "source")),
      ...referencesErrors(requests, known, child(itemPath, "requests")),
      ...opaqueErrors(opaque, itemPath),
    );
  }
  if (config.length > maxConfigs) errors.push(tooMany(configPath, config.length, maxConfigs));
  if (allocation.nodeSelector !== undefined)
    errors.push(...nodeSelectorTermsErrors(allocation.nodeSelector, child(path, "nodeSelector")));
  return errors;
};

export const resourceClaimStatusErrors = (sent: ResourceClaim, sentOld: ResourceClaim): FieldError[] => {
  const [claim, old] = [asStored(sent), asStored(sentOld)];
  const { allocation, devices = [], reservedFor = [] } = claim.status ?? {};
  const reservedPath = "status.reservedFor";
  const errors = usersErrors(reservedFor, reservedPath);
  const allocated = new Set((allocation?.devices?.results ?? []).map(idOf));
  const seen = new Set<string>();
  for (const [index, device] of devices.entries()) {
    const path = at("status.devices", index);
    errors.push(...deviceErrors(device, path, allocated));
    if (seen.has(idOf(device))) errors.push(duplicate(child(path, "deviceID"), idOf(device)));
    seen.add(idOf(device));
  }
  if (reservedFor.length > 0 && allocation === undefined)
    errors.push(forbiddenField(reservedPath, "may not be specified when `allocated` is not set"));
  else if (claim.metadata.deletionTimestamp !== undefined) {
    const before = new Set((old.status?.reservedFor ?? []).map(({ uid }) => uid));
    const detail = "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set";
    if (reservedFor.some(({ uid }) => !before.has(uid))) errors.push(forbiddenField(reservedPath, detail));
  }
  if (allocation === undefined) return errors;
  if (old.status?.allocation !== undefined)
    return [...errors, ...immutable(allocation, old.status.allocation, "status.allocation")];
  return [...errors, ...allocationErrors(allocation, "status.allocation", requestNames(claim.spec?.devices ?? {}))];
};
