/**
 * The plugins that are built in and on, in Kubernetes' order. Each first may change the object; what comes of it is
 * completed and validated; then each may refuse it. Between the two, and after the second, stand policies and webhooks,
 * and last of all the quota. https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
 */
import { fail, type Result, succeed } from "../status.js";
import type { UntypedObject } from "../types.js";
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
} from "./certificates.js";
import { defaultIngressClass, defaultStorageClass } from "./default-class.js";
import { defaultTolerationSeconds } from "./default-toleration-seconds.js";
import { limitRanger } from "./limit-ranger.js";
import { namespaceLifecycle } from "./namespace-lifecycle.js";
import { nodeRestriction } from "./node-restriction.js";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize.js";
import {
  type AdmissionPlugin,
  type AdmissionRequest,
  type AdmissionTarget,
  admissionRequest,
  type ClusterView,
  type Remarks,
} from "./plugin.js";
import { podSecurity } from "./pod-security.js";
import { priority } from "./priority.js";
import { privilegeEscalation } from "./privilege-escalation.js";
import { mayCost } from "./resource-quota.js";
import { runtimeClass } from "./runtime-class.js";
import { serviceAccount } from "./service-account.js";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection.js";
import { taintNodesByCondition } from "./taint-nodes-by-condition.js";

const inOrder: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  limitRanger,
  serviceAccount,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  clusterTrustBundleAttest,
  certificateSubjectRestriction,
  defaultIngressClass,
  privilegeEscalation,
];

/** What is built in and on, in order. */
export const pluginNames: readonly string[] = inOrder.map(({ name }) => name);

/** The plugins that have a say in one form of request. */
interface Chain {
  readonly mutating: ReadonlyArray<Required<Pick<AdmissionPlugin, "name" | "mutate">>>;
  readonly validating: ReadonlyArray<Required<Pick<AdmissionPlugin, "name" | "validate">>>;
}

function chainFor(target: AdmissionTarget): Chain {
  const concerned = inOrder.filter((plugin) => plugin.concerns(target));
  return {
    mutating: concerned.filter((plugin) => plugin.mutate !== undefined) as Chain["mutating"],
    validating: concerned.filter((plugin) => plugin.validate !== undefined) as Chain["validating"],
  };
}

/** Is told of each plugin when it has done its part. */
export interface PluginWatch {
  done(plugin: string, passed: boolean): void;
}

/** The plugins for requests of one form, found once. */
export class AdmissionChain {
  private readonly chain: Chain;
  /** Whether such requests may cost something of a quota. */
  readonly mayCost: boolean;

  constructor(readonly target: AdmissionTarget) {
    this.chain = chainFor(target);
    this.mayCost = mayCost(target);
  }

  /** The object as the plugins leave it, or why it may not be written. */
  mutate(request: AdmissionRequest, cluster: ClusterView, watch?: PluginWatch): Result<UntypedObject | undefined> {
    let current = request;
    for (const plugin of this.chain.mutating) {
      const changed = plugin.mutate(current, cluster);
      watch?.done(plugin.name, changed.ok);
      if (!changed.ok) return changed;
      if (changed.value !== current.object) current = admissionRequest(this.target, { ...current, object: changed.value });
    }
    return succeed(current.object);
  }

  /** What the plugins have to say of an object that is complete and valid, or why it may not be written. */
  validate(request: AdmissionRequest, cluster: ClusterView, watch?: PluginWatch): Result<Remarks> {
    const warnings: string[] = [];
    const auditAnnotations = new Map<string, string>();
    for (const plugin of this.chain.validating) {
      const said = plugin.validate(request, cluster);
      watch?.done(plugin.name, said.ok);
      if (!said.ok) return fail(said.error);
      warnings.push(...(said.value.warnings ?? []));
      for (const [key, value] of said.value.auditAnnotations ?? []) auditAnnotations.set(key, value);
    }
    return succeed({ warnings, auditAnnotations });
  }
}
