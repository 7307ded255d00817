/** Words to write bootstrap roles in. Lists are words with spaces between them; in an object they are sorted, as Kubernetes has them. */
import type { PolicyRule } from "../../../../src/api/types.js";

export const read = "get list watch";
export const write = "create delete deletecollection patch update";
export const readWrite = `${read} ${write}`;

const words = (text: string): string[] => text.split(" ").sort();

/** The core group, whose name is empty. */
const core = "core";

/** `rule("get list", "core", "pods pods/log")`; the names limit it to objects of these names. */
export function rule(verbs: string, groups: string, resources: string, names = ""): PolicyRule {
  const apiGroups = words(groups).map((group) => (group === core ? "" : group));
  return {
    apiGroups: apiGroups.sort(),
    ...(names === "" ? {} : { resourceNames: words(names) }),
    resources: words(resources),
    verbs: words(verbs),
  };
}

/** What may be done to paths that are no resources. */
export const pathRule = (verbs: string, paths: string): PolicyRule => ({ nonResourceURLs: words(paths), verbs: words(verbs) });

export const eventsRule = rule("create patch update", "core events.k8s.io", "events");
