/**
 * Whether a webhook or policy is about this object in this namespace.
 * https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-namespaceselector
 */
import type { ClusterView } from "../../../src/api/admission/plugin.js";
import type { LabelPredicate } from "../../../src/api/selectors.js";
import { fail, notFound, type Result, succeed } from "../../../src/api/status.js";
import type { Namespace, UntypedObject } from "../../../src/api/types.js";
import type { Attributes } from "./attributes.js";

interface Selecting {
  readonly selectsNamespace: LabelPredicate | undefined;
  readonly selectsObject: LabelPredicate | undefined;
}

/** 404 when the namespace that decides is not there. */
export function isSelected(by: Selecting, attributes: Attributes, cluster: ClusterView): Result<boolean> {
  const { object, old } = attributes;
  if (by.selectsObject !== undefined) {
    const selected = [object, old].some((each) => each !== undefined && by.selectsObject?.(labelsOf(each)));
    if (!selected) return succeed(false);
  }
  if (by.selectsNamespace === undefined || isClusterWide(attributes)) return succeed(true);
  const labels = namespaceLabels(attributes, cluster);
  return labels.ok ? succeed(by.selectsNamespace(labels.value)) : labels;
}

type Labels = Parameters<LabelPredicate>[0];

const labelsOf = ({ metadata }: UntypedObject): Labels => metadata?.labels;

/** Namespaces are selected by their own labels, other objects of the cluster always. */
const isNamespace = ({ group, resource }: Attributes): boolean => group === "" && resource === "namespaces";
const isClusterWide = (attributes: Attributes): boolean => attributes.namespace === "" && !isNamespace(attributes);

function namespaceLabels(attributes: Attributes, cluster: ClusterView): Result<Labels> {
  const { operation, subresource, object, namespace } = attributes;
  const writesIt = isNamespace(attributes) && subresource === "" && (operation === "CREATE" || operation === "UPDATE");
  if (writesIt && object !== undefined) return succeed(labelsOf(object));
  const found = cluster.get<Namespace>("", "namespaces", "", namespace);
  return found === undefined ? fail(notFound({ group: "", resource: "namespaces" }, namespace)) : succeed(found.metadata.labels);
}
