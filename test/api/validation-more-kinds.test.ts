import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";

const options = validationOptions();
const resourceOf = (apiVersion: string, kind: string) => builtinResources().byObject(apiVersion, kind)!;
const made = (apiVersion: string, kind: string, object: object): UntypedObject => {
  const { group, version, namespaced } = resourceOf(apiVersion, kind);
  const base = { metadata: { name: "a", ...(namespaced ? { namespace: "shop" } : {}) }, ...object } as UntypedObject;
  return defaulterFor(group, version, kind)(base);
};

const rbac = "rbac.authorization.k8s.io/v1";
const job = { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "x" }] } } };
const creates: Array<[title: string, apiVersion: string, kind: string, object: object, errors: string[]]> = [
  ["a good one", "batch/v1", "CronJob", { spec: { schedule: "*/5 * * * *", jobTemplate: { spec: job } } }, []],
  ["hourly", "batch/v1", "CronJob", { spec: { schedule: "@hourly", jobTemplate: { spec: job } } }, []],
  [
    "four fields",
    "batch/v1",
    "CronJob",
    { spec: { schedule: "* * * *", jobTemplate: { spec: job } } },
    ['spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]'],
  ],
  [
    "pods that never end",
    "batch/v1",
    "CronJob",
    { spec: { schedule: "@daily", jobTemplate: { spec: { template: { spec: { containers: [{ name: "c", image: "x" }] } } } } } },
    ['spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    "a maximum below the minimum",
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    { spec: { minReplicas: 5, maxReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "web" } } },
    ["spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`"],
  ],
  [
    "both at once",
    "policy/v1",
    "PodDisruptionBudget",
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    ['spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set'],
  ],
  [
    "no selector",
    "v1",
    "ReplicationController",
    { spec: { template: { spec: { containers: [{ name: "c", image: "x" }] } } } },
    ["spec.selector: Required value"],
  ],
  [
    "no size",
    "v1",
    "PersistentVolumeClaim",
    { spec: { accessModes: ["ReadWriteOnce"] } },
    ["spec.resources[storage]: Required value"],
  ],
  [
    "no access",
    "v1",
    "PersistentVolumeClaim",
    { spec: { resources: { requests: { storage: "1Gi" } } } },
    ["spec.accessModes: Required value: at least 1 access mode is required"],
  ],
  [
    "no volume",
    "v1",
    "PersistentVolume",
    { spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" } } },
    ["spec: Required value: must specify a volume type"],
  ],
  [
    "a good one",
    "v1",
    "PersistentVolume",
    { spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path: "/x" } } },
    [],
  ],
  ["no provisioner", "storage.k8s.io/v1", "StorageClass", {}, ["provisioner: Required value"]],
  [
    "topologies that say nothing, or the same twice",
    "storage.k8s.io/v1",
    "StorageClass",
    {
      provisioner: "example.com/p",
      parameters: { "": "x" },
      allowedTopologies: [
        {},
        { matchLabelExpressions: [{ key: "zone", values: ["b", "a"] }] },
        { matchLabelExpressions: [{ key: "zone", values: ["a", "b"] }] },
        {
          matchLabelExpressions: [
            { key: "rack", values: [] },
            { key: "rack", values: ["1", "1"] },
          ],
        },
      ],
    },
    [
      'parameters: Invalid value: "": field can not be empty.',
      'allowedTopologies[0].matchLabelExpressions: Duplicate value: ""',
      'allowedTopologies[2].matchLabelExpressions: Duplicate value: ""',
      "allowedTopologies.matchLabelExpressions[0].values: Required value",
      'allowedTopologies.matchLabelExpressions[1].values[1]: Duplicate value: "1"',
      'allowedTopologies.matchLabelExpressions[1].key: Duplicate value: "rack"',
    ],
  ],
  [
    "a driver that is named as provisioners are",
    "storage.k8s.io/v1beta1",
    "VolumeAttributesClass",
    { driverName: "example.com/Fast", parameters: { speed: "high" } },
    [],
  ],
  [
    "no driver, and nothing that is asked of it",
    "storage.k8s.io/v1beta1",
    "VolumeAttributesClass",
    {},
    ["driverName: Required value", "parameters: Required value: must contain at least one key/value pair"],
  ],
  [
    "no rules",
    "networking.k8s.io/v1",
    "Ingress",
    { spec: {} },
    ["spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified"],
  ],
  [
    "a good one",
    "networking.k8s.io/v1",
    "Ingress",
    {
      spec: {
        rules: [
          {
            host: "a.b",
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }] },
          },
        ],
      },
    },
    [],
  ],
  [
    "a path without its type",
    "networking.k8s.io/v1",
    "Ingress",
    { spec: { rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "web", port: {} } } }] } }] } },
    ["spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified"],
  ],
  [
    "a peer of nothing",
    "networking.k8s.io/v1",
    "NetworkPolicy",
    { spec: { podSelector: {}, ingress: [{ from: [{}] }] } },
    ["spec.ingress[0].from[0]: Required value: must specify a peer"],
  ],
  [
    "a rule without verbs",
    rbac,
    "ClusterRole",
    { rules: [{ apiGroups: [""], resources: ["pods"] }] },
    ["rules[0].verbs: Required value: verbs must contain at least one value"],
  ],
  [
    "URLs in a namespace",
    rbac,
    "Role",
    { rules: [{ verbs: ["get"], nonResourceURLs: ["/x"] }] },
    ['rules[0].nonResourceURLs: Invalid value: []string{"/x"}: namespaced rules cannot apply to non-resource URLs'],
  ],
  [
    "a good one",
    rbac,
    "ClusterRoleBinding",
    { roleRef: { kind: "ClusterRole", name: "admin" }, subjects: [{ kind: "User", name: "u" }] },
    [],
  ],
  [
    "an account from nowhere",
    rbac,
    "ClusterRoleBinding",
    { roleRef: { kind: "ClusterRole", name: "admin" }, subjects: [{ kind: "ServiceAccount", name: "u" }] },
    ["subjects[0].namespace: Required value"],
  ],
  [
    "too important",
    "scheduling.k8s.io/v1",
    "PriorityClass",
    { value: 1000000001 },
    ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
  ],
  [
    "the system's name",
    "scheduling.k8s.io/v1",
    "PriorityClass",
    { metadata: { name: "system-mine" }, value: 1 },
    ["metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only"],
  ],
  [
    "a negative quota",
    "v1",
    "ResourceQuota",
    { spec: { hard: { pods: "-1" } } },
    ['spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
];
for (const [title, apiVersion, kind, object, errors] of creates) {
  test(`create ${kind}: ${title}`, () => {
    assert.equal(
      validateCreate(resourceOf(apiVersion, kind), made(apiVersion, kind, object), options).map(fieldErrorText),
      errors,
    );
  });
}

const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
const updates: Array<[title: string, apiVersion: string, kind: string, old: object, object: object, errors: string[]]> = [
  [
    "what is granted stays",
    rbac,
    "RoleBinding",
    { roleRef: { kind: "Role", name: "a" } },
    { roleRef: { kind: "Role", name: "b" } },
    ['roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"Role", Name:"b"}: cannot change roleRef'],
  ],
  ["a claim is bound", "v1", "PersistentVolumeClaim", { spec: claim }, { spec: { ...claim, volumeName: "v" } }, []],
  [
    "a claim's access stays",
    "v1",
    "PersistentVolumeClaim",
    { spec: claim },
    { spec: { ...claim, accessModes: ["ReadWriteMany"] } },
    [
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n- spec.accessModes[0]: "ReadWriteOnce"\n+ spec.accessModes[0]: "ReadWriteMany"\n',
    ],
  ],
  [
    "a provisioner stays",
    "storage.k8s.io/v1",
    "StorageClass",
    { provisioner: "a" },
    { provisioner: "b" },
    ["provisioner: Forbidden: updates to provisioner are forbidden."],
  ],
  [
    "a priority stays",
    "scheduling.k8s.io/v1",
    "PriorityClass",
    { value: 1 },
    { value: 2 },
    ["value: Forbidden: may not be changed in an update."],
  ],
];
for (const [title, apiVersion, kind, old, object, errors] of updates) {
  test(`update ${kind}: ${title}`, () => {
    const resource = resourceOf(apiVersion, kind);
    assert.equal(
      validateUpdate(resource, made(apiVersion, kind, object), made(apiVersion, kind, old), undefined, options).map(
        fieldErrorText,
      ),
      errors,
    );
  });
}

test.run();
