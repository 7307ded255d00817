/**
 * Checks the expressions of policies against the types of what they match, and says so in their status.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking
 */
import type { Resource } from "../../../../src/api/kinds.js";
import { expressionWarnings } from "../../../../src/api/policies/type-check.js";
import type { KubernetesObject, ValidatingAdmissionPolicy } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import { CustomKinds } from "../../engine/custom-kinds.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf, pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";

const path = { group: "admissionregistration.k8s.io", version: "v1", resource: "validatingadmissionpolicies" } as const;

export function reconcilePolicy(
  policy: ValidatingAdmissionPolicy,
  find: (group: string, version: string, plural: string) => Resource | undefined,
): Plan {
  const { metadata, spec = {}, status } = policy;
  const { generation = 1 } = metadata;
  if (status?.observedGeneration === generation && status.typeChecking !== undefined) return nothingToDo;
  const warnings = expressionWarnings(spec, find);
  const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings };
  const { managedFields: _, ...before } = metadata;
  const object: ValidatingAdmissionPolicy = {
    ...policy,
    metadata: before,
    status: { ...status, observedGeneration: generation, typeChecking },
  };
  return { writes: [{ request: { verb: "update", path: pathTo(path, policy, "status"), object } }] };
}

export function admissionPolicyStatusController(informers: Informers): ControllerDefinition {
  const kinds = new CustomKinds(informers);
  const policies = informers.of<ValidatingAdmissionPolicy>({ path });
  return {
    name: "validatingadmissionpolicy-status",
    serviceAccount: "validatingadmissionpolicy-status-controller",
    workers: 1,
    needs: [policies, kinds.informed] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const policy = policies.store.get(key);
      return policy === undefined ? nothingToDo : reconcilePolicy(policy, (...path) => kinds.byResource(...path));
    },
    follow: (enqueue) => policies.subscribe(({ object }) => enqueue(keyOf(object))),
  };
}
