/** pods/binding: what a scheduler says. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/binding-v1/ */
import { notSupported, required } from "../../../src/api/field-errors.js";
import { badRequest, conflict, fail, invalid, type Result, succeed, success } from "../../../src/api/status.js";
import { formatTime } from "../../../src/api/time.js";
import type { Binding, Pod, PodCondition, UntypedObject } from "../../../src/api/types.js";
import { writeJson } from "../../../src/json/text.js";
import type { Json } from "../../../src/wire/json.js";
import type { Backing } from "../backing.js";
import type { StoredObject } from "../watch-cache/stored-object.js";
import { answerWith } from "../writes/plan.js";

/** What a bound pod's writer is answered. */
export const boundAnswer = () => answerWith(writeJson({ ...success(), code: 201 }) as Json<UntypedObject>, 201);

/** The pod as bound to its node; 409 when it is bound already or going. */
export function bound(backing: Backing, stored: StoredObject, body: UntypedObject): Result<UntypedObject> {
  const binding = body as unknown as Binding;
  const pod = stored.copy() as Pod;
  const name = pod.metadata.name ?? "";
  const node = binding.target?.name ?? "";
  const pods = { group: "", resource: "pods" };
  const inBinding = { group: "", resource: "pods/binding" };
  if ((binding.metadata?.name ?? "") !== name) return fail(badRequest("name in URL does not match name in Binding object"));
  const kind = binding.target?.kind ?? "";
  const wrong = [
    ...(kind === "" || kind === "Node" ? [] : [notSupported("target.kind", kind, ["Node", "<empty>"])]),
    ...(node === "" ? [required("target.name")] : []),
  ];
  if (wrong.length > 0) return fail(invalid({ group: "", kind: "Binding" }, name, wrong));
  const wantedUid = binding.metadata?.uid ?? "";
  if (wantedUid !== "" && wantedUid !== pod.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${wantedUid}, UID in object meta: ${pod.metadata.uid}`;
    return fail(conflict(inBinding, name, why));
  }
  if (pod.metadata.deletionTimestamp !== undefined)
    return fail(conflict(inBinding, name, `pod ${name} is being deleted, cannot be assigned to a host`));
  const already = pod.spec?.nodeName ?? "";
  if (already !== "") return fail(conflict(inBinding, name, `pod ${name} is already assigned to node "${already}"`));
  if ((pod.spec?.schedulingGates ?? []).length > 0)
    return fail(conflict(pods, name, `pod ${name} has non-empty .spec.schedulingGates`));
  const condition: PodCondition = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: formatTime(backing.host.clock.nowMs()),
  } as unknown as PodCondition;
  const conditions = (pod.status?.conditions ?? []).filter((known) => known.type !== "PodScheduled");
  const annotations = { ...pod.metadata.annotations, ...binding.metadata?.annotations };
  return succeed({
    ...pod,
    metadata: { ...pod.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...pod.spec, nodeName: node },
    status: { ...pod.status, conditions: [...conditions, condition] },
  } as UntypedObject);
}
