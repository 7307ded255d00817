/**
 * Nobody grants what he does not hold, unless he may `escalate` roles or `bind` them:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
import { groupsText, rulesNotHeld, ruleText } from "../access/policy-rules.js";
import type { ClusterRole, PolicyRule, RoleBinding } from "../generated/types.js";
import { quote } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { type ApiError, fail, notFound } from "../status.js";
import { type AdmissionPlugin, type AdmissionRequest, type ClusterView, forbidden, noRemarks, onlyLetsGo } from "./plugin.js";

const rbac = "rbac.authorization.k8s.io";
const concerned: ReadonlySet<string> = new Set(["clusterroles", "clusterrolebindings", "roles", "rolebindings"]);

/** What gathering others' rules asks for: what is gathered may grow to anything. */
const everything: readonly PolicyRule[] = [
  { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
  { nonResourceURLs: ["*"], verbs: ["*"] },
];

/** What of the rules the user lacks, in words; undefined when nothing is missing. */
function missingText(
  { user, namespace }: AdmissionRequest,
  cluster: ClusterView,
  rules: readonly PolicyRule[],
): string | undefined {
  const { rules: held, problems } = cluster.access.rulesFor(user, namespace);
  const missing = rulesNotHeld(held, rules);
  if (missing.length === 0) return undefined;
  const told = [...new Set(missing.map(ruleText))].sort().join("\n");
  const unresolved = problems.length === 0 ? "" : `; resolution errors: [${problems.join(", ")}]`;
  const who = `user ${quote(user.name)} (groups=${groupsText(user.groups)})`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${told}${unresolved}`;
}

function roleRefusal(request: AdmissionRequest, cluster: ClusterView): ApiError | undefined {
  const { user, resource, namespace, name } = request;
  if (cluster.access.allows(user, { verb: "escalate", group: rbac, resource, namespace, name })) return undefined;
  const role = request.object as ClusterRole;
  const why = missingText(request, cluster, role.rules ?? []);
  if (why !== undefined) return forbidden(request, why);
  const before = (request.old as ClusterRole | undefined)?.aggregationRule;
  if (semanticEqual(before, role.aggregationRule)) return undefined;
  if (missingText(request, cluster, everything) === undefined) return undefined;
  return forbidden(request, "must have cluster-admin privileges to use an aggregationRule");
}

function bindingRefusal(request: AdmissionRequest, cluster: ClusterView): ApiError | undefined {
  const { user, namespace } = request;
  const { roleRef } = request.object as unknown as RoleBinding;
  const resource = roleRef.kind === "Role" ? "roles" : "clusterroles";
  if (cluster.access.allows(user, { verb: "bind", group: rbac, resource, namespace, name: roleRef.name })) return undefined;
  const rules = cluster.access.rulesOf(roleRef, namespace);
  if (rules === undefined) return notFound({ group: rbac, resource: roleRef.kind.toLowerCase() }, roleRef.name);
  const why = missingText(request, cluster, rules);
  return why === undefined ? undefined : forbidden(request, why);
}

export const privilegeEscalation: AdmissionPlugin = {
  name: "PrivilegeEscalation",
  concerns: ({ group, resource, subresource, operation }) =>
    group === rbac && concerned.has(resource) && subresource === "" && (operation === "CREATE" || operation === "UPDATE"),
  validate: (request, cluster) => {
    const { object, user } = request;
    if (object === undefined || user.groups.includes("system:masters") || onlyLetsGo(request)) return noRemarks();
    const refused = request.resource.endsWith("bindings") ? bindingRefusal(request, cluster) : roleRefusal(request, cluster);
    return refused === undefined ? noRemarks() : fail(refused);
  },
};
