/** The Scale of a workload: how many replicas it is asked to have and has. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ */
import { invalidValue } from "../../../src/api/field-errors.js";
import { labelSelectorText } from "../../../src/api/selectors.js";
import { fail, invalid, type Result, succeed } from "../../../src/api/status.js";
import type { KubernetesObject, LabelSelector, Scale, UntypedObject } from "../../../src/api/types.js";
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
  const { spec = {}, status = {} } = object as unknown as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const metadata = JSON.parse(JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }));
  // A ReplicationController's selector is a plain map of labels.
  const selector = (served.resource.kind === "ReplicationController" ? { matchLabels: spec.selector } : spec.selector) as
    | LabelSelector
    | undefined;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata,
    spec: spec.replicas === undefined || spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: status.replicas ?? 0, ...(selector === undefined ? {} : { selector: labelSelectorText(selector) }) },
  };
}

export const showScaleText = (served: Served) => (json: Json<KubernetesObject>) =>
  answerWith(plainText(scaleOf(served, JSON.parse(json) as UntypedObject)));

export const showScale = (served: Served) => (stored: StoredObject) => answerWith(plainText(scaleOf(served, stored.object)));

/** The object with the replicas that a Scale asks for; the Scale's resourceVersion is the condition. */
export function scaled(_served: Served, stored: StoredObject, scale: UntypedObject): Result<UntypedObject> {
  const replicas = (scale as unknown as Scale).spec?.replicas ?? 0;
  const object = stored.copy();
  if (!Number.isInteger(replicas) || replicas < 0) {
    const why = invalidValue("spec.replicas", replicas, "must be greater than or equal to 0");
    return fail(invalid({ group: "autoscaling", kind: "Scale" }, object.metadata.name ?? "", [why]));
  }
  const { resourceVersion } = scale.metadata ?? {};
  const metadata =
    resourceVersion === undefined || resourceVersion === "" ? object.metadata : { ...object.metadata, resourceVersion };
  return succeed({ ...object, metadata, spec: { ...(object.spec as object), replicas } });
}
