/** Pods for the tables of what is wrong with them. */
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { Container, ObjectMeta, Pod, PodSpec, UntypedObject, Volume } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";

export const kind = builtinResources().byObject("v1", "Pod")!;
export const options = validationOptions();
export const base = { name: "c", image: "nginx" };
export const toPod = defaulterFor("", "v1", "Pod");

export const pod = (spec: Partial<PodSpec>, metadata: Partial<ObjectMeta> = {}): UntypedObject =>
  toPod({
    metadata: { name: "web", namespace: "shop", ...metadata },
    spec: { containers: [base], serviceAccountName: "default", ...spec },
  } as Pod as unknown as UntypedObject);

export const container = (more: Partial<Container>): Partial<PodSpec> => ({ containers: [{ ...base, ...more }] });
export const volume = (source: Omit<Volume, "name">): Partial<PodSpec> => ({ volumes: [{ name: "v", ...source }] });
