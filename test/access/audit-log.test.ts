/** What the audit log tells of a request, stage by stage. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/ */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Audit, type Auditable, type AuditedRequest } from "../../actors/apiserver/audit/audit.js";
import { sourceAddresses } from "../../actors/apiserver/http/source-addresses.js";
import type { ApiOutcome, CreateRequest, DeleteRequest } from "../../actors/apiserver/request.js";
import type { AuditPolicy } from "../../src/api/audit/policy.js";
import { unauthorized } from "../../src/api/status.js";
import type { Json } from "../../src/wire/json.js";
import { attributes, user } from "./world.js";

const test = suite("the audit log");

interface Event {
  readonly stage: string;
  readonly auditID: string;
  readonly user: object;
  readonly impersonatedUser?: object;
  readonly objectRef?: object;
  readonly userAgent?: string;
  readonly responseStatus?: object;
  readonly requestObject?: object;
  readonly responseObject?: object;
  readonly annotations?: object;
}

function told(
  level: "Metadata" | "Request" | "RequestResponse",
  of: Partial<Auditable>,
  tell: (audited: AuditedRequest) => void,
) {
  const lines: string[] = [];
  const policy: AuditPolicy = { rules: [{ level, omitManagedFields: true }] };
  const clock = { nowMs: () => 0, monotonicMs: () => 0, setTimeout: () => 0, clearTimeout: () => undefined };
  const ids = { uuid: () => "made-here", id: () => "x" };
  const audit = new Audit({ clock, ids } as unknown as ConstructorParameters<typeof Audit>[0], {
    policy,
    write: (line) => lines.push(line),
  });
  const audited = audit.begin({ ...aCreate, ...of });
  assert.ok(audited !== undefined, "the policy has it told");
  tell(audited);
  return lines.map((line) => JSON.parse(line) as Event);
}

const jane = user("jane", "developers");
const aCreate: Auditable = {
  asker: jane,
  attributes: attributes("create pods in team"),
  version: "v1",
  requestUri: "/api/v1/namespaces/team/pods",
  sourceIps: ["127.0.0.1"],
  userAgent: "kubectl",
  longRunning: false,
};
const path = { group: "", version: "v1", resource: "pods", namespace: "team" };
const create = (metadata: object): CreateRequest => ({
  verb: "create",
  user: jane,
  path,
  body: { kind: "Pod", apiVersion: "v1", metadata } as CreateRequest["body"],
  options: {},
});
const success = (object: object, code = 201): ApiOutcome => ({ ok: true, code, object: JSON.stringify(object) as Json<never> });
const stages = (events: readonly Event[]) => events.map(({ stage }) => stage).join(" ");

test("a short request is told as it comes in and when it is over, under one id", () => {
  const events = told("Metadata", { id: "named-by-the-client" }, (audited) => {
    audited.asked(create({ name: "web", uid: "u" }));
    audited.answered(success({ kind: "Pod", metadata: { name: "web" } }));
    audited.responding(201);
    audited.completed();
  });
  assert.is(stages(events), "RequestReceived ResponseComplete");
  assert.equal(
    events.map(({ auditID }) => auditID),
    ["named-by-the-client", "named-by-the-client"],
  );
  assert.equal(events[0]?.objectRef, { resource: "pods", namespace: "team", apiVersion: "v1" });
  assert.equal(events[1]?.objectRef, { resource: "pods", namespace: "team", name: "web", uid: "u", apiVersion: "v1" });
  assert.equal([events[1]?.requestObject, events[1]?.responseObject], [undefined, undefined]);
  assert.equal(events[1]?.responseStatus, { metadata: {}, code: 201 });
});

test("a long one is told as its answer begins, too", () => {
  const watch = { attributes: attributes("watch pods in team"), longRunning: true };
  const events = told("Metadata", watch, (audited) => {
    audited.responding(200);
    audited.responding(200);
    audited.completed();
    audited.completed();
  });
  assert.is(stages(events), "RequestReceived ResponseStarted ResponseComplete");
});

test("a connection that closes before there is an answer is said to have", () => {
  const [, started, complete] = told("Metadata", { longRunning: true }, (audited) => audited.completed());
  const early = { metadata: {}, status: "Success", message: "Connection closed early", code: 200 };
  assert.equal([started?.stage, started?.responseStatus], ["ResponseStarted", early]);
  assert.equal([complete?.stage, complete?.responseStatus], ["ResponseComplete", early]);
});

test("what fails in a way that nobody foresaw has a stage of its own, and no other after it", () => {
  const events = told("Metadata", {}, (audited) => {
    audited.panicked("it is broken");
    audited.responding(500);
    audited.completed();
  });
  assert.is(stages(events), "RequestReceived Panic");
  const message = "APIServer panic'd: it is broken";
  assert.equal(events[1]?.responseStatus, { metadata: {}, status: "Failure", message, reason: "InternalError", code: 500 });
});

test("who is impersonated is known once he is", () => {
  const [received, complete] = told("Metadata", {}, (audited) => {
    audited.impersonating(user("bob", "system:authenticated"));
    audited.decided({ allowed: false, reason: "no role" });
    audited.completed();
  });
  assert.equal([received?.impersonatedUser, received?.annotations], [undefined, undefined]);
  assert.equal(complete?.user, { username: "jane", groups: ["developers"] });
  assert.equal(complete?.impersonatedUser, { username: "bob", groups: ["system:authenticated"] });
  assert.equal(complete?.annotations, { "authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": "no role" });
});

test("a body is told as it came, without managed fields, whatever is made of it", () => {
  const request = create({ generateName: "web-", managedFields: [{ manager: "m" }] });
  const [, complete] = told("RequestResponse", {}, (audited) => {
    audited.asked(request);
    request.body.metadata.name = "web-x";
    audited.answered(success({ kind: "Pod", metadata: { name: "web-x", managedFields: [] } }));
    audited.completed();
  });
  assert.equal(complete?.requestObject, { kind: "Pod", apiVersion: "v1", metadata: { generateName: "web-" } });
  assert.equal(complete?.responseObject, { kind: "Pod", metadata: { name: "web-x" } });
  assert.equal(complete?.objectRef, { resource: "pods", namespace: "team", apiVersion: "v1" }, "it had no name yet");
});

test("at the level Request, answers that are Statuses are told as the status of the response only", () => {
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details: { name: "web", kind: "pods" } };
  const deletion: DeleteRequest = {
    verb: "delete",
    user: jane,
    path: { ...path, name: "web" },
    options: { gracePeriodSeconds: 0 },
  };
  const [, complete] = told("Request", { attributes: attributes("delete pods in team named web") }, (audited) => {
    audited.asked(deletion);
    audited.answered(success(status, 200));
    audited.completed();
  });
  assert.equal(complete?.requestObject, { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", gracePeriodSeconds: 0 });
  assert.equal(complete?.responseStatus, { metadata: {}, status: "Success", details: { name: "web", kind: "pods" }, code: 200 });
  assert.is(complete?.responseObject, undefined);
});

test("a program that says too much of itself is cut short", () => {
  const [received] = told("Metadata", { userAgent: "x".repeat(1025) }, () => undefined);
  assert.is(received?.userAgent, `${"x".repeat(1024)}...TRUNCATED`);
});

test("who shows wrong credentials is told once, as nobody", () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const host = { clock: { nowMs: () => 0 }, ids: { uuid: () => "id" } };
  const rules = [
    { level: "None" as const, users: ["jane"] },
    { level: "Metadata" as const, verbs: ["list"] },
  ];
  const audit = new Audit(host as unknown as ConstructorParameters<typeof Audit>[0], { policy: { rules }, write });
  audit.unauthenticated({ ...aCreate, attributes: attributes("list pods in team") }, unauthorized().status);
  audit.unauthenticated(aCreate, unauthorized().status);
  assert.is(lines.length, 1, "what the policy leaves out is left out");
  const event = JSON.parse(lines[0]!) as Event;
  assert.equal([event.stage, event.user], ["ResponseStarted", {}]);
  assert.equal(event.responseStatus, {
    metadata: {},
    status: "Failure",
    message: "Unauthorized",
    reason: "Unauthorized",
    code: 401,
  });
});

const sources: Array<[forwarded: string, real: string, remote: string, expected: string]> = [
  ["", "", "127.0.0.1", "127.0.0.1"],
  ["", "", "::ffff:10.1.2.3", "10.1.2.3"],
  ["", "", "::1", "::1"],
  ["192.0.2.1, nonsense, 192.0.2.2", "", "127.0.0.1", "192.0.2.1 192.0.2.2 127.0.0.1"],
  ["192.0.2.1", "192.0.2.1", "127.0.0.1", "192.0.2.1 127.0.0.1"],
  ["192.0.2.1", "192.0.2.9", "192.0.2.9", "192.0.2.1 192.0.2.9"],
  ["127.0.0.1", "", "127.0.0.1", "127.0.0.1"],
];
for (const [forwarded, real, remote, expected] of sources)
  test(`a request from ${remote}, forwarded for ${forwarded || "nobody"} and ${real || "nobody"}, comes from ${expected}`, () => {
    const headers = { ...(forwarded && { "x-forwarded-for": forwarded }), ...(real && { "x-real-ip": real }) };
    assert.is(sourceAddresses(headers, remote).join(" "), expected);
  });

test.run();
