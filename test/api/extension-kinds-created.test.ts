/** Kinds of storage, devices, policies, fairness and the control plane: what is refused when they are created. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { validateCreate } from "../../src/api/validation/validation.js";
import {
  claimOf,
  flow,
  limited,
  made,
  networking,
  options,
  policy,
  registration,
  resource,
  resourceOf,
  schema,
  storage,
} from "./extension-kinds.js";

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

const everyone = [{ kind: "Group", group: { name: "system:authenticated" } }];

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
    "subjects that nobody is, and verbs that nobody knows",
    flow,
    "FlowSchema",
    schema(
      [
        {
          subjects: [
            { kind: "ServiceAccount", serviceAccount: { name: "A", namespace: "*" }, user: { name: "a" } },
            { kind: "User", group: { name: "a" } },
          ],
          resourceRules: [{ verbs: ["get", "fly"], apiGroups: ["*"], resources: ["*"], namespaces: ["A"] }],
        },
      ],
      { distinguisherMethod: { type: "ByMood" } },
    ),
    [
      'spec.distinguisherMethod.type: Unsupported value: flowcontrol.FlowDistinguisherMethod{Type:"ByMood"}: supported values: "ByNamespace", "ByUser"',
      "spec.rules[0].subjects[0].serviceAccount.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      "spec.rules[0].subjects[0].serviceAccount.namespace: Invalid value: \"*\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      "spec.rules[0].subjects[0].user: Forbidden: user is forbidden when subject kind is not 'User'",
      "spec.rules[0].subjects[1].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[1].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      'spec.rules[0].resourceRules[0].verbs: Unsupported value: []string{"get", "fly"}: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      "spec.rules[0].resourceRules[0].namespaces[0]: Invalid value: \"A\": each member of this list must be '*' or a DNS-1123 label; a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
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
      "spec.mutations[0].jsonPatch: Required value: must be specified when patchType is JSONPatch",
      'spec.mutations[0].applyConfiguration: Invalid value: "{applyConfiguration}": must not be specified when patchType is JSONPatch',
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
      'spec.binaryVersion: Invalid value: "1.x": must be a valid semantic version',
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

test.run();
