import { at, duplicate, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { Service, ServiceSpec } from "../generated/types.js";
import { parseIp } from "../ip.js";
import { oneOf } from "./common.js";
import { invalidIpMessage } from "./endpoints.js";

/** The addresses of a Service within the cluster. Source: "IPv4/IPv6 dual-stack" of the Kubernetes documentation. */

const addressesPath = "spec.clusterIPs";
const familiesPath = "spec.ipFamilies";
const policyPath = "spec.ipFamilyPolicy";

export const isHeadless = (spec: ServiceSpec | undefined): boolean =>
  spec?.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";

const familyOf = (address: string | undefined): "IPv4" | "IPv6" => (address?.includes(":") ? "IPv6" : "IPv4");

/** What an external Service has no use for. */
export const externalAddressErrors = (spec: ServiceSpec): FieldError[] => {
  const given = [
    [addressesPath, (spec.clusterIPs?.length ?? 0) > 0],
    [familiesPath, (spec.ipFamilies?.length ?? 0) > 0],
    [policyPath, spec.ipFamilyPolicy !== undefined],
  ] as const;
  return given.filter(([, is]) => is).map(([path]) => forbiddenField(path, "may not be set for ExternalName services"));
};

const agreementErrors = (clusterIp: string, addresses: readonly string[]): FieldError[] => {
  if (clusterIp === "") {
    if (addresses.length === 0) return [];
    return [invalidValue(addressesPath, addresses, "must be empty when `clusterIP` is not specified")];
  }
  if (addresses.length === 0) return [required(addressesPath)];
  return addresses[0] === clusterIp ? [] : [invalidValue(addressesPath, addresses, "first value must match `clusterIP`")];
};

const familyErrors = (families: readonly string[]): FieldError[] =>
  families.flatMap((family, index) => {
    const errors = oneOf(family, ["IPv4", "IPv6"], at(familiesPath, index));
    if (families.indexOf(family) < index) errors.push(duplicate(at(familiesPath, index), family));
    return errors;
  });

export const serviceAddressErrors = (spec: ServiceSpec): FieldError[] => {
  if (spec.type === "ExternalName") return [];
  const addresses = spec.clusterIPs ?? [];
  const families = spec.ipFamilies ?? [];
  const errors = [...agreementErrors(spec.clusterIP ?? "", addresses), ...familyErrors(families)];
  if (spec.ipFamilyPolicy !== undefined)
    errors.push(...oneOf(spec.ipFamilyPolicy, ["PreferDualStack", "RequireDualStack", "SingleStack"], policyPath));
  const isNone = addresses[0] === "None";
  if (isNone && addresses.length > 1)
    errors.push(invalidValue(addressesPath, addresses, "'None' must be the first and only value"));
  let readable = !(isNone && addresses.length > 1);
  for (const [index, address] of addresses.entries()) {
    if ((isNone && index === 0) || parseIp(address) !== undefined) continue;
    readable = false;
    errors.push(invalidValue(at(addressesPath, index), address, invalidIpMessage));
  }
  if (addresses.length > 2) errors.push(invalidValue(addressesPath, addresses, "may only hold up to 2 values"));
  if (!readable) return errors;
  if (addresses.length > 1 && addresses.every((address) => familyOf(address) === familyOf(addresses[0])))
    errors.push(invalidValue(addressesPath, addresses, "may specify no more than one IP for each IP family"));
  if (isHeadless(spec)) return errors;
  for (const [index, address] of addresses.slice(0, families.length).entries()) {
    const family = families[index]!;
    if ((family !== "IPv4" && family !== "IPv6") || familyOf(address) === family) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    errors.push(invalidValue(at(addressesPath, index), address, detail));
  }
  return errors;
};

const once = "may not change once set";

/** A second one may come and go; the first stays. */
const changeErrors = (
  now: readonly string[],
  before: readonly string[],
  policy: string | undefined,
  words: { readonly path: string; readonly one: string },
): FieldError[] => {
  const { path, one } = words;
  const first = at(path, 0);
  if (now.length === before.length)
    return now.flatMap((value, index) => (value === before[index] ? [] : [invalidValue(at(path, index), now, once)]));
  const errors: FieldError[] = [];
  if (now.length === 0) errors.push(invalidValue(first, now, `primary ${one} can not be unset`));
  else if (before.length > 0 && now[0] !== before[0]) errors.push(invalidValue(first, now, once));
  if (now.length < before.length && now.length === 1 && policy !== "SingleStack") {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${one}`;
    errors.push(invalidValue(policyPath, policy, detail));
  }
  return errors;
};

export const serviceAddressChangeErrors = (service: Service, old: Service): FieldError[] => {
  const [spec, before] = [service.spec ?? {}, old.spec ?? {}];
  if (spec.type === "ExternalName" || before.type === "ExternalName") return [];
  const [isNow, was] = [isHeadless(spec), isHeadless(before)];
  if (isNow && was) return [];
  const policy = spec.ipFamilyPolicy;
  const words = { path: addressesPath, one: "clusterIP" };
  const errors = changeErrors(spec.clusterIPs ?? [], before.clusterIPs ?? [], policy, words);
  if (isNow !== was) return errors;
  const families = { path: familiesPath, one: "ipFamily" };
  return [...errors, ...changeErrors(spec.ipFamilies ?? [], before.ipFamilies ?? [], policy, families)];
};
