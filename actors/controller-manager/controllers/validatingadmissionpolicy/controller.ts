/**
 * Checks the expressions of policies against the types of what they match, and says so in their status.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#type-checking
 */
import { semanticEqual } from "../../../../src/api/json-value.js";
import { builtinResources, type Resource } from "../../../../src/api/kinds.js";
import { expressionWarnings } from "../../../../src/api/policies/type-check.js";
import type { KubernetesObject, ValidatingAdmissionPolicy } from "../../../../src/api/types.js";
import type { ControllerDefinition } from "../../engine/controller.js";
import { CustomKinds } from "../../engine/custom-kinds.js";
import type { Informed, Informers } from "../../engine/informers.js";
import { keyOf, pathTo } from "../../engine/ownership.js";
import { nothingToDo, type Plan } from "../../engine/plan.js";

const path = { group: "admissionregistration.k8s.io", version: "v1", resource: "validatingadmissionpolicies" } as const;

/** `custom`: the versions of custom resources that are served. */
export function reconcilePolicy(policy: ValidatingAdmissionPolicy, custom: readonly Resource[]): Plan {
  const { metadata, spec = {}, status } = policy;
  const { generation = 1 } = metadata;
  const warnings = expressionWarnings(spec, [...builtinResources().resources, ...custom]);
  const typeChecking = warnings.length === 0 ? {} : { expressionWarnings: warnings };
  if (status?.observedGeneration === generation && semanticEqual(status.typeChecking, typeChecking)) return nothingToDo;
  const { managedFields: _, ...before } = metadata;
  const object: ValidatingAdmissionPolicy = {
    ...policy,
    metadata: before,
    status: { ...status, observedGeneration: generation, typeChecking },
  };
  return { writes: [{ request: { verb: "update", path: pathTo(path, policy, "status"), object } }] };
}

export function admissionPolicyStatusController(informers: Informers): ControllerDefinition {
  const policies = informers.of<ValidatingAdmissionPolicy>({ path });
  const custom = new CustomKinds(informers);
  return {
    name: "validatingadmissionpolicy-status",
    serviceAccount: "validatingadmissionpolicy-status-controller",
    workers: 1,
    needs: [policies, custom.informed] as ReadonlyArray<Informed<KubernetesObject>>,
    reconcile: (key) => {
      const policy = policies.store.get(key);
      return policy === undefined ? nothingToDo : reconcilePolicy(policy, custom.everyVersion());
    },
    follow: (enqueue) => {
      policies.subscribe(({ object }) => enqueue(keyOf(object)));
      // A policy may be there before the kinds that it speaks of.
      custom.informed.subscribe(() => {
        for (const policy of policies.store.list()) enqueue(keyOf(policy));
      });
    },
  };
}
