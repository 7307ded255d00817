/** Finds the resource that a user or an object names. */
import { builtinResources, type Resource } from "../api/kinds.js";
import { ClusterError } from "./options.js";

/** The resource that serves an object. */
export function resourceOf(object: { readonly apiVersion?: string; readonly kind?: string }): Resource {
  const found = builtinResources().byObject(object.apiVersion ?? "", object.kind ?? "");
  if (found === undefined)
    throw new ClusterError(`no matches for kind "${object.kind}" in version "${object.apiVersion}": is the apiVersion right?`);
  return found;
}

/** The resource that a user names: `pod`, `pods`, `po`, `Pod`, `deployment.apps`, `deployments.v1.apps`. */
export function resourceNamed(name: string): Resource {
  const [word = "", ...group] = name.toLowerCase().split(".");
  const matches = builtinResources().resources.filter(
    ({ plural, singular, shortNames, kind }) =>
      plural === word || singular === word || shortNames.includes(word) || kind.toLowerCase() === word,
  );
  const wanted = group.join(".");
  const found = matches.find((each) => wanted === "" || each.group === wanted || `${each.version}.${each.group}` === wanted);
  if (found === undefined) throw new ClusterError(`the server doesn't have a resource type "${name}"`);
  return builtinResources().preferred(found.group, found.plural) ?? found;
}
