/** Objects of the most used kinds, and what validation says of them. */
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";

export const options = validationOptions(["127.64.0.0/16"]);

export const resourceOf = (apiVersion: string, kind: string) => builtinResources().byObject(apiVersion, kind)!;

export const made = (apiVersion: string, kind: string, object: object): UntypedObject => {
  const { group, version, namespaced } = resourceOf(apiVersion, kind);
  const base = { metadata: { name: "a", ...(namespaced ? { namespace: "shop" } : {}) }, ...object } as UntypedObject;
  return defaulterFor(group, version, kind)(base);
};

export const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "nginx" }] } };

export const selector = { matchLabels: { app: "web" } };
