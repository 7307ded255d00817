import { at, child, duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from "../field-errors.js";
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  PriorityClass,
  Role,
  RoleBinding,
  RoleRef,
  RuntimeClass,
  Subject,
  Toleration,
} from "../generated/types.js";
import { GoSyntax, quote } from "../go-format.js";
import { semanticEqual } from "../json-value.js";
import { dns1123Label, dns1123Subdomain, pathSegment } from "../names.js";
import { followsRule, immutable, oneOf } from "./common.js";
import { labelErrors } from "./metadata.js";
import { resourcesErrors } from "./pod-resources.js";
import { tolerationsErrors } from "./pod-spec.js";

/** Access control, priorities, and the kinds that extend the API. */
const rbacGroup = "rbac.authorization.k8s.io";

const ruleErrors = (rule: PolicyRule, path: string, namespaced: boolean): FieldError[] => {
  const errors: FieldError[] = [];
  const urls = rule.nonResourceURLs ?? [];
  if ((rule.verbs?.length ?? 0) === 0) errors.push(required(child(path, "verbs"), "verbs must contain at least one value"));
  if (urls.length > 0) {
    const urlsPath = child(path, "nonResourceURLs");
    if (namespaced) errors.push(invalidValue(urlsPath, urls, "namespaced rules cannot apply to non-resource URLs"));
    if ([rule.apiGroups, rule.resources, rule.resourceNames].some((list) => (list?.length ?? 0) > 0)) {
      errors.push(invalidValue(urlsPath, urls, "rules cannot apply to both regular resources and non-resource URLs"));
    }
    return errors;
  }
  if ((rule.apiGroups?.length ?? 0) === 0)
    errors.push(required(child(path, "apiGroups"), "resource rules must supply at least one api group"));
  if ((rule.resources?.length ?? 0) === 0)
    errors.push(required(child(path, "resources"), "resource rules must supply at least one resource"));
  return errors;
};

const rulesErrors = (rules: readonly PolicyRule[] | undefined, namespaced: boolean): FieldError[] =>
  (rules ?? []).flatMap((rule, index) => ruleErrors(rule, at("rules", index), namespaced));

export const roleErrors = (role: Role): FieldError[] => rulesErrors(role.rules, true);
export const clusterRoleErrors = (role: ClusterRole): FieldError[] => rulesErrors(role.rules, false);

const subjectErrors = (subject: Subject, path: string, namespaced: boolean): FieldError[] => {
  const errors: FieldError[] = subject.name ? [] : [required(child(path, "name"))];
  const groupPath = child(path, "apiGroup");
  switch (subject.kind) {
    case "ServiceAccount":
      if (subject.name) errors.push(...followsRule(dns1123Subdomain, subject.name, child(path, "name")));
      if (subject.apiGroup) errors.push(notSupported(groupPath, subject.apiGroup, [""]));
      if (!subject.namespace && !namespaced) errors.push(required(child(path, "namespace")));
      return errors;
    case "User":
    case "Group":
      if (subject.apiGroup !== rbacGroup) errors.push(notSupported(groupPath, subject.apiGroup ?? "", [rbacGroup]));
      return errors;
    default:
      return [...errors, notSupported(child(path, "kind"), subject.kind, ["ServiceAccount", "User", "Group"])];
  }
};

const roleRefErrors = (ref: RoleRef, kinds: readonly string[]): FieldError[] => [
  ...oneOf(ref.apiGroup, [rbacGroup], "roleRef.apiGroup"),
  ...oneOf(ref.kind, kinds, "roleRef.kind"),
  ...(ref.name ? followsRule(pathSegment, ref.name, "roleRef.name") : [required("roleRef.name")]),
];

type Binding = RoleBinding | ClusterRoleBinding;

const bindingErrors = (binding: Binding, kinds: readonly string[], namespaced: boolean): FieldError[] => [
  ...roleRefErrors(binding.roleRef ?? { apiGroup: "", kind: "", name: "" }, kinds),
  ...(binding.subjects ?? []).flatMap((subject, index) => subjectErrors(subject, at("subjects", index), namespaced)),
];

export const roleBindingErrors = (binding: RoleBinding): FieldError[] => bindingErrors(binding, ["Role", "ClusterRole"], true);
export const clusterRoleBindingErrors = (binding: ClusterRoleBinding): FieldError[] =>
  bindingErrors(binding, ["ClusterRole"], false);

const goRoleRef = ({ apiGroup = "", kind = "", name = "" }: Partial<RoleRef> = {}): GoSyntax =>
  new GoSyntax(`rbac.RoleRef{APIGroup:${quote(apiGroup)}, Kind:${quote(kind)}, Name:${quote(name)}}`);

/** Who may do what can change; what is granted cannot, or a binding could be turned into another. */
const roleRefStays = (binding: Binding, old: Binding): FieldError[] =>
  semanticEqual(binding.roleRef, old.roleRef)
    ? []
    : [invalidValue("roleRef", goRoleRef(binding.roleRef), "cannot change roleRef")];

export const roleBindingUpdateErrors = (binding: RoleBinding, old: RoleBinding): FieldError[] => [
  ...roleBindingErrors(binding),
  ...roleRefStays(binding, old),
];
export const clusterRoleBindingUpdateErrors = (binding: ClusterRoleBinding, old: ClusterRoleBinding): FieldError[] => [
  ...clusterRoleBindingErrors(binding),
  ...roleRefStays(binding, old),
];

const maxUserPriority = 1000000000;
const systemPriorities = new Map([
  ["system-node-critical", 2000001000],
  ["system-cluster-critical", 2000000000],
]);

export const priorityClassErrors = (priorityClass: PriorityClass): FieldError[] => {
  const name = priorityClass.metadata.name ?? "";
  const errors: FieldError[] = [];
  if (name.startsWith("system-")) {
    if (systemPriorities.get(name) !== priorityClass.value) {
      errors.push(forbiddenField("metadata.name", "priority class names with 'system-' prefix are reserved for system use only"));
    }
  } else if (priorityClass.value > maxUserPriority) {
    errors.push(forbiddenField("value", `maximum allowed value of a user defined priority is ${maxUserPriority}`));
  }
  if (priorityClass.preemptionPolicy !== undefined) {
    errors.push(...oneOf(priorityClass.preemptionPolicy, ["Never", "PreemptLowerPriority"], "preemptionPolicy"));
  }
  return errors;
};

export const priorityClassUpdateErrors = (priorityClass: PriorityClass, old: PriorityClass): FieldError[] => [
  ...(priorityClass.value === old.value ? [] : [forbiddenField("value", "may not be changed in an update.")]),
  ...immutable(priorityClass.preemptionPolicy, old.preemptionPolicy, "preemptionPolicy"),
];

const toleratesSame = (one: Toleration, other: Toleration): boolean =>
  (["key", "operator", "value", "effect"] as const).every((field) => (one[field] ?? "") === (other[field] ?? ""));

export const runtimeClassErrors = ({ handler = "", overhead, scheduling }: RuntimeClass): FieldError[] => {
  const { nodeSelector, tolerations = [] } = scheduling ?? {};
  const path = "scheduling.tolerations";
  return [
    ...followsRule(dns1123Label, handler, "handler"),
    ...resourcesErrors(overhead?.podFixed && { limits: overhead.podFixed }, "overhead"),
    ...labelErrors(nodeSelector, "scheduling.nodeSelector"),
    // Kubernetes says it twice.
    ...tolerationsErrors(tolerations, child(path, "tolerations")),
    ...tolerations.flatMap((toleration, index) =>
      tolerations.findIndex((other) => toleratesSame(other, toleration)) < index ? [duplicate(at(path, index), toleration)] : [],
    ),
  ];
};

export const runtimeClassUpdateErrors = (runtimeClass: RuntimeClass, old: RuntimeClass): FieldError[] =>
  immutable(runtimeClass.handler, old.handler, "handler");
