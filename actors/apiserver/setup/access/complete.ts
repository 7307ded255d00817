/** What a role or binding lacks of what this release gives it. Nothing is taken away: a user may have added to it. */
import { rulesNotHeld } from "../../../../src/api/access/policy-rules.js";
import { semanticEqual } from "../../../../src/api/json-value.js";
import type { ClusterRole, ClusterRoleBinding, ObjectMeta, PolicyRule, Subject } from "../../../../src/api/types.js";
import { autoupdate } from "./objects.js";
import type { AccessObject } from "./policy.js";

/** The stored object with what was missing; undefined when nothing is, or when its users have turned completion off. */
export function completed(stored: AccessObject, wanted: AccessObject): AccessObject | undefined {
  if (stored.metadata.annotations?.[autoupdate] === "false") return undefined;
  const metadata = withDefaults(stored.metadata, wanted.metadata);
  const complete =
    "roleRef" in wanted
      ? { ...stored, metadata, ...boundTo(stored, wanted) }
      : { ...stored, metadata, ...allowing(stored, wanted) };
  return semanticEqual(complete, stored) ? undefined : (complete as AccessObject);
}

const withDefaults = (metadata: ObjectMeta, { labels, annotations }: ObjectMeta): ObjectMeta => ({
  ...metadata,
  labels: { ...labels, ...metadata.labels },
  annotations: { ...annotations, ...metadata.annotations },
});

function allowing(stored: AccessObject, wanted: AccessObject): { rules?: PolicyRule[] } & Pick<ClusterRole, "aggregationRule"> {
  const { rules = [], aggregationRule: gathers } = stored as ClusterRole;
  const { rules: given = [], aggregationRule } = wanted as ClusterRole;
  // The rules of a role that gathers others are the aggregation controller's to keep.
  if (aggregationRule !== undefined) {
    const known = gathers?.clusterRoleSelectors ?? [];
    const missing = (aggregationRule.clusterRoleSelectors ?? []).filter((each) => !known.some((one) => semanticEqual(one, each)));
    return { aggregationRule: { clusterRoleSelectors: [...known, ...missing] } };
  }
  return { rules: [...rules, ...rulesNotHeld(rules, given)] };
}

function boundTo(
  stored: AccessObject,
  wanted: ClusterRoleBinding,
): { subjects?: Subject[] } & Pick<ClusterRoleBinding, "roleRef"> {
  const { subjects = [] } = stored as ClusterRoleBinding;
  const missing = (wanted.subjects ?? []).filter((subject) => !subjects.some((known) => semanticEqual(known, subject)));
  const all = [...subjects, ...missing];
  return { roleRef: wanted.roleRef, ...(all.length === 0 ? {} : { subjects: all }) };
}
