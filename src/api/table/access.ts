import type {
  APIService,
  CertificateSigningRequest,
  ClusterRoleBinding,
  Lease,
  MutatingWebhookConfiguration,
  PriorityClass,
  RoleBinding,
  RuntimeClass,
  Subject,
  ValidatingWebhookConfiguration,
} from "../generated/types.js";
import { humanDuration } from "./duration.js";
import { age, none, printer } from "./printer.js";

/** Leases, access control, and the kinds that extend the API. */

export const leasePrinter = printer<Lease>("Name, Holder, Age", (lease, nowMs) => [
  lease.metadata.name,
  lease.spec?.holderIdentity ?? "",
  age(lease, nowMs),
]);

const subjects = (list: readonly Subject[] | undefined, kind: string): string =>
  (list ?? [])
    .filter((subject) => subject.kind === kind)
    .map((subject) => (kind === "ServiceAccount" ? `${subject.namespace ?? ""}/${subject.name}` : subject.name))
    .join(", ");

export const roleBindingPrinter = printer<RoleBinding | ClusterRoleBinding>(
  "Name, Role, Age | Users, Groups, ServiceAccounts",
  (binding, nowMs) => [
    binding.metadata.name,
    `${binding.roleRef?.kind ?? ""}/${binding.roleRef?.name ?? ""}`,
    age(binding, nowMs),
    subjects(binding.subjects, "User"),
    subjects(binding.subjects, "Group"),
    subjects(binding.subjects, "ServiceAccount"),
  ],
);

const requestCondition = (request: CertificateSigningRequest): string => {
  const is = (type: string): boolean => request.status?.conditions?.some((condition) => condition.type === type) ?? false;
  const states = [is("Denied") ? "Denied" : is("Approved") ? "Approved" : "Pending"];
  if (is("Failed")) states.push("Failed");
  if ((request.status?.certificate?.length ?? 0) > 0) states.push("Issued");
  return states.join(",");
};

export const certificateSigningRequestPrinter = printer<CertificateSigningRequest>(
  "Name, Age, SignerName, Requestor, RequestedDuration, Condition",
  (request, nowMs) => {
    const spec = request.spec ?? {};
    const seconds = spec.expirationSeconds;
    return [
      request.metadata.name,
      age(request, nowMs),
      spec.signerName || none,
      spec.username ?? "",
      seconds === undefined ? none : humanDuration(seconds * 1000),
      requestCondition(request),
    ];
  },
);

export const priorityClassPrinter = printer<PriorityClass>(
  "Name, Value:integer, Global-Default:boolean, Age, PreemptionPolicy",
  (priorityClass, nowMs) => [
    priorityClass.metadata.name,
    priorityClass.value,
    priorityClass.globalDefault ?? false,
    age(priorityClass, nowMs),
    priorityClass.preemptionPolicy ?? "",
  ],
);

export const runtimeClassPrinter = printer<RuntimeClass>("Name, Handler, Age", (runtimeClass, nowMs) => [
  runtimeClass.metadata.name,
  runtimeClass.handler,
  age(runtimeClass, nowMs),
]);

export const webhooksPrinter = printer<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(
  "Name, Webhooks:integer, Age",
  (configuration, nowMs) => [configuration.metadata.name, configuration.webhooks?.length ?? 0, age(configuration, nowMs)],
);

export const apiServicePrinter = printer<APIService>("Name, Service, Available, Age", (apiService, nowMs) => {
  const service = apiService.spec?.service;
  const available = apiService.status?.conditions?.find((condition) => condition.type === "Available");
  const state =
    available === undefined ? "Unknown" : available.status === "True" ? "True" : `${available.status} (${available.reason})`;
  return [
    apiService.metadata.name,
    service === undefined ? "Local" : `${service.namespace}/${service.name}`,
    state,
    age(apiService, nowMs),
  ];
});
