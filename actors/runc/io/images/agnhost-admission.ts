/**
 * What `agnhost webhook` says of the requests that it is asked about, a rule a path. The rules are those of the Kubernetes project's image, which
 * its end-to-end tests of admission webhooks are written for; see https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers.
 */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: string;
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subResource?: string;
  readonly name?: string;
  readonly object?: Admitted | null;
  readonly oldObject?: Admitted | null;
}

/** The fields of objects that a rule looks at. */
interface Admitted {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly containers?: readonly Named[]; readonly initContainers?: readonly Named[] };
  /** Of PodAttachOptions. */
  readonly stdin?: boolean;
  readonly container?: string;
}

interface Named {
  readonly name?: string;
}

export interface Verdict {
  readonly allowed: boolean;
  readonly status?: { readonly message?: string; readonly reason?: string; readonly code?: number };
  readonly patch?: readonly PatchOperation[];
  /** The answer is held back for so long; for good when infinite. */
  readonly delayMs?: number;
}

interface PatchOperation {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: unknown;
}

export type Rule = (request: AdmissionRequest) => Verdict;

const allowed: Verdict = { allowed: true };
const refused = (message: string): Verdict => ({ allowed: false, status: { message } });

/** The object that is written; of a deletion the one that goes. */
const concerned = ({ operation, object, oldObject }: AdmissionRequest): Admitted =>
  (operation === "DELETE" ? oldObject : object) ?? {};

/** The words that a test may put beside a kind's objects to have them refused. */
const mark = "webhook-e2e-test";

const only =
  (expected: { readonly group: string; readonly resource: string }, rule: Rule): Rule =>
  (request) => {
    const { group, resource } = request.resource;
    if (group === expected.group && resource === expected.resource) return rule(request);
    return refused(`expect resource to be ${expected.resource}, got ${resource}`);
  };
const pods = { group: "", resource: "pods" };
const configMaps = { group: "", resource: "configmaps" };
const definitions = { group: "apiextensions.k8s.io", resource: "customresourcedefinitions" };

/** Data that may not be stored, and data that may not go. */
const byData =
  (unwanted: string, kept: string): Rule =>
  (request) => {
    const value = concerned(request).data?.[mark];
    const writes = request.operation === "CREATE" || request.operation === "UPDATE";
    if (value === "webhook-disallow" && writes) return { allowed: false, status: { reason: unwanted } };
    if (value === "webhook-nondeletable" && request.operation === "DELETE") return { allowed: false, status: { reason: kept } };
    return allowed;
  };

/** A stage is reached from the one before it, so that webhooks that are called one after another can be told apart. */
const byStages: Rule = ({ object }) => {
  const data = object?.data ?? {};
  const stage = data["mutation-stage-1"] === "yes" ? 2 : data["mutation-start"] === "yes" ? 1 : undefined;
  if (stage === undefined) return allowed;
  return { allowed: true, patch: [{ op: "add", path: `/data/mutation-stage-${stage}`, value: "yes" }] };
};

const addLabel: Rule = ({ object }) => {
  const labels = object?.metadata?.labels ?? {};
  const label = labels["added-label"];
  if (label === "yes") return allowed;
  const whole = Object.keys(labels).length === 0;
  const patch: PatchOperation = whole
    ? { op: "add", path: "/metadata/labels", value: { "added-label": "yes" } }
    : { op: label === undefined ? "add" : "replace", path: "/metadata/labels/added-label", value: "yes" };
  return { allowed: true, patch: [patch] };
};

const admitPods: Rule = (request) => {
  const pod = request.object ?? {};
  const reasons: string[] = [];
  const label = pod.metadata?.labels?.[mark];
  if (label === "webhook-disallow") reasons.push("the pod contains unwanted label;");
  for (const { name } of pod.spec?.containers ?? []) {
    if (name?.includes("webhook-disallow")) reasons.push("the pod contains unwanted container name;");
  }
  if (label === "wait-forever") return { allowed: false, delayMs: Number.POSITIVE_INFINITY };
  return reasons.length === 0 ? allowed : refused(reasons.join(" "));
};

const addInitContainer: Rule = ({ object }) => {
  const name = "webhook-added-init-container";
  const has = object?.spec?.initContainers?.some((container) => container.name === name) ?? false;
  if (object?.metadata?.name !== "webhook-to-be-mutated" || has) return allowed;
  const value = [{ image: "webhook-added-image", name, resources: {} }];
  return { allowed: true, patch: [{ op: "add", path: "/spec/initContainers", value }] };
};

const addSidecar =
  (image: string | undefined): Rule =>
  ({ object }) => {
    if (image === undefined) {
      return { allowed: false, status: { message: "No image specified by the sidecar-image parameter", code: 500 } };
    }
    const name = "webhook-added-sidecar";
    if (object?.spec?.containers?.some((container) => container.name === name)) return allowed;
    return { allowed: true, patch: [{ op: "add", path: "/spec/containers/-", value: { image, name, resources: {} } }] };
  };

const admitAttaching: Rule = ({ name, subResource, object }) => {
  if (name !== "to-be-attached-pod") return allowed;
  if (subResource !== "attach") return refused(`expect subresource to be attach, got ${subResource ?? ""}`);
  if (object?.stdin !== true || object.container !== "container1") return allowed;
  return refused("attaching to pod 'to-be-attached-pod' is not allowed");
};

const admitDefinitions: Rule = ({ object }) =>
  object?.metadata?.labels?.[mark] === "webhook-disallow" ? refused("the crd contains unwanted label") : allowed;

/** Every rule by its path; `sidecarImage` is the image that `/mutating-pods-sidecar` adds to pods. */
export const admissionRules = (sidecarImage: string | undefined): ReadonlyMap<string, Rule> =>
  new Map<string, Rule>([
    [
      "/always-allow-delay-5s",
      () => ({ allowed: true, status: { message: "this webhook allows all requests" }, delayMs: 5_000 }),
    ],
    ["/always-deny", () => refused("this webhook denies all requests")],
    ["/add-label", addLabel],
    ["/pods", only(pods, admitPods)],
    ["/pods/attach", admitAttaching],
    ["/mutating-pods", only(pods, addInitContainer)],
    ["/mutating-pods-sidecar", only(pods, addSidecar(sidecarImage))],
    [
      "/configmaps",
      only(
        configMaps,
        byData(
          "the configmap contains unwanted key and value",
          "the configmap cannot be deleted because it contains unwanted key and value",
        ),
      ),
    ],
    ["/mutating-configmaps", only(configMaps, byStages)],
    [
      "/custom-resource",
      byData(
        "the custom resource contains unwanted data",
        "the custom resource cannot be deleted because it contains unwanted key and value",
      ),
    ],
    ["/mutating-custom-resource", byStages],
    ["/crd", only(definitions, admitDefinitions)],
  ]);
