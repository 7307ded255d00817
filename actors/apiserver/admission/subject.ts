/** A request as expressions see it. */
import type { ClusterView } from "../../../src/api/admission/plugin.js";
import { requestFields } from "../../../src/api/dynamic-admission/review.js";
import type { Subject } from "../../../src/api/policies/evaluation.js";
import type { Namespace } from "../../../src/api/types.js";
import type { Served } from "../served.js";
import { type Attributes, reviewedAs } from "./attributes.js";
import { authorizingFor } from "./authorizing.js";

export function subjectOf(attributes: Attributes, as: Served, cluster: ClusterView): Subject {
  const reviewed = reviewedAs(attributes, as);
  const { group, resource, namespace } = attributes;
  // A namespace lies in none, though requests speak of it as in itself.
  const within = namespace === "" || (group === "" && resource === "namespaces") ? undefined : namespace;
  return {
    object: reviewed.object,
    old: reviewed.old,
    request: requestFields(reviewed),
    authorizer: authorizingFor(attributes),
    namespace: within === undefined ? undefined : cluster.get<Namespace>("", "namespaces", "", within),
  };
}
