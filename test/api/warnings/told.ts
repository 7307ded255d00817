/** What writers of an object are warned of, and objects to be written. */
import type { UntypedObject } from "../../../src/api/types.js";
import { createWarnings, updateWarnings } from "../../../src/api/warnings/warnings.js";

const kind = (name: string): { group: string; kind: string } => {
  const slash = name.indexOf("/");
  return { group: name.slice(0, Math.max(0, slash)), kind: name.slice(slash + 1) };
};
export const created = (name: string, object: object): string[] =>
  createWarnings(kind(name), { metadata: { name: "a" }, ...object } as UntypedObject, object as UntypedObject);
export const updated = (name: string, object: object, old: object = object, subresource?: string): string[] =>
  updateWarnings(
    kind(name),
    { metadata: {}, ...object } as UntypedObject,
    { metadata: {}, ...old } as UntypedObject,
    subresource,
  );

export const container = { name: "main", image: "nginx" };
export const podOf = (spec: object, metadata: object = { name: "a" }) => ({
  metadata,
  spec: { containers: [container], ...spec },
});
