import { test } from "uvu";
import { type Changed, type Created, testChanged, testCreated } from "./rules.js";

const created: Created[] = [
  [
    "two ranges of a family",
    "Node",
    { metadata: { name: "n" }, spec: { podCIDRs: ["10.0.0.0/24", "10.0.1.0/24"] } },
    [
      'spec.podCIDRs: Invalid value: []string{"10.0.0.0/24", "10.0.1.0/24"}: may specify no more than one CIDR for each IP family',
    ],
  ],
  [
    "names of requests",
    "resource.k8s.io/v1beta2/ResourceClaim",
    {
      spec: {
        devices: {
          requests: [
            { name: "a", exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 } },
            { name: "a", exactly: { deviceClassName: "gpu", allocationMode: "ExactCount", count: 1 } },
          ],
          constraints: [{ requests: ["b"], matchAttribute: "x-y" }],
          config: [{ opaque: { driver: "d.example.com", parameters: [] } }],
        },
      },
    },
    [
      'spec.devices.requests[1].name: Duplicate value: "a"',
      "spec.devices.constraints[0].requests[0]: Invalid value: \"b\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
      "spec.devices.constraints[0].matchAttribute: Invalid value: \"x-y\": a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')",
      'spec.devices.constraints[0].matchAttribute: Invalid value: "x-y": must include a domain',
      'spec.devices.config[0].opaque.parameters: Invalid value: "<value omitted>": parameters must be a valid JSON object',
    ],
  ],
  [
    "a version that is none",
    "resource.k8s.io/v1beta2/ResourceSlice",
    {
      metadata: { name: "s" },
      spec: {
        driver: "d.example.com",
        nodeName: "n",
        pool: { name: "p", resourceSliceCount: 1, generation: 1 },
        devices: [{ name: "d", attributes: { model: { version: "1.2" } } }],
      },
    },
    ['spec.devices[0].attributes[model].version: Invalid value: "1.2": must be a string compatible with semver.org spec 2.0.0'],
  ],
  [
    "an older binary",
    "coordination.k8s.io/v1beta1/LeaseCandidate",
    { spec: { leaseName: "l", binaryVersion: "1.32.0", emulationVersion: "1.33.0", strategy: "Newest" } },
    [
      'spec.binaryVersion: Invalid value: "1.32.0": must be greater than or equal to `emulationVersion`',
      'spec.strategy.strategy: Unsupported value: "Newest": supported values: "OldestEmulationVersion"',
    ],
  ],
  [
    "servers that agree",
    "internal.apiserver.k8s.io/v1alpha1/StorageVersion",
    {
      metadata: { name: "apps.deployments" },
      spec: {},
      status: { storageVersions: [{ apiServerID: "a", encodingVersion: "apps/v1", decodableVersions: ["v1"] }] },
    },
    [
      'status.storageVersions[0].decodableVersions: Invalid value: []string{"v1"}: decodableVersions must include encodingVersion apps/v1',
      'status.commonEncodingVersion: Invalid value: "null": the common encoding version is apps/v1',
    ],
  ],
];

const changed: Changed[] = [
  [
    "an address twice",
    "Node",
    { metadata: { name: "n" } },
    {
      metadata: { name: "n" },
      status: {
        addresses: [
          { type: "A", address: "b" },
          { type: "A", address: "b" },
        ],
      },
    },
    ['status.addresses[1]: Duplicate value: {"type":"A","address":"b"}'],
    "status",
  ],
  [
    "an early end",
    "Namespace",
    { metadata: { name: "n" }, status: { phase: "Active" } },
    { metadata: { name: "n" }, status: { phase: "Terminating" } },
    ["status.Phase: Invalid value: \"Terminating\": may only be 'Active' if `deletionTimestamp` is empty"],
    "status",
  ],
  [
    "a user before there is anything to use",
    "resource.k8s.io/v1beta2/ResourceClaim",
    { spec: {} },
    { spec: {}, status: { reservedFor: [{ resource: "pods", name: "p", uid: "u" }] } },
    ["status.reservedFor: Forbidden: may not be specified when `allocated` is not set"],
    "status",
  ],
  [
    "a device of nobody",
    "resource.k8s.io/v1beta2/ResourceClaim",
    { spec: {} },
    { spec: {}, status: { allocation: { devices: { results: [{ request: "r", driver: "d", pool: "p", device: "x" }] } } } },
    [
      "status.allocation.devices.results[0].request: Invalid value: \"r\": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'",
    ],
    "status",
  ],
];

testCreated(created);
testChanged(changed);

test.run();
