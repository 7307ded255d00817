/** The Scale of a workload: how many replicas it is asked to have and has. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ */

import { valueAt } from "../../../src/api/custom/rules.js";
import { pathOfField } from "../../../src/api/custom/selectable-fields.js";
import { invalidValue } from "../../../src/api/field-errors.js";
import { isJsonObject, type JsonObject, ownField, setField } from "../../../src/api/json-value.js";
import { labelSelectorText } from "../../../src/api/selectors.js";
import { fail, invalid, type Result, succeed } from "../../../src/api/status.js";
import type {
  CustomResourceSubresourceScale,
  KubernetesObject,
  LabelSelector,
  ObjectMeta,
  Scale,
  UntypedObject,
} from "../../../src/api/types.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import type { Json } from "../../../src/wire/json.js";
import type { Served } from "../served.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { plainText } from "../watch-cache/stored-text.js";
import { answerWith } from "../writes/plan.js";

interface Scalable {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
}

/** The Scale of an object as clients see it, with resourceVersion. */
export function scaleOf(served: Served, object: UntypedObject): Scale {
  const { custom } = served.resource;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata = readJson(writeJson({ name, namespace, uid, resourceVersion, creationTimestamp })) as ObjectMeta;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    ...(custom?.scale === undefined ? ownScale(served, object) : customScale(custom.scale, object)),
  };
}

function ownScale({ resource }: Served, object: UntypedObject): Pick<Scale, "spec" | "status"> {
  const { spec = {}, status = {} } = object as Scalable;
  // A ReplicationController's selector is a plain map of labels.
  const selector = (resource.kind === "ReplicationController" ? { matchLabels: spec.selector } : spec.selector) as
    | LabelSelector
    | undefined;
  return {
    spec: spec.replicas === undefined || spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: status.replicas ?? 0, ...(selector === undefined ? {} : { selector: labelSelectorText(selector) }) },
  };
}

/** Where a definition says that the replicas are. */
function customScale(scale: CustomResourceSubresourceScale, object: UntypedObject): Pick<Scale, "spec" | "status"> {
  const numberAt = (path: string): number => {
    const value = valueAt(object, path);
    return typeof value === "number" ? value : 0;
  };
  const replicas = numberAt(scale.specReplicasPath);
  const selector = scale.labelSelectorPath === undefined ? undefined : valueAt(object, scale.labelSelectorPath);
  return {
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: numberAt(scale.statusReplicasPath),
      ...(typeof selector === "string" && selector !== "" ? { selector } : {}),
    },
  };
}

export const showScaleText = (served: Served) => (json: Json<KubernetesObject>) =>
  answerWith(plainText(scaleOf(served, readJson(json) as UntypedObject)));

export const showScale = (served: Served) => (stored: StoredObject) => answerWith(plainText(scaleOf(served, stored.object)));

/** An object of its own in the words of the version that is served. */
const shown = ({ view }: Served, stored: StoredObject): UntypedObject =>
  view === undefined ? stored.copy() : view(stored.copy());

/** The object with the replicas that a Scale asks for; the Scale's resourceVersion is the condition. */
export function scaled(served: Served, stored: StoredObject, scale: UntypedObject): Result<UntypedObject> {
  const replicas = (scale as Scale).spec?.replicas ?? 0;
  const object = shown(served, stored);
  if (!Number.isInteger(replicas) || replicas < 0) {
    const why = invalidValue("spec.replicas", replicas, "must be greater than or equal to 0");
    return fail(invalid({ group: "autoscaling", kind: "Scale" }, object.metadata.name ?? "", [why]));
  }
  const { resourceVersion } = scale.metadata ?? {};
  const metadata =
    resourceVersion === undefined || resourceVersion === "" ? object.metadata : { ...object.metadata, resourceVersion };
  setAt(object as JsonObject, replicasPath(served), replicas);
  return succeed({ ...object, metadata });
}

/** Where an object says how many replicas it is to have. */
export function replicasPath({ resource: { custom } }: Served): readonly string[] {
  return custom?.scale === undefined ? ["spec", "replicas"] : pathOfField(custom.scale.specReplicasPath);
}

/** Sets the value at a path of fields; objects on the way that are missing are made. */
function setAt(object: JsonObject, [name, ...rest]: readonly string[], value: number): void {
  if (name === undefined) return;
  if (rest.length === 0) {
    setField(object, name, value);
    return;
  }
  const inner = ownField(object, name);
  const next: JsonObject = inner !== undefined && isJsonObject(inner) ? inner : {};
  setField(object, name, next);
  setAt(next, rest, value);
}
