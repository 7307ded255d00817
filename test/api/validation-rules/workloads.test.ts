import { test } from "uvu";
import { type Changed, type Created, testChanged, testCreated } from "./rules.js";

const claim = (spec: object): object => ({
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const labels = { app: "web" };
const pods = { metadata: { labels }, spec: { containers: [{ name: "c", image: "x" }] } };
const set = (spec: object): object => ({ spec: { selector: { matchLabels: labels }, template: pods, ...spec } });
const job = (spec: object): object => ({
  metadata: { name: "web", namespace: "shop", uid: "u" },
  spec: {
    manualSelector: true,
    selector: { matchLabels: labels },
    template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never" } },
    ...spec,
  },
});
const scaler = (spec: object): object => ({
  spec: { maxReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "web" }, ...spec },
});
const noted = (status: object): object => ({ ...job({}), status });
const ended = (...types: string[]): object => ({
  startTime: "2026-01-01T00:00:00Z",
  conditions: types.map((type) => ({ type, status: "True" })),
});

const noSelector = "spec.selector: Required value";
const notSelected =
  "spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`";
const noContainers = "spec.template.spec.containers: Required value";
const never = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"';
const onlySelector = { spec: { selector: { matchLabels: labels } } };
const onlyLabels = set({ template: { metadata: { labels } } });

const created: Created[] = [
  ...["Deployment", "ReplicaSet"].flatMap((kind): Created[] => [
    ["nothing", `apps/v1/${kind}`, {}, [noSelector, notSelected, noContainers]],
    ["an empty spec", `apps/v1/${kind}`, { spec: {} }, [noSelector, notSelected, noContainers]],
    ["no template", `apps/v1/${kind}`, onlySelector, [notSelected, noContainers]],
    ["a template without pods", `apps/v1/${kind}`, onlyLabels, [noContainers]],
  ]),
  ["nothing, and so nothing to select by", "apps/v1/DaemonSet", {}, [notSelected, noContainers]],
  ["an empty spec, without a selector", "apps/v1/DaemonSet", { spec: {} }, [notSelected, noContainers]],
  ["a template without pods", "apps/v1/DaemonSet", onlyLabels, [noContainers]],
  ["nothing", "apps/v1/StatefulSet", {}, [noSelector, notSelected]],
  ["an empty spec", "apps/v1/StatefulSet", { spec: {} }, [noSelector, notSelected]],
  ["a template without pods, which nobody checks", "apps/v1/StatefulSet", onlyLabels, []],
  [
    "pods that cannot be made, which nobody checks, with labels that nobody may have",
    "apps/v1/StatefulSet",
    set({ template: { metadata: { labels: { ...labels, tier: "-" } }, spec: { containers: [{ name: "C", image: "" }] } } }),
    [
      `spec.template.labels: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  ],
  [
    "pods that do not stay",
    "apps/v1/StatefulSet",
    set({ template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never", activeDeadlineSeconds: 1 } } }),
    [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in StatefulSet is not Supported",
    ],
  ],
  ["nothing, and so nothing to select by", "ReplicationController", {}, [noSelector, "spec.template: Required value"]],
  ["a template of nothing", "ReplicationController", { spec: { template: {} } }, [noSelector, noContainers]],
  ["a template without pods", "ReplicationController", { spec: { template: { metadata: { labels } } } }, [noContainers]],
  ["no template", "batch/v1/Job", { spec: { manualSelector: true, selector: {} } }, [noContainers, never]],
  [
    "nothing",
    "batch/v1/CronJob",
    {},
    ["spec.schedule: Required value", ...[noContainers, never].map((each) => each.replace("spec.", "spec.jobTemplate.spec."))],
  ],
  [
    "a claim of its own",
    "apps/v1/StatefulSet",
    set({
      template: { ...pods, spec: { containers: [{ name: "c", image: "x", volumeMounts: [{ name: "data", mountPath: "/d" }] }] } },
      volumeClaimTemplates: [{ metadata: { name: "data" }, ...claim({}) }],
    }),
    [],
  ],
  [
    "updates of no kind",
    "apps/v1/StatefulSet",
    set({
      updateStrategy: { type: "OnDelete", rollingUpdate: { partition: 1 } },
      ordinals: { start: -1 },
      podManagementPolicy: "X",
    }),
    [
      "spec.podManagementPolicy: Invalid value: \"X\": must be 'OrderedReady' or 'Parallel'",
      "spec.updateStrategy.rollingUpdate: Invalid value: {\"partition\":1}: only allowed for updateStrategy 'RollingUpdate'",
      "spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0",
    ],
  ],
  [
    "neither before nor after",
    "apps/v1/DaemonSet",
    set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } }),
    ["spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0"],
  ],
  [
    "before and after",
    "apps/v1/DaemonSet",
    set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } }),
    ["spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"],
  ],

  [
    "indexes without a number",
    "batch/v1/Job",
    job({ completionMode: "Indexed", parallelism: 2 }),
    ["spec.completions: Required value: when completion mode is Indexed"],
  ],
  [
    "limits of indexes without indexes",
    "batch/v1/Job",
    job({ backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
    [
      "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
      "spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode",
    ],
  ],
  [
    "a manager",
    "batch/v1/Job",
    job({ managedBy: "me" }),
    ['spec.managedBy: Invalid value: "me": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    "rules of failure",
    "batch/v1/Job",
    job({
      podFailurePolicy: {
        rules: [
          { action: "FailIndex" },
          { action: "Ignore", onExitCodes: { containerName: "x", operator: "In", values: [2, 0] } },
        ],
      },
    }),
    [
      'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
      "spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
      'spec.podFailurePolicy.rules[1].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
      "spec.podFailurePolicy.rules[1].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator",
      "spec.podFailurePolicy.rules[1].onExitCodes.values: Invalid value: []int32{2, 0}: must be ordered",
    ],
  ],
  [
    "rules of success",
    "batch/v1/Job",
    job({
      completionMode: "Indexed",
      completions: 3,
      successPolicy: { rules: [{ succeededIndexes: "0-1", succeededCount: 3 }, { succeededIndexes: "2,1" }, {}] },
    }),
    [
      "spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)",
      'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1',
      "spec.successPolicy.rules[2]: Required value: at least one of succeededCount or succeededIndexes must be specified",
    ],
  ],
  [
    "a selector that was not asked for",
    "batch/v1/Job",
    job({ manualSelector: false }),
    [
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated',
    ],
  ],
  [
    "a zone that is not",
    "batch/v1/CronJob",
    {
      spec: {
        schedule: "* * * * *",
        timeZone: "Europe/Bonn",
        jobTemplate: { spec: { template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never" } } } },
      },
    },
    ['spec.timeZone: Invalid value: "Europe/Bonn": unknown time zone Europe/Bonn'],
  ],
  [
    "a zone in its schedule",
    "batch/v1/CronJob",
    {
      spec: {
        schedule: "TZ=UTC * * * * *",
        timeZone: "Europe/Berlin",
        jobTemplate: { spec: { template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never" } } } },
      },
    },
    ['spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
  ],

  [
    "a metric of no kind",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({ metrics: [{ type: "X" }] }),
    [
      'spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      'spec.metrics[0].type: Unsupported value: "X": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
    ],
  ],
  [
    "a metric without a target",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({
      metrics: [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 0, averageValue: "1" } },
        },
      ],
    }),
    [
      "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
      "spec.metrics[0].resource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization",
    ],
  ],
  [
    "another metric than it says",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({ metrics: [{ type: "Pods", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 1 } } }] }),
    ["spec.metrics[0].pods: Required value: must populate information for the given metric source"],
  ],
  [
    "a behavior",
    "autoscaling/v2/HorizontalPodAutoscaler",
    scaler({
      behavior: { scaleUp: { stabilizationWindowSeconds: 3601, policies: [{ type: "X", value: 0, periodSeconds: 1801 }] } },
    }),
    [
      "spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600",
      'spec.behavior.scaleUp.policies[0].type: Unsupported value: "X": supported values: "Percent", "Pods"',
      "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
      "spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
    ],
  ],
  [
    "whom it lets go",
    "policy/v1/PodDisruptionBudget",
    { spec: { unhealthyPodEvictionPolicy: "X" } },
    ['spec.unhealthyPodEvictionPolicy: Unsupported value: "X": supported values: "AlwaysAllow", "IfHealthyBudget"'],
  ],
];

const changed: Changed[] = [
  [
    "where its pods run, while it waits",
    "batch/v1/Job",
    job({ suspend: true }),
    job({ suspend: true, template: { ...pods, spec: { ...pods.spec, restartPolicy: "Never", nodeSelector: { a: "b" } } } }),
    [],
  ],
  [
    "as many as run at a time",
    "batch/v1/Job",
    job({ completionMode: "Indexed", completions: 2, parallelism: 2 }),
    job({ completionMode: "Indexed", completions: 3, parallelism: 3 }),
    [],
  ],
  [
    "more than run at a time",
    "batch/v1/Job",
    job({ completionMode: "Indexed", completions: 2, parallelism: 2 }),
    job({ completionMode: "Indexed", completions: 3, parallelism: 2 }),
    ["spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"],
  ],
  [
    "an end without reason",
    "batch/v1/Job",
    noted({}),
    noted(ended("Failed")),
    ["status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition"],
    "status",
  ],
  ["an end", "batch/v1/Job", noted({}), noted(ended("FailureTarget", "Failed")), [], "status"],
  [
    "both ends",
    "batch/v1/Job",
    noted({}),
    noted({ ...ended("FailureTarget", "Failed", "SuccessCriteriaMet", "Complete"), completionTime: "2026-01-02T00:00:00Z" }),
    [
      "status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions",
      "status.conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions",
      "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions",
      "status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
    ],
    "status",
  ],
  [
    "a new beginning",
    "batch/v1/Job",
    noted(ended("FailureTarget", "Failed")),
    noted({ ...ended("FailureTarget"), failed: 0 }),
    ["status.conditions: Invalid value: cannot disable the terminal Failed=True condition"],
    "status",
  ],
  [
    "fewer of what was counted",
    "batch/v1/Job",
    noted({ failed: 2 }),
    noted({ failed: 1 }),
    ["status.failed: Invalid value: 1: cannot decrease the failed counter"],
    "status",
  ],
  [
    "fewer names that were taken",
    "apps/v1/DaemonSet",
    { ...set({}), status: { collisionCount: 2 } },
    { ...set({}), status: { collisionCount: 1 } },
    ["status.collisionCount: Invalid value: 1: cannot be decremented"],
    "status",
  ],
];

testCreated(created);
testChanged(changed);

test.run();
