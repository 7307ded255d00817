/** Reviews of access, and what follows from who may what in writes, in a simulated API server. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SubjectAccessReviewStatus, SubjectRulesReviewStatus, UntypedObject } from "../../src/api/types.js";
import { aBinding, aRole } from "../access/world.js";
import { ApiServerWorld } from "./apiserver-world.js";

const authorization = { group: "authorization.k8s.io", version: "v1" };
const rbac = { group: "rbac.authorization.k8s.io", version: "v1" };

function world() {
  const made = new ApiServerWorld().untilServing();
  made.create({ ...rbac, resource: "roles", namespace: "default" }, aRole("default", "reader", ["get", "pods"]));
  made.create(
    { ...rbac, resource: "rolebindings", namespace: "default" },
    aBinding("default", "readers", "Role reader", "User jane"),
  );
  return made;
}

function review(of: ApiServerWorld, kind: string, spec: object, namespace?: string, metadata: object = {}) {
  const path = { ...authorization, resource: `${kind.toLowerCase()}s`, ...(namespace === undefined ? {} : { namespace }) };
  return of.create(path, { kind, apiVersion: "authorization.k8s.io/v1", metadata, spec });
}
const statusOf = ({ object }: { object: UntypedObject }) => object.status as SubjectAccessReviewStatus;

const getPod = { verb: "get", resource: "pods", namespace: "default" };
const byRole = { allowed: true, reason: 'RBAC: allowed by RoleBinding "readers/default" of Role "reader" to User "jane"' };

test("each kind of access review answers by the roles that there are", () => {
  const of = world();
  assert.equal(statusOf(review(of, "SubjectAccessReview", { user: "jane", resourceAttributes: getPod })), byRole);
  assert.equal(statusOf(review(of, "SubjectAccessReview", { user: "joe", resourceAttributes: getPod })), { allowed: false });
  assert.equal(statusOf(review(of, "LocalSubjectAccessReview", { user: "jane", resourceAttributes: getPod }, "default")), byRole);
  assert.equal(statusOf(review(of, "SelfSubjectAccessReview", { resourceAttributes: { verb: "delete", resource: "nodes" } })), {
    allowed: true,
  });
  of.as("jane");
  assert.equal(statusOf(review(of, "SelfSubjectAccessReview", { resourceAttributes: getPod })), byRole);
  assert.equal(statusOf(review(of, "SelfSubjectAccessReview", { nonResourceAttributes: { verb: "get", path: "/metrics" } })), {
    allowed: false,
  });
  assert.is(review(of, "SubjectAccessReview", { user: "joe", resourceAttributes: getPod }).error?.code, 403);
});

test("a review may ask by field selector, as a kubelet would", () => {
  const of = world();
  const ask = (fieldSelector: object) => {
    const resourceAttributes = { verb: "list", resource: "pods", fieldSelector };
    const spec = { user: "system:node:node-1", groups: ["system:nodes"], resourceAttributes };
    return statusOf(review(of, "SubjectAccessReview", spec)).allowed;
  };
  const onNode = (name: string) => ({ requirements: [{ key: "spec.nodeName", operator: "In", values: [name] }] });
  assert.equal([ask(onNode("node-1")), ask(onNode("node-2")), ask({ rawSelector: "spec.nodeName=node-1" })], [true, false, true]);
});

const refusals: Array<[string, string, object, string | RegExp, string?, object?]> = [
  [
    "no question",
    "SelfSubjectAccessReview",
    {},
    'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
  ],
  [
    "two questions",
    "SelfSubjectAccessReview",
    { resourceAttributes: getPod, nonResourceAttributes: { verb: "get", path: "/" } },
    'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: authorization.NonResourceAttributes{Path:"/", Verb:"get"}: cannot be specified in combination with resourceAttributes',
  ],
  [
    "nobody",
    "SubjectAccessReview",
    { resourceAttributes: getPod },
    'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
  ],
  [
    "another namespace",
    "LocalSubjectAccessReview",
    { user: "jane", resourceAttributes: { ...getPod, namespace: "other" } },
    'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "other": must match metadata.namespace',
    "default",
  ],
  [
    "a path in a namespace",
    "LocalSubjectAccessReview",
    { user: "jane", nonResourceAttributes: { verb: "get", path: "/" } },
    'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.nonResourceAttributes: Invalid value: authorization.NonResourceAttributes{Path:"/", Verb:"get"}: disallowed on this kind of request',
    "default",
  ],
  [
    "a selector that says nothing",
    "SelfSubjectAccessReview",
    { resourceAttributes: { ...getPod, fieldSelector: {} } },
    'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required',
  ],
  [
    "selectors that are none, for nobody",
    "SubjectAccessReview",
    {
      resourceAttributes: {
        ...getPod,
        fieldSelector: { requirements: [{ operator: "In" }] },
        labelSelector: {
          requirements: [
            { key: "a b", operator: "Exists", values: ["x"] },
            { key: "a", operator: "Later" },
          ],
        },
      },
    },
    /is invalid: \[spec\.user: Invalid value: "": at least one of user or group must be specified, spec\.resourceAttributes\.fieldSelector\.requirements\[0\]\.key: Required value: must be specified, spec\.resourceAttributes\.fieldSelector\.requirements\[0\]\.values: Required value: must be specified when `operator` is 'In' or 'NotIn', spec\.resourceAttributes\.labelSelector\.requirements\[0\]\.values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist', spec\.resourceAttributes\.labelSelector\.requirements\[0\]\.key: Invalid value: "a b": name part must consist/,
  ],
  [
    "a selector that says it twice",
    "SelfSubjectAccessReview",
    {
      resourceAttributes: { ...getPod, fieldSelector: { rawSelector: "a=b", requirements: [{ key: "a", operator: "Exists" }] } },
    },
    'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements',
  ],
  [
    "a name",
    "SelfSubjectAccessReview",
    { resourceAttributes: getPod },
    'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: metadata: Invalid value: "null": must be empty',
    undefined,
    { name: "x" },
  ],
  ["rules of no namespace", "SelfSubjectRulesReview", {}, "no namespace on request"],
];
for (const [what, kind, spec, message, namespace, metadata = {}] of refusals) {
  test(`a ${kind} of ${what} is refused`, () => {
    const told = review(world(), kind, spec, namespace, metadata).error?.message ?? "";
    if (typeof message === "string") assert.is(told, message);
    else assert.match(told, message);
  });
}

test("one's own rules are told, and what could not be found out", () => {
  const of = world();
  const rulesOf = (user: string, ...groups: string[]) => {
    const { object } = review(of.as(user, ...groups), "SelfSubjectRulesReview", { namespace: "default" });
    of.as();
    return object.status as SubjectRulesReviewStatus;
  };
  const janes = rulesOf("jane");
  assert.ok(
    janes.resourceRules.some(({ resources }) => resources?.includes("pods")),
    "what she was given",
  );
  assert.ok(
    janes.nonResourceRules.some(({ nonResourceURLs }) => nonResourceURLs?.includes("/healthz")),
    "what all are given",
  );
  assert.is(janes.incomplete, false);
  const ofNode = rulesOf("system:node:node-1", "system:nodes", "system:authenticated");
  assert.equal([ofNode.incomplete, ofNode.evaluationError], [true, "node authorizer does not support user rule resolution"]);
});

test("who may change but not make does not make by changing", () => {
  const of = world();
  const leases = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "default" };
  const rule = { apiGroups: ["coordination.k8s.io"] };
  of.create({ ...rbac, resource: "roles", namespace: "default" }, aRole("default", "renewer", ["update", "leases", rule]));
  of.create(
    { ...rbac, resource: "rolebindings", namespace: "default" },
    aBinding("default", "renewers", "Role renewer", "User jane"),
  );
  const lease = { kind: "Lease", apiVersion: "coordination.k8s.io/v1", metadata: { name: "l", resourceVersion: "" }, spec: {} };
  assert.is(of.as("jane").update(leases, lease as UntypedObject).error?.message, 'leases.coordination.k8s.io "l" is forbidden: ');
});

test.run();
