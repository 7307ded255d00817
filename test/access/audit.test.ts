import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type AuditPolicy, type AuditSubject, auditPolicyFaults, tellingOf } from "../../src/api/audit/policy.js";
import { attributes, user } from "./world.js";

const audit = suite("audit policies");

const policy: AuditPolicy = {
  omitStages: ["RequestReceived"],
  rules: [
    {
      level: "None",
      users: ["system:kube-proxy"],
      verbs: ["watch"],
      resources: [{ group: "", resources: ["endpoints", "services"] }],
    },
    {
      level: "None",
      userGroups: ["system:nodes"],
      verbs: ["get"],
      resources: [{ group: "", resources: ["nodes", "nodes/status"] }],
    },
    { level: "None", nonResourceURLs: ["/healthz*", "/version"] },
    { level: "Metadata", resources: [{ group: "", resources: ["secrets", "configmaps"], resourceNames: ["settings"] }] },
    { level: "Request", resources: [{ group: "", resources: ["pods/*"] }] },
    { level: "RequestResponse", namespaces: ["team", ""], resources: [{ group: "apps" }, { group: "", resources: ["*/scale"] }] },
    { level: "Metadata", omitStages: ["ResponseStarted"], omitManagedFields: true, verbs: ["create", "list"] },
  ],
};
const nobody = user("jane", "developers");
const rows: Array<[string, string, string?, ReturnType<typeof user>?]> = [
  ["watch endpoints", "None", "by user", user("system:kube-proxy")],
  ["watch nodes", "None", "no rule at all", user("system:kube-proxy")],
  ["get nodes/status named n", "None", "by group", user("kubelet", "system:nodes")],
  ["get /healthz/etcd", "None"],
  ["get secrets in a named settings", "Metadata"],
  ["get secrets in a named other", "None"],
  ["get pods/log in a named web", "Request"],
  ["get pods in a named web", "Request", "what is beneath a resource includes it"],
  ["get pods.apps in a named web", "None"],
  ["delete deployments.apps in team named web", "RequestResponse"],
  ["delete deployments.apps in other named web", "None"],
  ["list deployments.apps", "RequestResponse", "of all namespaces"],
  ["get replicationcontrollers/scale in team named r", "RequestResponse"],
  ["create endpoints in a", "Metadata"],
  ["list /apis", "Metadata", "a rule that names neither resources nor paths is about both"],
  ["delete /metrics", "None"],
];
for (const [question, level, why = "", who = nobody] of rows)
  audit(`tells of ${question} by ${who.name}: ${level} ${why}`, () =>
    assert.is(tellingOf(policy, who, attributes(question) as AuditSubject)?.level ?? "None", level),
  );

audit("leaves out stages of the policy and of the rule", () => {
  const telling = tellingOf(policy, nobody, attributes("create endpoints in a") as AuditSubject);
  assert.equal([telling?.omitStages, telling?.omitManagedFields], [["RequestReceived", "ResponseStarted"], true]);
});

const kind = { apiVersion: "audit.k8s.io/v1", kind: "Policy" };
const faults: Array<[unknown, string[]]> = [
  [{ ...kind, rules: [{ level: "Metadata" }] }, []],
  [7, ["it is no object"]],
  [{ kind: "Policy", apiVersion: "v1", rules: [{ level: "None" }] }, ['apiVersion: "v1" is not "audit.k8s.io/v1"']],
  [{ ...kind, kind: "Pod", rules: [{ level: "None" }] }, ['kind: "Pod" is not "Policy"']],
  [kind, ["rules: there must be at least one"]],
  [{ ...kind, rules: [{ level: "Loud" }] }, ['rules[0].level: "Loud" is not one of None, Metadata, Request, RequestResponse']],
  [{ ...kind, rules: ["x"] }, ["rules[0]: must be an object"]],
  [{ ...kind, rules: [{ level: "None", verbs: "get" }] }, ["rules[0].verbs: must be a list of texts"]],
  [{ ...kind, rules: [{ level: "None", resources: ["pods"] }] }, ["rules[0].resources: must be a list of objects"]],
  [
    { ...kind, rules: [{ level: "None", resources: [{}], nonResourceURLs: ["/x"] }] },
    ["rules[0].nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs"],
  ],
  [
    { ...kind, omitStages: ["Later"], rules: [{ level: "None", omitStages: "x" }] },
    [
      'omitStages: "Later" is not one of RequestReceived, ResponseStarted, ResponseComplete, Panic',
      "rules[0].omitStages: must be a list",
    ],
  ],
];
for (const [value, expected] of faults)
  audit(`finds in a policy: ${expected.join("; ") || "nothing"}`, () => assert.equal(auditPolicyFaults(value), expected));

audit.run();
