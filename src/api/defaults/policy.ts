import type {
  APIService,
  ClusterRoleBinding,
  CustomResourceDefinition,
  IngressClass,
  MutatingWebhookConfiguration,
  PriorityClass,
  RoleBinding,
  ValidatingWebhookConfiguration,
} from "../generated/types.js";

/** Defaults of access control, admission, extension and scheduling kinds, in place. */

const rbacGroup = "rbac.authorization.k8s.io";
const webhookTimeoutSeconds = 10;
const httpsPort = 443;

export const defaultRoleBinding = (binding: RoleBinding | ClusterRoleBinding): void => {
  if (binding.roleRef !== undefined) binding.roleRef.apiGroup ||= rbacGroup;
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= rbacGroup;
  }
};

export const defaultPriorityClass = (priorityClass: PriorityClass): void => {
  priorityClass.preemptionPolicy ??= "PreemptLowerPriority";
};

export const defaultIngressClass = (ingressClass: IngressClass): void => {
  const parameters = ingressClass.spec?.parameters;
  if (parameters !== undefined) parameters.scope ??= "Cluster";
};

export const defaultApiService = (apiService: APIService): void => {
  const service = apiService.spec?.service;
  if (service !== undefined) service.port ??= httpsPort;
};

export const defaultWebhooks = (configuration: MutatingWebhookConfiguration | ValidatingWebhookConfiguration): void => {
  for (const webhook of configuration.webhooks ?? []) {
    webhook.failurePolicy ??= "Fail";
    webhook.matchPolicy ??= "Equivalent";
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= webhookTimeoutSeconds;
    const service = webhook.clientConfig?.service;
    if (service !== undefined) service.port ??= httpsPort;
    for (const rule of webhook.rules ?? []) rule.scope ??= "*";
  }
};

export const defaultMutatingWebhooks = (configuration: MutatingWebhookConfiguration): void => {
  defaultWebhooks(configuration);
  for (const webhook of configuration.webhooks ?? []) webhook.reinvocationPolicy ??= "Never";
};

export const defaultCustomResourceDefinition = (definition: CustomResourceDefinition): void => {
  const spec = definition.spec;
  if (spec === undefined) return;
  spec.conversion ??= { strategy: "None" };
  if (!spec.names?.kind) return;
  spec.names.singular ||= spec.names.kind.toLowerCase();
  spec.names.listKind ||= `${spec.names.kind}List`;
};
