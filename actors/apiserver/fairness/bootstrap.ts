/**
 * The flow schemas and priority levels that every cluster has from the first moment on, those of Kubernetes 1.33.
 * https://kubernetes.io/docs/reference/debug-cluster/flow-control/ and /docs/concepts/cluster-administration/flow-control/#defaults
 */
import { anything, everybody, mandatoryFlowSchemas, mandatoryLevels } from "../../../src/api/mandatory-flows.js";
import type { FlowSchema, PriorityLevelConfiguration } from "../../../src/api/types.js";

/** Says whether an object's spec is kept as it is here: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/#maintenance-of-the-mandatory-and-suggested-configuration-objects */
export const autoupdateSpec = "apf.kubernetes.io/autoupdate-spec";
/** Without these there is no fairness: they are always as they are here. */
export const mandatory: ReadonlySet<string> = new Set(["exempt", "catch-all"]);

const apiVersion = "flowcontrol.apiserver.k8s.io/v1";
const annotations = { [autoupdateSpec]: "true" };

interface Queuing {
  readonly queues: number;
  readonly handSize: number;
}

function level(name: string, shares: number, lendablePercent: number, queuing?: Queuing): PriorityLevelConfiguration {
  const limitResponse =
    queuing === undefined ? { type: "Reject" } : { type: "Queue", queuing: { ...queuing, queueLengthLimit: 50 } };
  return {
    kind: "PriorityLevelConfiguration",
    apiVersion,
    metadata: { name, annotations },
    spec: { type: "Limited", limited: { nominalConcurrencyShares: shares, lendablePercent, limitResponse } },
  };
}

export const levels: readonly PriorityLevelConfiguration[] = [
  {
    kind: "PriorityLevelConfiguration",
    apiVersion,
    metadata: { name: "exempt", annotations },
    spec: { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  },
  {
    kind: "PriorityLevelConfiguration",
    apiVersion,
    metadata: { name: "catch-all", annotations },
    spec: mandatoryLevels.get("catch-all")!,
  },
  level("system", 30, 33, { queues: 64, handSize: 6 }),
  level("node-high", 40, 25, { queues: 64, handSize: 6 }),
  level("leader-election", 10, 0, { queues: 16, handSize: 4 }),
  level("workload-high", 40, 50, { queues: 128, handSize: 6 }),
  level("workload-low", 100, 90, { queues: 128, handSize: 6 }),
  level("global-default", 20, 50, { queues: 128, handSize: 6 }),
];

type Rules = NonNullable<NonNullable<FlowSchema["spec"]>["rules"]>[number];
type Subject = Rules["subjects"][number];
type ResourceRule = NonNullable<Rules["resourceRules"]>[number];

const group = (name: string): Subject => ({ kind: "Group", group: { name } });
const user = (name: string): Subject => ({ kind: "User", user: { name } });
const serviceAccount = (name: string): Subject => ({
  kind: "ServiceAccount",
  serviceAccount: { namespace: "kube-system", name },
});

const onResources = (apiGroup: string, resources: string[], verbs: string[], clusterScope = false): ResourceRule => ({
  verbs,
  apiGroups: [apiGroup],
  resources,
  namespaces: ["*"],
  ...(clusterScope ? { clusterScope } : {}),
});
const onLeases = onResources("coordination.k8s.io", ["leases"], ["get", "create", "update"]);

function schema(
  name: string,
  [priorityLevel, matchingPrecedence, distinguisher]: readonly [string, number, ("ByUser" | "ByNamespace")?],
  rules: Rules[],
): FlowSchema {
  return {
    kind: "FlowSchema",
    apiVersion,
    metadata: { name, annotations },
    spec: {
      priorityLevelConfiguration: { name: priorityLevel },
      matchingPrecedence,
      ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
      rules,
    },
  };
}

const mandatorySchema = (name: string): FlowSchema => ({
  kind: "FlowSchema",
  apiVersion,
  metadata: { name, annotations },
  spec: mandatoryFlowSchemas.get(name)!,
});

const controllerManager = user("system:kube-controller-manager");
const scheduler = user("system:kube-scheduler");

export const schemas: readonly FlowSchema[] = [
  mandatorySchema("exempt"),
  schema(
    "probes",
    ["exempt", 2],
    [{ subjects: everybody, nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/readyz", "/livez"] }] }],
  ),
  schema(
    "system-leader-election",
    ["leader-election", 100, "ByUser"],
    [{ subjects: [controllerManager, scheduler, serviceAccount("*")], resourceRules: [onLeases] }],
  ),
  schema(
    "endpoint-controller",
    ["workload-high", 150, "ByUser"],
    [
      {
        subjects: [controllerManager, serviceAccount("endpoint-controller"), serviceAccount("endpointslicemirroring-controller")],
        resourceRules: [onResources("", ["endpoints"], ["get", "create", "update"])],
      },
    ],
  ),
  schema(
    "workload-leader-election",
    ["leader-election", 200, "ByUser"],
    [{ subjects: [serviceAccount("*")], resourceRules: [onLeases] }],
  ),
  schema(
    "system-node-high",
    ["node-high", 400, "ByUser"],
    [
      {
        subjects: [group("system:nodes")],
        resourceRules: [
          onResources("", ["nodes", "nodes/status"], ["*"], true),
          onResources("coordination.k8s.io", ["leases"], ["*"]),
        ],
      },
    ],
  ),
  schema("system-nodes", ["system", 500, "ByUser"], [{ subjects: [group("system:nodes")], ...anything }]),
  schema("kube-controller-manager", ["workload-high", 800, "ByNamespace"], [{ subjects: [controllerManager], ...anything }]),
  schema("kube-scheduler", ["workload-high", 800, "ByNamespace"], [{ subjects: [scheduler], ...anything }]),
  schema(
    "kube-system-service-accounts",
    ["workload-high", 900, "ByNamespace"],
    [{ subjects: [serviceAccount("*")], ...anything }],
  ),
  schema("service-accounts", ["workload-low", 9_000, "ByUser"], [{ subjects: [group("system:serviceaccounts")], ...anything }]),
  schema("global-default", ["global-default", 9_900, "ByUser"], [{ subjects: everybody, ...anything }]),
  mandatorySchema("catch-all"),
];
