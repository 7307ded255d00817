/** What is no write is admitted too: reviews, tokens, connections. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ConnectRequest } from "../../actors/apiserver/request.js";
import { badRequest } from "../../src/api/status.js";
import { AdmissionWorld, allowing, denying, mutating, validating } from "./admission-world.js";
import { podOf, podsPath } from "./apiserver-world.js";

const rule = (group: string, version: string, resource: string, operation = "CREATE") => ({
  rules: [{ operations: [operation], apiGroups: [group], apiVersions: [version], resources: [resource] }],
});

const accessReviews = { group: "authorization.k8s.io", version: "v1", resource: "selfsubjectaccessreviews" };
const review = { spec: { resourceAttributes: { verb: "get", resource: "pods" } } };

test("a review is answered when webhooks have let it in", () => {
  const world = new AdmissionWorld();
  world.register(
    mutating,
    "changer",
    () => ({ patch: [{ op: "replace", path: "/spec/resourceAttributes/verb", value: "list" }] }),
    {
      ...rule("authorization.k8s.io", "v1", "selfsubjectaccessreviews"),
    },
  );
  const { object, error } = world.create(accessReviews, review);
  assert.is(error, undefined, error?.message);
  assert.equal((object.spec as { resourceAttributes: object }).resourceAttributes, { verb: "list", resource: "pods" });
  assert.is((object.status as { allowed: boolean }).allowed, true);
  world.register(validating, "judge", denying("no questions"), rule("authorization.k8s.io", "v1", "selfsubjectaccessreviews"));
  assert.match(world.create(accessReviews, review).error?.message ?? "", /denied the request: no questions$/);
});

test("a token is signed when webhooks have let the request in, as they left it", () => {
  const world = new AdmissionWorld();
  world.account();
  world.register(mutating, "changer", () => ({ patch: [{ op: "add", path: "/spec/expirationSeconds", value: 1200 }] }), {
    ...rule("", "v1", "serviceaccounts/token"),
  });
  const path = {
    group: "",
    version: "v1",
    resource: "serviceaccounts",
    namespace: "default",
    name: "default",
    subresource: "token",
  };
  const { object, error } = world.create(path, { spec: {} });
  assert.is(error, undefined, error?.message);
  assert.is((object.spec as { expirationSeconds: number }).expirationSeconds, 1_200);
  const [told] = world.asked("changer");
  assert.equal([told?.kind.kind, told?.subResource, told?.name], ["TokenRequest", "token", "default"]);
});

/** Connects as `kubectl exec` does, and tells what was said to the reader. */
function exec(world: AdmissionWorld): string[] {
  const said: string[] = [];
  const request: ConnectRequest = {
    path: { ...podsPath, resource: "pods", namespace: "default", name: "web", subresource: "exec" },
    user: { name: "kubernetes-admin", groups: ["system:masters"] },
    options: { command: ["sh"], stdout: true, container: "main" },
  };
  world.server().connect(request, {
    started: () => said.push("started"),
    refused: (error) => said.push(`refused: ${error.status.message}`),
    ended: () => said.push("ended"),
    output: () => undefined,
  } as Parameters<ReturnType<AdmissionWorld["server"]>["connect"]>[1]);
  world.run(15_000);
  return said;
}

test("a connection is made when webhooks have let it in: they are told of its options", () => {
  const world = new AdmissionWorld();
  world.account();
  world.create(podsPath, podOf("web"));
  const unasked = exec(world);
  world.register(validating, "judge", allowing, rule("", "v1", "pods/exec", "CONNECT"));
  assert.equal(exec(world), unasked, "it goes on as if nobody had been asked");
  const [told] = world.asked("judge");
  assert.equal([told?.operation, told?.kind.kind, told?.name, told?.options], ["CONNECT", "PodExecOptions", "web", null]);
  assert.equal((told?.object as { command?: string[] } | undefined)?.command, ["sh"]);
  world.answer("judge", denying("nobody goes in"));
  assert.equal(exec(world), ['refused: admission webhook "judge.example.com" denied the request: nobody goes in']);
});

test("what is not asked for as it must be is admitted first, then its pod is looked for, and then it is refused", () => {
  const world = new AdmissionWorld();
  world.account();
  const said: string[] = [];
  const ask = (name: string): void => {
    world.server().connect(
      {
        path: { ...podsPath, resource: "pods", namespace: "default", name, subresource: "portforward" },
        user: { name: "kubernetes-admin", groups: ["system:masters"] },
        options: { ports: [80] },
        unfit: badRequest("Upgrade request required"),
      },
      {
        remarked: ({ warnings = [] }) => said.push(...warnings),
        started: () => said.push("started"),
        refused: (error) => said.push(error.status.message ?? ""),
        ended: () => said.push("ended"),
        output: () => undefined,
      },
    );
    world.run(1_000);
  };
  world.register(validating, "judge", () => ({ warnings: ["look out"] }), rule("", "v1", "pods/portforward", "CONNECT"));
  ask("web");
  world.create(podsPath, podOf("web", { nodeName: "node-1" }));
  ask("web");
  const warning = "look out";
  assert.equal(said, [warning, 'pods "web" not found', warning, "Upgrade request required"]);
  assert.equal((world.asked("judge")[0]?.object as { ports?: number[] } | undefined)?.ports, [80]);
});

test("a binding that is posted by itself is judged as one, and not as a part of its pod", () => {
  const world = new AdmissionWorld();
  world.account();
  world.create(podsPath, podOf("web"));
  world.register(validating, "parts", denying("no parts"), rule("", "v1", "pods/binding", "CREATE"));
  world.register(validating, "bindings", denying("not yet"), rule("", "v1", "bindings", "CREATE"));
  const bindings = { ...podsPath, resource: "bindings" };
  const binding = { metadata: { name: "web" }, target: { kind: "Node", name: "node-1" } };
  assert.is(
    world.create(bindings, binding).error?.message,
    'admission webhook "bindings.example.com" denied the request: not yet',
  );
  assert.equal(
    world.asked("bindings").map(({ resource, subResource, name }) => [resource.resource, subResource, name]),
    [["bindings", undefined, "web"]],
  );
  world.answer("bindings", allowing);
  assert.is(world.create(bindings, binding).error, undefined);
  assert.is((world.get(podsPath, "web").object.spec as { nodeName?: string }).nodeName, "node-1");
  assert.equal(world.asked("parts"), []);
});

test("a request that is proxied is admitted by the path behind the proxy", () => {
  const world = new AdmissionWorld();
  world.account();
  world.create(podsPath, podOf("web"));
  const refusals: Array<string | undefined> = [];
  const proxy = (): void => {
    const path = { ...podsPath, name: "web", subresource: "proxy" };
    const user = { name: "kubernetes-admin", groups: ["system:masters"] };
    world.server().admitProxy({ path, user, proxied: "/metrics" }, (refusal) => refusals.push(refusal?.status.message));
    world.run(1_000);
  };
  proxy();
  world.register(validating, "judge", denying("not through here"), rule("", "v1", "pods/proxy", "CONNECT"));
  proxy();
  assert.equal(refusals, [undefined, 'admission webhook "judge.example.com" denied the request: not through here']);
  const [told] = world.asked("judge");
  assert.equal([told?.kind.kind, (told?.object as { path?: string } | undefined)?.path], ["PodProxyOptions", "/metrics"]);
});

test("a reader that has gone by the time its connection is admitted is not connected", () => {
  const world = new AdmissionWorld();
  world.account();
  world.create(podsPath, podOf("web"));
  world.register(validating, "judge", () => ({ afterMs: 1_000 }), rule("", "v1", "pods/exec", "CONNECT"));
  const said: string[] = [];
  const handle = world.server().connect(
    {
      path: { ...podsPath, resource: "pods", namespace: "default", name: "web", subresource: "exec" },
      user: { name: "kubernetes-admin", groups: ["system:masters"] },
      options: { command: ["sh"] },
    },
    {
      started: () => said.push("started"),
      refused: () => said.push("refused"),
      ended: () => said.push("ended"),
      output: () => undefined,
    } as Parameters<ReturnType<AdmissionWorld["server"]>["connect"]>[1],
  );
  world.run(500);
  handle.closed();
  world.run(15_000);
  assert.equal(said, []);
});

test.run();
