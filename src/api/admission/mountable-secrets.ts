/**
 * Which secrets a pod refers to, and whether its service account lets it, where the account's annotation
 * `kubernetes.io/enforce-mountable-secrets` says so. Source: "Service Accounts" of the Kubernetes documentation.
 */
import type { Container, EphemeralContainer, Pod, PodSpec, ServiceAccount } from "../generated/types.js";

/** A boolean as Go reads it from text. */
export const isTrue = (text: string | undefined): boolean => ["1", "t", "T", "TRUE", "true", "True"].includes(text ?? "");

type AnyContainer = Container | EphemeralContainer;

interface ContainerSecret {
  readonly secret: string;
  /** How it is referred to: `envVar TOKEN` or `envFrom`. */
  readonly by: string;
}

const containerSecrets = (container: AnyContainer): ContainerSecret[] => [
  ...(container.env ?? []).flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef === undefined ? [] : [{ secret: valueFrom.secretKeyRef.name ?? "", by: `envVar ${name}` }],
  ),
  ...(container.envFrom ?? []).flatMap(({ secretRef }) =>
    secretRef === undefined ? [] : [{ secret: secretRef.name ?? "", by: "envFrom" }],
  ),
];

const containerFault = (
  containers: readonly AnyContainer[] | undefined,
  what: string,
  account: ServiceAccount,
  mountable: ReadonlySet<string>,
): string | undefined => {
  for (const container of containers ?? []) {
    const wrong = containerSecrets(container).find(({ secret }) => !mountable.has(secret));
    if (wrong === undefined) continue;
    return `${what} ${container.name} with ${wrong.by} referencing secret.secretName="${wrong.secret}" is not allowed because service account ${account.metadata.name} does not reference that secret`;
  }
  return undefined;
};

const mountableBy = (account: ServiceAccount): ReadonlySet<string> =>
  new Set((account.secrets ?? []).map(({ name = "" }) => name));

/** Why a pod may not run as an account; undefined when the account refers to all its secrets. */
export const secretFault = (account: ServiceAccount, { spec }: Pod): string | undefined => {
  const mountable = mountableBy(account);
  const volume = (spec?.volumes ?? []).find(({ secret }) => secret !== undefined && !mountable.has(secret.secretName ?? ""));
  if (volume !== undefined) {
    return `volume with secret.secretName="${volume.secret!.secretName ?? ""}" is not allowed because service account ${account.metadata.name} does not reference that secret`;
  }
  const inContainers =
    containerFault(spec?.initContainers, "init container", account, mountable) ??
    containerFault(spec?.containers, "container", account, mountable);
  if (inContainers !== undefined) return inContainers;
  const pullable = new Set((account.imagePullSecrets ?? []).map(({ name = "" }) => name));
  const index = (spec?.imagePullSecrets ?? []).findIndex(({ name = "" }) => !pullable.has(name));
  if (index < 0) return undefined;
  return `imagePullSecrets[${index}].name="${spec!.imagePullSecrets![index]!.name ?? ""}" is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`;
};

export const ephemeralSecretFault = (account: ServiceAccount, { spec }: Pod): string | undefined =>
  containerFault(spec?.ephemeralContainers, "ephemeral container", account, mountableBy(account));

/** Every secret that a pod refers to itself. */
export const secretsOf = (spec: PodSpec | undefined): string[] => [
  ...(spec?.imagePullSecrets ?? []).map(({ name = "" }) => name),
  ...[...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])].flatMap((container) =>
    containerSecrets(container).map(({ secret }) => secret),
  ),
  ...(spec?.volumes ?? []).flatMap(({ secret, projected }) => [
    ...(secret === undefined ? [] : [secret.secretName ?? ""]),
    ...(projected?.sources ?? []).flatMap((source) => (source.secret === undefined ? [] : [source.secret.name ?? ""])),
  ]),
];
