import { quote } from "../go-format.js";
import { isStrictIp } from "../ip.js";
import {
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  maskTrailingDash,
  maxLengthMessage,
  type NameRule,
  pathSegment,
} from "../names.js";

/** Which rule the names of a kind follow. Source: "Object Names and IDs" of the Kubernetes documentation. */

/** A CronJob adds eleven characters to the names of its Jobs. */
const maxCronJobName = 52;

const cronJobName: NameRule = (name) => [
  ...dns1123Subdomain(name),
  ...(name.length > maxCronJobName ? [maxLengthMessage(maxCronJobName)] : []),
];

/** The name of an IPAddress is the address. */
const ipAddressName: NameRule = (name) => {
  if (!isStrictIp(name)) return [`ParseAddr(${quote(name)}): unable to parse IP`];
  return name === name.toLowerCase() ? [] : ["must be a canonical format IP address"];
};

/** What is embedded in a custom object may be of any kind, whose own rule nobody knows. */
export const embeddedKind = "";

const rules = new Map<string, NameRule>([
  [`apiextensions.k8s.io/${embeddedKind}`, pathSegment],
  ["/Namespace", dns1123Label],
  ["/Service", dns1035Label],
  ["apps/StatefulSet", dns1123Label],
  ["batch/CronJob", cronJobName],
  ["rbac.authorization.k8s.io/ClusterRole", pathSegment],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", pathSegment],
  ["rbac.authorization.k8s.io/Role", pathSegment],
  ["rbac.authorization.k8s.io/RoleBinding", pathSegment],
  ["apiregistration.k8s.io/APIService", pathSegment],
  ["certificates.k8s.io/ClusterTrustBundle", pathSegment],
  ["networking.k8s.io/IPAddress", ipAddressName],
]);

/** The rule for a whole name; most kinds follow DNS subdomains. */
export const nameRuleOf = (group: string, kind: string): NameRule => rules.get(`${group}/${kind}`) ?? dns1123Subdomain;

/** The rule for a prefix: it may end in "-", because a random part follows. Names that are path segments need no such leave. */
export const prefixRuleOf = (group: string, kind: string): NameRule => {
  const rule = nameRuleOf(group, kind);
  return rule === pathSegment ? rule : (prefix) => rule(maskTrailingDash(prefix));
};
