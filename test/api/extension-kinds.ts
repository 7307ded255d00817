/** Objects of the kinds of storage, devices, policies, fairness and the control plane. */
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";

export const options = validationOptions();

export const resourceOf = (apiVersion: string, kind: string) => builtinResources().byObject(apiVersion, kind)!;

export const made = (apiVersion: string, kind: string, object: object): UntypedObject => {
  const { group, version, namespaced } = resourceOf(apiVersion, kind);
  const metadata = { name: "a", ...(namespaced ? { namespace: "shop" } : {}) };
  return defaulterFor(group, version, kind)({ apiVersion, kind, metadata, ...object } as UntypedObject);
};

export const storage = "storage.k8s.io/v1";

export const flow = "flowcontrol.apiserver.k8s.io/v1";

export const registration = "admissionregistration.k8s.io/v1";

export const networking = "networking.k8s.io/v1";

export const resource = "resource.k8s.io/v1beta2";

export const limited = (limitResponse: object) => ({ spec: { type: "Limited", limited: { limitResponse } } });

export const schema = (rules: object[], more: object = {}) => ({
  spec: { priorityLevelConfiguration: { name: "x" }, rules, ...more },
});

export const policy = (more: object) => ({
  spec: {
    matchConstraints: {
      resourceRules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
    },
    validations: [{ expression: "true" }],
    ...more,
  },
});

export const claimOf = (...requests: object[]) => ({ spec: { devices: { requests } } });
