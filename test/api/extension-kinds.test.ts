/** Kinds of storage, devices, policies, fairness and the control plane: what they are given, refused and shown as. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { conversionOf } from "../../actors/apiserver/convert.js";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import { columnsOf, rowOf } from "../../src/api/table/table.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";

const options = validationOptions();
const resourceOf = (apiVersion: string, kind: string) => builtinResources().byObject(apiVersion, kind)!;

const made = (apiVersion: string, kind: string, object: object): UntypedObject => {
  const { group, version, namespaced } = resourceOf(apiVersion, kind);
  const metadata = { name: "a", ...(namespaced ? { namespace: "shop" } : {}) };
  return defaulterFor(group, version, kind)({ apiVersion, kind, metadata, ...object } as UntypedObject);
};

const storage = "storage.k8s.io/v1";
const flow = "flowcontrol.apiserver.k8s.io/v1";
const registration = "admissionregistration.k8s.io/v1";
const networking = "networking.k8s.io/v1";
const resource = "resource.k8s.io/v1beta2";

const hook = (more: object = {}) => ({
  webhooks: [
    {
      name: "check.example.com",
      clientConfig: { url: "https://hooks.example.com/check" },
      rules: [{ operations: ["CREATE"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] }],
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      ...more,
    },
  ],
});
const rule = (more: object) =>
  hook({ rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], ...more }] });
const limited = (limitResponse: object) => ({ spec: { type: "Limited", limited: { limitResponse } } });
const schema = (rules: object[], more: object = {}) => ({
  spec: { priorityLevelConfiguration: { name: "x" }, rules, ...more },
});
const everyone = [{ kind: "Group", group: { name: "system:authenticated" } }];
const policy = (more: object) => ({
  spec: {
    matchConstraints: {
      resourceRules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] }],
    },
    validations: [{ expression: "true" }],
    ...more,
  },
});
const claimOf = (...requests: object[]) => ({ spec: { devices: { requests } } });

const creates: Array<[title: string, apiVersion: string, kind: string, object: object, errors: string[]]> = [
  [
    "a driver twice, without an id",
    storage,
    "CSINode",
    {
      spec: {
        drivers: [
          { name: "d", nodeID: "n" },
          { name: "d", nodeID: "" },
        ],
      },
    },
    ["spec.drivers[1].nodeID: Required value", 'spec.drivers[1].name: Duplicate value: "d"'],
  ],
  [
    "a volume from nowhere",
    storage,
    "VolumeAttachment",
    { spec: { attacher: "d", nodeName: "n", source: {} } },
    ["spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName"],
  ],
  [
    "attributes without any",
    "storage.k8s.io/v1beta1",
    "VolumeAttributesClass",
    { driverName: "d" },
    ["parameters: Required value: must contain at least one key/value pair"],
  ],
  [
    "less than no capacity",
    storage,
    "CSIStorageCapacity",
    { storageClassName: "fast", capacity: "-1" },
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    "a token for too short a time",
    storage,
    "CSIDriver",
    { spec: { tokenRequests: [{ audience: "vault", expirationSeconds: 10 }] } },
    ["spec.tokenRequests[0].expirationSeconds: Invalid value: 10: may not specify a duration less than 10 minutes"],
  ],
  ["a revision of nothing", "apps/v1", "ControllerRevision", { revision: 1 }, ["data: Required value: data is mandatory"]],
  [
    "an address that is none",
    networking,
    "IPAddress",
    { spec: { parentRef: { resource: "services", name: "x" } } },
    ['metadata.name: Invalid value: "a": ParseAddr("a"): unable to parse IP'],
  ],
  ["no range", networking, "ServiceCIDR", { spec: {} }, ["spec.cidrs: Required value: at least one CIDR required"]],
  [
    "two ranges of one family",
    networking,
    "ServiceCIDR",
    { spec: { cidrs: ["10.0.0.0/24", "10.1.0.0/24"] } },
    [
      'spec.cidrs: Invalid value: {"cidrs":["10.0.0.0/24","10.1.0.0/24"]}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96',
    ],
  ],
  [
    "more hands than queues",
    flow,
    "PriorityLevelConfiguration",
    limited({ type: "Queue", queuing: { queues: 2, handSize: 4, queueLengthLimit: 1 } }),
    ["spec.limited.limitResponse.queuing.handSize: Invalid value: 4: should not be greater than queues (2)"],
  ],
  [
    "hands that take too many bits",
    flow,
    "PriorityLevelConfiguration",
    limited({ type: "Queue", queuing: { queues: 512, handSize: 8, queueLengthLimit: 1 } }),
    [
      "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60",
    ],
  ],
  [
    "an exempt level of another name",
    flow,
    "PriorityLevelConfiguration",
    { spec: { type: "Exempt" } },
    ["spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if `name` is 'exempt'"],
  ],
  [
    "a schema for nobody and nothing",
    flow,
    "FlowSchema",
    schema([{ subjects: [] }]),
    [
      "spec.rules[0].subjects: Required value: subjects must contain at least one value",
      "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty",
    ],
  ],
  [
    "a schema of the whole cluster that does not say so",
    flow,
    "FlowSchema",
    schema([{ subjects: everyone, resourceRules: [{ verbs: ["*", "get"], apiGroups: ["*"], resources: ["*"] }] }]),
    [
      'spec.rules[0].resourceRules[0].verbs: Invalid value: []string{"*", "get"}: if \'*\' is present, must not specify other verbs',
      "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace",
    ],
  ],
  [
    "the first precedence",
    flow,
    "FlowSchema",
    schema([], { matchingPrecedence: 1 }),
    ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
  ],
  ["a good hook", registration, "ValidatingWebhookConfiguration", hook(), []],
  [
    "a hook of no domain, for too long",
    registration,
    "ValidatingWebhookConfiguration",
    hook({ name: "check", timeoutSeconds: 60 }),
    [
      'webhooks[0].name: Invalid value: "check": should be a domain with at least three segments separated by dots',
      "webhooks[0].timeoutSeconds: Invalid value: 60: the timeout value must be between 1 and 30 seconds",
    ],
  ],
  [
    "a hook at two places",
    registration,
    "MutatingWebhookConfiguration",
    hook({ clientConfig: { url: "https://x", service: { name: "s", namespace: "n" } } }),
    ["webhooks[0].clientConfig: Required value: exactly one of url or service is required"],
  ],
  [
    "a hook that is not secure",
    registration,
    "MutatingWebhookConfiguration",
    hook({ clientConfig: { url: "http://x" } }),
    [
      "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: https://host[/path]",
    ],
  ],
  [
    "a hook with effects that it does not tell of",
    registration,
    "ValidatingWebhookConfiguration",
    hook({ sideEffects: "Some", admissionReviewVersions: [] }),
    [
      'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
      "webhooks[0].admissionReviewVersions: Required value: must specify one of v1, v1beta1",
    ],
  ],
  [
    "a rule that says things twice",
    registration,
    "ValidatingWebhookConfiguration",
    rule({ operations: ["*", "CREATE"], resources: ["pods/*", "pods/log"] }),
    [
      'webhooks[0].rules[0].operations: Invalid value: []string{"*", "CREATE"}: if \'*\' is present, must not specify other operations',
      "webhooks[0].rules[0].resources[1]: Invalid value: \"pods/log\": if 'pods/*' is present, must not specify pods/log",
    ],
  ],
  ["a good policy", registration, "ValidatingAdmissionPolicy", policy({}), []],
  [
    "a policy about nothing",
    registration,
    "ValidatingAdmissionPolicy",
    { spec: {} },
    [
      "spec.matchConstraints: Required value",
      "spec.validations: Required value: validations or auditAnnotations must contain at least one item",
      "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item",
    ],
  ],
  [
    "a policy with an odd reason",
    registration,
    "ValidatingAdmissionPolicy",
    policy({ validations: [{ expression: " ", reason: "Nope" }] }),
    [
      "spec.validations[0].expression: Required value: expression is not specified",
      'spec.validations[0].reason: Unsupported value: "Nope": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"',
    ],
  ],
  [
    "a binding that denies and warns",
    registration,
    "ValidatingAdmissionPolicyBinding",
    { spec: { policyName: "p", validationActions: ["Deny", "Warn"] } },
    [
      'spec.validationActions: Invalid value: []string{"Deny", "Warn"}: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
  ],
  [
    "a binding to nothing",
    registration,
    "ValidatingAdmissionPolicyBinding",
    { spec: { paramRef: { parameterNotFoundAction: "Deny" } } },
    [
      "spec.policyName: Required value",
      "spec.paramRef: Required value: one of name or selector must be specified",
      "spec.validationActions: Required value: at least one validation action is required",
    ],
  ],
  [
    "a mutation of the other kind",
    "admissionregistration.k8s.io/v1alpha1",
    "MutatingAdmissionPolicy",
    policy({
      reinvocationPolicy: "Never",
      mutations: [{ patchType: "JSONPatch", applyConfiguration: { expression: "Object{}" } }],
    }),
    [
      'spec.mutations[0].applyConfiguration: Invalid value: {"expression":"Object{}"}: must not be specified when patchType is JSONPatch',
      "spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch",
    ],
  ],
  [
    "an API service of another name",
    "apiregistration.k8s.io/v1",
    "APIService",
    { spec: { group: "example.com", version: "v1", groupPriorityMinimum: 0, versionPriority: 5_000 } },
    [
      'metadata.name: Invalid value: "a": must be `spec.version+"."+spec.group`: "v1.example.com"',
      "spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000",
      "spec.versionPriority: Invalid value: 5000: must be positive and less than 1000",
    ],
  ],
  [
    "a bundle without anchors",
    "certificates.k8s.io/v1beta1",
    "ClusterTrustBundle",
    { spec: { signerName: "example.com/s", trustBundle: "" } },
    [
      'metadata.name: Invalid value: "a": ClusterTrustBundle for signerName example.com/s must be named with prefix example.com:s:',
      'spec.trustBundle: Invalid value: "<value omitted>": at least one trust anchor must be provided',
    ],
  ],
  [
    "a candidate for nothing",
    "coordination.k8s.io/v1beta1",
    "LeaseCandidate",
    { spec: { leaseName: "", binaryVersion: "1.x", strategy: "OldestEmulationVersion" } },
    [
      "spec.leaseName: Required value",
      'spec.binaryVersion: Invalid value: "1.x": must be a semantic version, such as 1.33.0',
      "spec.emulationVersion: Required value: must be specified when `strategy` is 'OldestEmulationVersion'",
    ],
  ],
  [
    "a template without containers",
    "v1",
    "PodTemplate",
    { template: { spec: { containers: [] } } },
    ["template.spec.containers: Required value"],
  ],
  ["a good claim", resource, "ResourceClaim", claimOf({ name: "gpu", exactly: { deviceClassName: "gpu" } }), []],
  [
    "a claim of the older version, in the words of the newer",
    "resource.k8s.io/v1beta1",
    "ResourceClaim",
    claimOf({ name: "gpu", deviceClassName: "", allocationMode: "All", count: 2 }),
    [
      "spec.devices.requests[0].exactly.deviceClassName: Required value",
      "spec.devices.requests[0].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'",
    ],
  ],
  [
    "a slice of no place",
    resource,
    "ResourceSlice",
    { spec: { driver: "gpu.example.com", pool: { name: "p", generation: 1, resourceSliceCount: 1 } } },
    ["spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"],
  ],
];

for (const [title, apiVersion, kind, object, errors] of creates) {
  test(`${kind}: ${title}`, () => {
    const found = validateCreate(resourceOf(apiVersion, kind), made(apiVersion, kind, object), options);
    assert.equal(found.map(fieldErrorText), errors);
  });
}

const updates: Array<[title: string, apiVersion: string, kind: string, old: object, now: object, errors: string[]]> = [
  [
    "what a driver said of itself",
    storage,
    "CSINode",
    { spec: { drivers: [{ name: "d", nodeID: "n" }] } },
    { spec: { drivers: [{ name: "d", nodeID: "m" }] } },
    ['CSINodeDriver: Invalid value: {"name":"d","nodeID":"n"}: field is immutable'],
  ],
  [
    "the driver of attributes",
    "storage.k8s.io/v1beta1",
    "VolumeAttributesClass",
    { driverName: "d", parameters: { a: "b" } },
    { driverName: "e", parameters: { a: "b" } },
    ["driverName: Forbidden: updates to driverName are forbidden."],
  ],
  [
    "the data of a revision",
    "apps/v1",
    "ControllerRevision",
    { data: { a: 1 }, revision: 1 },
    { data: { a: 2 }, revision: 2 },
    ['data: Invalid value: {"a":2}: field is immutable'],
  ],
  [
    "a range of the other family",
    networking,
    "ServiceCIDR",
    { spec: { cidrs: ["10.0.0.0/24"] } },
    { spec: { cidrs: ["10.0.0.0/24", "fd00::/112"] } },
    [],
  ],
  [
    "the range",
    networking,
    "ServiceCIDR",
    { spec: { cidrs: ["10.0.0.0/24"] } },
    { spec: { cidrs: ["10.1.0.0/24"] } },
    ['spec.cidrs: Invalid value: []string{"10.1.0.0/24"}: field is immutable'],
  ],
];

for (const [title, apiVersion, kind, old, now, errors] of updates) {
  test(`${kind} changes ${title}`, () => {
    const [before, after] = [made(apiVersion, kind, old), made(apiVersion, kind, now)];
    const found = validateUpdate(resourceOf(apiVersion, kind), after, before, undefined, options);
    assert.equal(found.map(fieldErrorText), errors);
  });
}

test("defaults of policies, fairness and claims", () => {
  const { spec: level } = made(flow, "PriorityLevelConfiguration", limited({ type: "Queue", queuing: {} }));
  const queuing = { handSize: 8, queues: 64, queueLengthLimit: 50 };
  const filled = { nominalConcurrencyShares: 30, lendablePercent: 0, limitResponse: { type: "Queue", queuing } };
  assert.equal(level, { type: "Limited", limited: filled });
  assert.is((made(flow, "FlowSchema", schema([])).spec as { matchingPrecedence: number }).matchingPrecedence, 1000);
  const { spec } = made(registration, "ValidatingAdmissionPolicy", policy({}));
  const { failurePolicy, matchConstraints } = spec as { failurePolicy: string; matchConstraints: { matchPolicy: string } };
  assert.equal([failurePolicy, matchConstraints.matchPolicy], ["Fail", "Equivalent"]);
  const claim = made("resource.k8s.io/v1beta1", "ResourceClaim", claimOf({ name: "gpu", deviceClassName: "gpu" }));
  assert.equal(claim.spec, {
    devices: { requests: [{ name: "gpu", deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 }] },
  });
});

test("older versions of claims and slices say the same in their own shape", () => {
  const claims = conversionOf("resource.k8s.io", "v1beta1", "resourceclaims")!;
  const old = { metadata: { name: "a" }, ...claimOf({ name: "gpu", deviceClassName: "gpu", count: 1 }) } as UntypedObject;
  const stored = claims.toStored(old);
  assert.equal(stored.spec, claimOf({ name: "gpu", exactly: { deviceClassName: "gpu", count: 1 } }).spec);
  assert.equal(claims.fromStored(stored), old);
  const slices = conversionOf("resource.k8s.io", "v1alpha3", "resourceslices")!;
  const device = { name: "d", basic: { attributes: { a: { int: 1 } }, capacity: { memory: "1Gi" } } };
  const slice = { metadata: { name: "s" }, spec: { devices: [device] } } as unknown as UntypedObject;
  const kept = slices.toStored(slice);
  assert.equal(kept.spec, { devices: [{ name: "d", attributes: { a: { int: 1 } }, capacity: { memory: { value: "1Gi" } } }] });
  assert.equal(slices.fromStored(kept), slice);
  assert.is(conversionOf("resource.k8s.io", "v1beta2", "resourceclaims"), undefined);
});

const nowMs = Date.UTC(2026, 0, 1);
const rows: Array<[apiVersion: string, kind: string, object: object, columns: string, cells: unknown[]]> = [
  [
    networking,
    "IPAddress",
    { spec: { parentRef: { resource: "services", namespace: "default", name: "kubernetes" } } },
    "Name ParentRef",
    ["a", "services/default/kubernetes"],
  ],
  [networking, "ServiceCIDR", { spec: { cidrs: ["10.96.0.0/12"] } }, "Name CIDRs Age", ["a", "10.96.0.0/12", "<unknown>"]],
  [
    flow,
    "FlowSchema",
    schema([], { distinguisherMethod: { type: "ByUser" } }),
    "Name PriorityLevel MatchingPrecedence DistinguisherMethod Age MissingPL",
    ["a", "x", 1000, "ByUser", "<unknown>", "?"],
  ],
  [
    flow,
    "PriorityLevelConfiguration",
    limited({ type: "Reject" }),
    "Name Type NominalConcurrencyShares Queues HandSize QueueLengthLimit Age",
    ["a", "Limited", 30, "<none>", "<none>", "<none>", "<unknown>"],
  ],
  [
    registration,
    "ValidatingAdmissionPolicy",
    policy({ paramKind: { apiVersion: "v1", kind: "ConfigMap" } }),
    "Name Validations ParamKind Age",
    ["a", 1, "v1/ConfigMap", "<unknown>"],
  ],
  [
    registration,
    "ValidatingAdmissionPolicyBinding",
    { spec: { policyName: "p", paramRef: { name: "x", namespace: "n" } } },
    "Name PolicyName ParamRef Age",
    ["a", "p", "n/x", "<unknown>"],
  ],
  [
    resource,
    "ResourceClaim",
    { status: { allocation: {}, reservedFor: [{}] } },
    "Name State Age",
    ["a", "allocated,reserved", "<unknown>"],
  ],
  [resource, "ResourceClaim", {}, "Name State Age", ["a", "pending", "<unknown>"]],
  [
    resource,
    "ResourceSlice",
    { spec: { driver: "d", nodeName: "n", pool: { name: "p" } } },
    "Name Node Driver Pool Age",
    ["a", "n", "d", "p", "<unknown>"],
  ],
  [resource, "DeviceClass", {}, "Name Age", ["a", "<unknown>"]],
  ["certificates.k8s.io/v1beta1", "ClusterTrustBundle", { spec: {} }, "Name SignerName", ["a", "<none>"]],
  [
    "coordination.k8s.io/v1beta1",
    "LeaseCandidate",
    { spec: { leaseName: "l", binaryVersion: "1.33.0" } },
    "Name LeaseName BinaryVersion EmulationVersion Age",
    ["a", "l", "1.33.0", "", "<unknown>"],
  ],
  [
    "internal.apiserver.k8s.io/v1alpha1",
    "StorageVersion",
    { status: { storageVersions: [{ apiServerID: "0", encodingVersion: "v1" }] } },
    "Name CommonEncodingVersion StorageVersions Age",
    ["a", "<unset>", "0=v1", "<unknown>"],
  ],
  [
    "storagemigration.k8s.io/v1alpha1",
    "StorageVersionMigration",
    { spec: { resource: { group: "apps", version: "v1", resource: "deployments" } } },
    "Name Resource",
    ["a", "deployments.v1.apps"],
  ],
  [
    storage,
    "CSIStorageCapacity",
    { storageClassName: "fast", capacity: "1Gi" },
    "Name StorageClassName Capacity",
    ["a", "fast", "1Gi"],
  ],
  ["storage.k8s.io/v1beta1", "VolumeAttributesClass", { driverName: "d" }, "Name DriverName Age", ["a", "d", "<unknown>"]],
  [
    "admissionregistration.k8s.io/v1alpha1",
    "MutatingAdmissionPolicy",
    { spec: { mutations: [{}, {}] } },
    "Name Mutations ParamKind Age",
    ["a", 2, "<unset>", "<unknown>"],
  ],
];

for (const [apiVersion, kind, object, columns, cells] of rows) {
  test(`${kind} is shown as ${columns}`, () => {
    const of = resourceOf(apiVersion, kind);
    assert.is(
      columnsOf(of)
        .map(({ name }) => name)
        .join(" "),
      columns,
    );
    assert.equal(rowOf(of, made(apiVersion, kind, object), { nowMs }).cells, cells);
  });
}

test.run();
