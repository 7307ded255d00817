import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Address } from "../../src/wire/address.js";
import { refusal } from "../../src/wire/routes.js";

const cases: Array<{ from: Address; to: Address; says: string; rule?: RegExp }> = [
  { from: "apiserver/0", to: "etcd/0", says: "txn" },
  { from: "apiserver/1", to: "kubelet/node-1", says: "exec" },
  { from: "kubelet/node-1", to: "runc/node-1", says: "createContainer" },
  { from: "kubelet/node-1", to: "kube-proxy/node-1", says: "health" },
  { from: "scheduler/0", to: "apiserver/0", says: "watch" },
  { from: "scheduler/0", to: "etcd/0", says: "range", rule: /^no route from scheduler to etcd/ },
  { from: "kubelet/node-1", to: "etcd/0", says: "range", rule: /^no route from kubelet to etcd/ },
  { from: "controller-manager/0", to: "etcd/0", says: "txn", rule: /^no route from controller-manager to etcd/ },
  { from: "kubelet/node-1", to: "runc/node-2", says: "createContainer", rule: /on the same node only/ },
  { from: "kubelet/node-1", to: "kube-proxy/node-1", says: "stop", rule: /kubelet may not say stop to kube-proxy/ },
  { from: "apiserver/0", to: "runc/node-1", says: "exec", rule: /^no route from apiserver to runc/ },
  { from: "scheduler/0", to: "kubelet/node-1", says: "exec", rule: /^no route from scheduler to kubelet/ },
  { from: "etcd/0", to: "apiserver/0", says: "create", rule: /etcd may not say create to apiserver/ },
  { from: "runc/node-1", to: "kubelet/node-1", says: "exec", rule: /^no route from runc to kubelet/ },
];

for (const { from, to, says, rule } of cases) {
  test(`${from} ${rule === undefined ? "may" : "may not"} say ${says} to ${to}`, () => {
    const refused = refusal(from, to, says);
    if (rule === undefined) assert.is(refused, undefined);
    else assert.match(refused ?? "it was allowed", rule);
  });
}

test.run();
