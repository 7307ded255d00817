import { test } from "uvu";
import * as assert from "uvu/assert";
import { defaulterFor } from "../../src/api/defaults/defaults.js";
import { fieldErrorText } from "../../src/api/field-errors.js";
import { builtinResources } from "../../src/api/kinds.js";
import type { Container, ObjectMeta, Pod, PodSpec, UntypedObject, Volume } from "../../src/api/types.js";
import { validationOptions } from "../../src/api/validation/options.js";
import { validateCreate, validateUpdate } from "../../src/api/validation/validation.js";

const kind = builtinResources().byObject("v1", "Pod")!;
const options = validationOptions();
const base = { name: "c", image: "nginx" };
const toPod = defaulterFor("", "v1", "Pod");

const pod = (spec: Partial<PodSpec>, metadata: Partial<ObjectMeta> = {}): UntypedObject =>
  toPod({
    metadata: { name: "web", namespace: "shop", ...metadata },
    spec: { containers: [base], serviceAccountName: "default", ...spec },
  } as Pod as unknown as UntypedObject);

const container = (more: Partial<Container>): Partial<PodSpec> => ({ containers: [{ ...base, ...more }] });
const volume = (source: Omit<Volume, "name">): Partial<PodSpec> => ({ volumes: [{ name: "v", ...source }] });
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

const at = (source: string): string => `spec.volumes[0].${source}`;

const sources: Array<[source: Omit<Volume, "name">, errors: string[]]> = [
  [
    { gitRepo: { repository: "", directory: "../x" } },
    [`${at("gitRepo.repository")}: Required value`, `${at("gitRepo.directory")}: Invalid value: "../x": must not contain '..'`],
  ],
  [
    { gcePersistentDisk: { pdName: "", partition: 256 } },
    [
      `${at("persistentDisk.pdName")}: Required value`,
      `${at("persistentDisk.partition")}: Invalid value: 256: must be between 1 and 255, inclusive`,
    ],
  ],
  [{ awsElasticBlockStore: { volumeID: "" } }, [`${at("awsElasticBlockStore.volumeID")}: Required value`]],
  [
    { iscsi: { targetPortal: "a", iqn: "x", lun: 256 } },
    [
      `${at("iscsi.iqn")}: Invalid value: "x": must be valid format starting with iqn, eui, or naa`,
      `${at("iscsi.lun")}: Invalid value: 256: must be between 0 and 255, inclusive`,
    ],
  ],
  [
    { iscsi: { targetPortal: "a", iqn: "iqn.2015-02.example.com:test", lun: 0, chapAuthSession: true } },
    [`${at("iscsi.secretRef")}: Required value`],
  ],
  [
    { glusterfs: { endpoints: "", path: "" } },
    [`${at("glusterfs.endpoints")}: Required value`, `${at("glusterfs.path")}: Required value`],
  ],
  [{ flocker: {} }, [`${at("flocker")}: Required value: one of datasetName and datasetUUID is required`]],
  [{ rbd: { monitors: [], image: "" } }, [`${at("rbd.monitors")}: Required value`, `${at("rbd.image")}: Required value`]],
  [
    { cinder: { volumeID: "", secretRef: {} } },
    [`${at("cinder.volumeID")}: Required value`, `${at("cinder.secretRef.name")}: Required value`],
  ],
  [{ cephfs: { monitors: [] } }, [`${at("cephfs.monitors")}: Required value`]],
  [
    { quobyte: { registry: "a", volume: "" } },
    [
      `${at("quobyte.registry")}: Invalid value: "a": must be a host:port pair or multiple pairs separated by commas`,
      `${at("quobyte.volume")}: Required value`,
    ],
  ],
  [{ fc: {} }, [`${at("fc.targetWWNs")}: Required value: must specify either targetWWNs or wwids, but not both`]],
  [
    { flexVolume: { driver: "", options: { "a.k8s.io/b": "c" } } },
    [
      `${at("flexVolume.driver")}: Required value`,
      `${at("flexVolume.options[a.k8s.io/b]")}: Invalid value: "a.k8s.io/b": kubernetes.io and k8s.io namespaces are reserved`,
    ],
  ],
  [
    { azureFile: { secretName: "", shareName: "" } },
    [`${at("azureFile.secretName")}: Required value`, `${at("azureFile.shareName")}: Required value`],
  ],
  [{ vsphereVolume: { volumePath: "" } }, [`${at("vsphereVolume.volumePath")}: Required value`]],
  [{ portworxVolume: { volumeID: "" } }, [`${at("portworxVolume.volumeID")}: Required value`]],
  [
    { azureDisk: { diskName: "d", diskURI: "x", kind: "Managed" } },
    [
      `${at("azureDisk.diskURI")}: Unsupported value: "x": supported values: "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"`,
    ],
  ],
  [{ storageos: {} }, [`${at("storageos.volumeName")}: Required value`]],
  [
    { scaleIO: { gateway: "", system: "", secretRef: {} } },
    [
      `${at("scaleIO.gateway")}: Required value`,
      `${at("scaleIO.system")}: Required value`,
      `${at("scaleIO.volumeName")}: Required value`,
    ],
  ],
  [{ csi: { driver: "x", nodePublishSecretRef: {} } }, [`${at("csi.nodePublishSecretRef.name")}: Required value`]],
  [{ ephemeral: {} }, [`${at("ephemeral.volumeClaimTemplate")}: Required value`]],
  [
    { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } } },
    [`${at("ephemeral.volumeClaimTemplate.spec.resources[storage]")}: Required value`],
  ],
  [
    {
      projected: {
        sources: [
          { configMap: { name: "a", items: [{ key: "k", path: "p" }] } },
          { secret: { name: "b", items: [{ key: "k", path: "p" }] } },
        ],
      },
    },
    [`${at("projected")}: Invalid value: "b": conflicting duplicate paths`],
  ],
  [
    { projected: { sources: [{ configMap: { name: "a" }, secret: { name: "b" } }] } },
    [`${at("projected.sources[0]")}: Forbidden: may not specify more than 1 volume type per source`],
  ],
  [{ emptyDir: {}, secret: { secretName: "s" } }, [`${at("secret")}: Forbidden: may not specify more than 1 volume type`]],
];

for (const [source, errors] of sources)
  test(`a volume from ${JSON.stringify(source)}`, () =>
    assert.equal(validateCreate(kind, pod(volume(source)), options).map(fieldErrorText), errors));

const gated = { schedulingGates: [{ name: "wait" }] };
const onNode = (...values: string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: values.map((value) => ({ key: value, operator: "Exists" })) }],
      },
    },
  },
});
const terms = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";

const updates: Array<[title: string, old: Partial<PodSpec>, now: Partial<PodSpec>, errors: string[]]> = [
  ["opens its gate", gated, {}, []],
  [
    "puts up a gate",
    {},
    gated,
    ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'wait'"],
  ],
  ["waits and selects more", { ...gated, nodeSelector: { a: "b" } }, { ...gated, nodeSelector: { a: "b", c: "d" } }, []],
  [
    "waits and selects something else",
    { ...gated, nodeSelector: { a: "b" } },
    { ...gated, nodeSelector: { a: "c" } },
    ['spec.nodeSelector: Invalid value: {"a":"c"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)'],
  ],
  ["waits and asks more of its node", { ...gated, ...onNode("a") }, { ...gated, ...onNode("a", "b") }, []],
  ["waits and asks something of its node", gated, { ...gated, ...onNode("a") }, []],
  [
    "waits and asks less of its node",
    { ...gated, ...onNode("a", "b") },
    { ...gated, ...onNode("b") },
    [
      `${terms}[0]: Invalid value: {"matchExpressions":[{"key":"b","operator":"Exists"}]}: only additions are allowed (no mutations or deletions)`,
    ],
  ],
];

for (const [title, old, now, errors] of updates)
  test(`a pod that ${title}`, () =>
    assert.equal(validateUpdate(kind, pod(now), pod(old), undefined, options).map(fieldErrorText), errors));

test.run();
