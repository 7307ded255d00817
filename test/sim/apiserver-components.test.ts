/** ComponentStatuses: how the control plane is, as `kubectl get componentstatuses` shows it. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ResourcePath } from "../../actors/apiserver/messages.js";
import { answerComponents } from "../../actors/apiserver/reads/component-status.js";
import { rfc3339Micro } from "../../src/actor/host.js";
import type { ComponentStatus, UntypedObject } from "../../src/api/types.js";
import { decodeJson } from "../../src/wire/json.js";
import { type ApiServerWorld, serving } from "./apiserver-world.js";

const statuses: ResourcePath = { group: "", version: "v1", resource: "componentstatuses" };
const leases: ResourcePath = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-system" };

const told = ({ metadata, conditions = [] }: ComponentStatus): string =>
  [metadata.name, ...conditions.map(({ type, status, message }) => `${type} ${status}: ${message}`)].join(" ");
const list = (world: ApiServerWorld, options = {}): string[] =>
  world.list(statuses, options).items.map((item) => told(item as unknown as ComponentStatus));

test("who elects a leader is healthy while the lease is renewed; etcd while it is reached", () => {
  const world = serving();
  const nobody = "controller-manager Healthy False: nobody holds the lease kube-controller-manager";
  assert.equal(list(world), [
    nobody,
    "etcd-0 Healthy True: ok",
    "scheduler Healthy False: nobody holds the lease kube-scheduler",
  ]);
  const { nowMs } = world.simulation.user.component.host.clock;
  const spec = { holderIdentity: "somebody", leaseDurationSeconds: 15, renewTime: rfc3339Micro(nowMs()) };
  const lease = { kind: "Lease", apiVersion: "coordination.k8s.io/v1", metadata: { name: "kube-scheduler" }, spec };
  assert.is(world.create(leases, lease).error, undefined);
  assert.equal(list(world, { fieldSelector: "metadata.name=scheduler" }), ["scheduler Healthy True: ok"]);
  world.run(20_000);
  assert.match(list(world)[2]!, /^scheduler Healthy False: the lease kube-scheduler was last renewed 2\d s ago$/);
});

test("etcd is not healthy while it is not reached", () => {
  const { cache, catalog, host } = serving().server();
  const request = { verb: "get", path: { ...statuses, name: "etcd-0" }, user: { name: "jane", groups: [] } } as const;
  let message: unknown;
  answerComponents({ cache, catalog, host, hasEtcd: false }, request, (outcome) => {
    if (outcome.ok && "object" in outcome) message = told(decodeJson(outcome.object) as ComponentStatus);
  });
  assert.is(message, "etcd-0 Healthy False: etcd is not reachable");
});

test("one of them by name; who is none of them; selectors that are none", () => {
  const world = serving();
  const { apiVersion, kind } = world.get(statuses, "etcd-0").object;
  assert.equal([apiVersion, kind], ["v1", "ComponentStatus"]);
  assert.is(told(world.get(statuses, "etcd-0").object as UntypedObject as unknown as ComponentStatus), "etcd-0 Healthy True: ok");
  const { code, message } = world.get(statuses, "kubelet").error ?? {};
  assert.equal([code, message], [404, 'componentstatuses "kubelet" not found']);
  assert.is(world.list(statuses, { labelSelector: "a in b" }).error?.code, 400);
  assert.is(world.list({ ...statuses, version: "v2" }).error?.code, 404);
});

test.run();
