/**
 * A namespace that is on its way out: everything in it is deleted, and once nothing is left, its finalizer is taken off.
 * Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
import { rfc3339 } from "../../../src/actor/host.js";
import { builtinResources, type Resource } from "../../../src/api/kinds.js";
import type { KubernetesObject, Namespace, NamespaceCondition } from "../../../src/api/types.js";
import { pathTo } from "../engine/ownership.js";
import type { Answers, Circumstances, Plan, PlannedRead, PlannedWrite } from "../engine/plan.js";
import { nothingToDo } from "../engine/plan.js";
import { namespaces } from "../engine/resources.js";
import { statusUpdate } from "../engine/status-update.js";

export const finalizer = "kubernetes";
/** Until the next look at what is left; what waits for containers to stop takes longer anyway. */
export const lookAgainMs = 500;

/** Every kind that may have objects in a namespace, once each. */
export function namespacedResources(): Resource[] {
  return builtinResources().resources.filter(
    ({ namespaced, virtual, stability, verbs, storage, group, version }) =>
      namespaced &&
      !virtual &&
      stability === "stable" &&
      storage.group === group &&
      storage.version === version &&
      verbs.includes("list") &&
      verbs.includes("deletecollection"),
  );
}

const nameOf = ({ plural, group }: Resource): string => (group === "" ? plural : `${plural}.${group}`);
const pathIn = (namespace: string, { group, version, plural }: Resource) => ({ group, version, resource: plural, namespace });

export function reconcileNamespace(
  namespace: Namespace,
  resources: readonly Resource[],
  { answers, nowMs }: Circumstances,
): Plan {
  const { name = "", deletionTimestamp } = namespace.metadata;
  const finalizers = namespace.spec?.finalizers ?? [];
  if (deletionTimestamp === undefined || !finalizers.includes(finalizer)) return nothingToDo;
  if (answers.size === 0) return { reads: resources.map((resource) => lookAt(name, resource)) };
  const left = resources
    .map((resource) => ({ resource, items: itemsOf(answers, resource) }))
    .filter(({ items }) => items.length > 0);
  if (left.length === 0) return { writes: [finalization(namespace)] };
  const first = firstToGo(left);
  const deletions = first
    .filter(({ items }) => items.some(({ metadata }) => metadata.deletionTimestamp === undefined))
    .map(
      ({ resource }): PlannedWrite => ({
        request: { verb: "deleteCollection", path: pathIn(name, resource), options: { propagationPolicy: "Background" } },
      }),
    );
  return { writes: [...deletions, ...remaining(namespace, first, nowMs)], requeueAfterMs: lookAgainMs };
}

/**
 * Pods go before all else, so that they do not outlive what protects them, such as NetworkPolicies.
 * Source: KEP-5080, ordered namespace deletion.
 */
function firstToGo(left: readonly Left[]): readonly Left[] {
  const pods = left.filter(({ resource }) => nameOf(resource) === "pods");
  return pods.length > 0 ? pods : left;
}

const lookAt = (namespace: string, resource: Resource): PlannedRead => ({
  name: nameOf(resource),
  request: { verb: "list", path: pathIn(namespace, resource), options: { limit: 500 } },
});

/** A kind that is served no longer has nothing. */
function itemsOf(answers: Answers, resource: Resource): readonly KubernetesObject[] {
  const answer = answers.get(nameOf(resource));
  return answer === undefined || answer === "absent" ? [] : (answer.items ?? []);
}

function finalization(namespace: Namespace): PlannedWrite {
  const { managedFields: _, ...metadata } = namespace.metadata;
  const finalizers = (namespace.spec?.finalizers ?? []).filter((each) => each !== finalizer);
  const object: Namespace = { ...namespace, metadata, spec: { ...namespace.spec, finalizers } };
  return { request: { verb: "update", path: pathTo(namespaces.path, namespace, "finalize"), object } };
}

interface Left {
  readonly resource: Resource;
  readonly items: readonly KubernetesObject[];
}

/** Says in the namespace's conditions what it still waits for. */
function remaining(namespace: Namespace, left: readonly Left[], nowMs: number): PlannedWrite[] {
  const counts = left.map(({ resource, items }) => `${nameOf(resource)} has ${items.length} resource instances`).sort();
  const finalizers = new Map<string, number>();
  for (const { items } of left) {
    for (const { metadata } of items) {
      for (const each of metadata.finalizers ?? []) finalizers.set(each, (finalizers.get(each) ?? 0) + 1);
    }
  }
  const holding = [...finalizers].map(([each, count]) => `${each} in ${count} resource instances`).sort();
  const drafts: Array<[string, boolean, string, string]> = [
    ["NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"],
    ["NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed"],
    [
      "NamespaceDeletionContentFailure",
      false,
      "ContentDeleted",
      "All content successfully deleted, may be waiting on finalization",
    ],
    ["NamespaceContentRemaining", true, "SomeResourcesRemain", `Some resources are remaining: ${counts.join(", ")}`],
    holding.length === 0
      ? ["NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished"]
      : [
          "NamespaceFinalizersRemaining",
          true,
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${holding.join(", ")}`,
        ],
  ];
  const before = namespace.status?.conditions ?? [];
  const said = (type: string) => before.find((condition) => condition.type === type);
  const changed = drafts.filter(
    ([type, holds, , message]) => said(type)?.status !== statusText(holds) || said(type)?.message !== message,
  );
  if (changed.length === 0) return [];
  const conditions = drafts.map(([type, holds, reason, message]): NamespaceCondition => {
    const known = said(type);
    const lastTransitionTime = known?.status === statusText(holds) ? known.lastTransitionTime : undefined;
    return { type, status: statusText(holds), lastTransitionTime: lastTransitionTime ?? rfc3339(nowMs), reason, message };
  });
  const others = before.filter(({ type }) => !conditions.some((condition) => condition.type === type));
  const status = { ...namespace.status, conditions: [...others, ...conditions] };
  return statusUpdate({ apiVersion: "v1", kind: "Namespace", path: namespaces.path }, namespace, status);
}

const statusText = (holds: boolean): string => (holds ? "True" : "False");
