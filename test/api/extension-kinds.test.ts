/** Kinds of storage, devices, policies, fairness and the control plane: how they change, what they are given and shown as. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { conversionOf } from "../../actors/apiserver/convert.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { columnsOf, rowOf } from "../../src/api/table/table.js";
import type { UntypedObject } from "../../src/api/types.js";
import { validateUpdate } from "../../src/api/validation/validation.js";
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
