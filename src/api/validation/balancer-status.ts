import { at, child, type FieldError, forbiddenField, invalidValue, required } from "../field-errors.js";
import type { LoadBalancerStatus } from "../generated/types.js";
import { isIp } from "../ip.js";
import { dns1123Subdomain } from "../names.js";
import { followsRule, oneOf } from "./common.js";
import { invalidIpMessage } from "./endpoints.js";

/** Where a load balancer takes requests for a Service. */
export const balancerStatusErrors = (status: LoadBalancerStatus | undefined, path: string, isBalanced: boolean): FieldError[] => {
  const list = status?.ingress ?? [];
  const listPath = child(path, "ingress");
  if (!isBalanced && list.length > 0) return [forbiddenField(listPath, "may only be used when `spec.type` is 'LoadBalancer'")];
  return list.flatMap(({ hostname, ip, ipMode }, index) => {
    const itemPath = at(listPath, index);
    const modePath = child(itemPath, "ipMode");
    const errors = ip && !isIp(ip) ? [invalidValue(child(itemPath, "ip"), ip, invalidIpMessage)] : [];
    if (ip && ipMode === undefined) errors.push(required(modePath, "must be specified when `ip` is set"));
    else if (!ip && ipMode !== undefined) errors.push(forbiddenField(modePath, "may not be specified when `ip` is not set"));
    else if (ipMode !== undefined) errors.push(...oneOf(ipMode, ["Proxy", "VIP"], modePath));
    return [...errors, ...addressNameErrors(hostname, child(itemPath, "hostname"))];
  });
};

export const addressNameErrors = (hostname: string | undefined, path: string): FieldError[] => {
  if (!hostname) return [];
  const errors = followsRule(dns1123Subdomain, hostname, path);
  return isIp(hostname) ? [...errors, invalidValue(path, hostname, "must be a DNS name, not an IP address")] : errors;
};
