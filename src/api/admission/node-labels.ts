/**
 * Which labels a node may give itself: a node that chose all of them could draw to itself what is meant for others.
 * https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
const ownLabels = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/arch",
  "kubernetes.io/os",
  "beta.kubernetes.io/arch",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
]);
const ownDomains = ["kubelet.kubernetes.io", "node.kubernetes.io"];

const isOf = (domain: string, of: string): boolean => domain === of || domain.endsWith(`.${of}`);

function isForbidden(label: string): boolean {
  const slash = label.indexOf("/");
  const domain = slash < 0 ? "" : label.slice(0, slash);
  if (isOf(domain, "node-restriction.kubernetes.io")) return true;
  const isKubernetes = isOf(domain, "kubernetes.io") || isOf(domain, "k8s.io");
  return isKubernetes && !ownLabels.has(label) && !ownDomains.some((own) => isOf(domain, own));
}

type Labels = { readonly [name: string]: string } | undefined;

/** The labels that a node changes and may not, in order. */
export function forbiddenNodeLabels(labels: Labels, old: Labels): string[] {
  const names = new Set([...Object.keys(labels ?? {}), ...Object.keys(old ?? {})]);
  return [...names].filter((name) => labels?.[name] !== old?.[name] && isForbidden(name)).sort();
}
