import { test } from "uvu";
import * as assert from "uvu/assert";
import { fieldErrorText } from "../../src/api/field-errors.js";
import type { ObjectMeta, PodSpec } from "../../src/api/types.js";
import { validateCreate } from "../../src/api/validation/validation.js";
import { base, container, kind, options, pod, volume } from "./validation-pods.js";

const security = "spec.securityContext";
const first = "spec.containers[0]";
const windows = "cannot be set for a windows pod";

type Case = [title: string, spec: Partial<PodSpec>, errors: string[], metadata?: Partial<ObjectMeta>];

const cases: Case[] = [
  [
    "a seccomp profile of no kind",
    { securityContext: { seccompProfile: { type: "" } } },
    [`${security}.seccompProfile.type: Required value: type is required when seccompProfile is set`],
  ],
  [
    "a local seccomp profile without a name",
    { securityContext: { seccompProfile: { type: "Localhost" } } },
    [`${security}.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost`],
  ],
  [
    "an AppArmor profile of another kind",
    container({ securityContext: { appArmorProfile: { type: "Mine" } } }),
    [
      `${first}.securityContext.appArmorProfile.type: Unsupported value: "Mine": supported values: "Localhost", "RuntimeDefault", "Unconfined"`,
    ],
  ],
  [
    "an AppArmor profile with blanks",
    container({ securityContext: { appArmorProfile: { type: "Localhost", localhostProfile: " x" } } }),
    [`${first}.securityContext.appArmorProfile.localhostProfile: Invalid value: " x": must not be padded with whitespace`],
  ],
  [
    "sysctls",
    {
      hostNetwork: true,
      securityContext: {
        sysctls: [
          { name: "net.a", value: "1" },
          { name: "net.a", value: "2" },
        ],
      },
    },
    [
      `${security}.sysctls[0].name: Invalid value: "net.a": may not be specified when 'hostNetwork' is true`,
      `${security}.sysctls[1].name: Duplicate value: "net.a"`,
      `${security}.sysctls[1].name: Invalid value: "net.a": may not be specified when 'hostNetwork' is true`,
    ],
  ],
  [
    "policies that do not exist",
    { securityContext: { fsGroupChangePolicy: "Sometimes", seLinuxChangePolicy: "MountOption", supplementalGroupsPolicy: "X" } },
    [
      `${security}.fsGroupChangePolicy: Unsupported value: "Sometimes": supported values: "Always", "OnRootMismatch"`,
      `${security}.supplementalGroupsPolicy: Unsupported value: "X": supported values: "Merge", "Strict"`,
      `${security}.seLinuxChangePolicy: Unsupported value: "MountOption": supported values: "Recursive"`,
    ],
  ],
  [
    "an unmasked /proc for a user of the host",
    container({ securityContext: { procMount: "Unmasked" } }),
    [`${first}.securityContext.procMount: Invalid value: "Unmasked": \`hostUsers\` must be false to use \`Unmasked\``],
  ],
  ["an unmasked /proc", { hostUsers: false, ...container({ securityContext: { procMount: "Unmasked" } }) }, []],
  [
    "users of its own in the host's namespaces",
    { hostUsers: false, hostNetwork: true, hostPID: true },
    [
      "spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false",
      "spec.HostPID: Forbidden: when `pod.Spec.HostUsers` is false",
    ],
  ],
  [
    "a Windows user",
    container({ securityContext: { windowsOptions: { runAsUserName: "a\\b\\c" } } }),
    [
      `${first}.securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash`,
    ],
  ],
  [
    "a host process beside another container",
    {
      hostNetwork: true,
      containers: [base, { ...base, name: "d", securityContext: { windowsOptions: { hostProcess: true } } }],
    },
    ['spec: Invalid value: "": If pod contains any hostProcess containers then all containers must be HostProcess containers'],
  ],
  ["an operating system", { os: { name: "linux" } }, []],
  [
    "another operating system",
    { os: { name: "plan9" } },
    ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'],
  ],
  [
    "a Windows pod with what Linux has",
    {
      os: { name: "windows" },
      hostPID: true,
      securityContext: { runAsUser: 1 },
      ...container({ securityContext: { privileged: true } }),
    },
    [
      `spec.hostPID: Forbidden: ${windows}`,
      `${security}.runAsUser: Forbidden: ${windows}`,
      `${first}.securityContext.privileged: Forbidden: ${windows}`,
    ],
  ],
  [
    "gates",
    { nodeName: "a", schedulingGates: [{ name: "x" }, { name: "x" }] },
    [
      'spec.schedulingGates[1]: Duplicate value: "x"',
      "spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
    ],
  ],
  [
    "a node by its field",
    {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: "metadata.uid", operator: "In", values: ["a", "b"] }] }],
          },
        },
      },
    },
    [
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key',
    ],
  ],
  [
    "keys of labels without a selector",
    {
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", matchLabelKeys: ["a"] }] },
      },
    },
    [
      "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set",
    ],
  ],
  [
    "spread",
    {
      topologySpreadConstraints: [
        { maxSkew: 1, minDomains: 2, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector: {} },
        { maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "ScheduleAnyway", labelSelector: {}, nodeTaintsPolicy: "X" },
      ],
    },
    [
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, ScheduleAnyway}"',
      "spec.topologySpreadConstraints[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway",
      'spec.topologySpreadConstraints[1].nodeTaintsPolicy: Unsupported value: "X": supported values: "Honor", "Ignore"',
    ],
  ],
  [
    "domains to search",
    { dnsConfig: { searches: [".", "_tcp.a.", "-"], options: [{ value: "1" }] } },
    [
      "spec.dnsConfig.searches[2]: Invalid value: \"-\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      "spec.dnsConfig.options[0]: Required value: must not be empty",
    ],
  ],
  [
    "claims",
    {
      resourceClaims: [{ name: "a", resourceClaimName: "x" }, { name: "a" }],
      ...container({ resources: { claims: [{ name: "a" }, { name: "a", request: "r" }, { name: "b" }] } }),
    },
    [
      'spec.resourceClaims[1].name: Duplicate value: "a"',
      'spec.resourceClaims[1]: Invalid value: {"name":"a"}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      `${first}.resources.claims[1]: Duplicate value: "a"`,
      `${first}.resources.claims[2]: Not found: "b": must be one of the names in pod.spec.resourceClaims: a, a`,
    ],
  ],
  [
    "huge pages alone",
    container({ resources: { limits: { "hugepages-2Mi": "3Mi" }, requests: { "hugepages-2Mi": "3Mi" } } }),
    [
      `${first}.resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      `${first}.resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi`,
      `${first}.resources: Forbidden: HugePages require cpu or memory`,
    ],
  ],
  [
    "a device that is asked for and not limited",
    container({ resources: { requests: { "example.com/gpu": "1" } } }),
    [`${first}.resources.limits: Required value: Limit must be set for non overcommitable resources`],
  ],
  [
    "the same port of the node twice",
    {
      containers: [
        { ...base, ports: [{ containerPort: 80, hostPort: 80 }] },
        { ...base, name: "d", ports: [{ containerPort: 81, hostPort: 80 }] },
      ],
    },
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  ],
  [
    "a long sleep",
    container({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
    [
      `${first}.lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)`,
    ],
  ],
  [
    "a file system as a device",
    {
      ...volume({ emptyDir: {} }),
      ...container({ volumeDevices: [{ name: "v", devicePath: "/d" }], volumeMounts: [{ name: "v", mountPath: "/d" }] }),
    },
    [
      `${first}.volumeMounts[0].name: Invalid value: "v": must not already exist in volumeDevices`,
      `${first}.volumeMounts[0].mountPath: Invalid value: "/d": must not already exist as a path in volumeDevices`,
      `${first}.volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode`,
      `${first}.volumeDevices[0].name: Invalid value: "v": must not already exist in volumeMounts`,
      `${first}.volumeDevices[0].devicePath: Invalid value: "/d": must not already exist as a path in volumeMounts`,
    ],
  ],
  [
    "mounts that spread",
    {
      ...volume({ emptyDir: {} }),
      ...container({
        volumeMounts: [{ name: "v", mountPath: "/d", mountPropagation: "Bidirectional", recursiveReadOnly: "Enabled" }],
      }),
    },
    [
      `${first}.volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers`,
      `${first}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true`,
      `${first}.volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified`,
    ],
  ],
  [
    "a token for nobody",
    { serviceAccountName: "", ...volume({ projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }) },
    [
      "spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set",
    ],
  ],
  [
    "a mirror without a node",
    {},
    [
      'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
    ],
    { annotations: { "kubernetes.io/config.mirror": "x", "controller.kubernetes.io/pod-deletion-cost": "+1" } },
  ],
  [
    "an annotation that disagrees",
    container({ securityContext: { appArmorProfile: { type: "Unconfined" } } }),
    [`${first}.securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match`],
    { annotations: { "container.apparmor.security.beta.kubernetes.io/c": "runtime/default" } },
  ],
];

for (const [title, spec, errors, metadata] of cases)
  test(`a pod with ${title}`, () => assert.equal(validateCreate(kind, pod(spec, metadata), options).map(fieldErrorText), errors));

test.run();
