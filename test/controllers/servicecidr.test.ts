import { test } from "uvu";
import * as assert from "uvu/assert";
import { reconcileRange } from "../../actors/controller-manager/controllers/servicecidr/reconcile.js";
import type { IPAddress, ServiceCIDR } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";

const nowMs = Date.UTC(2025, 0, 1);
const finalizer = "networking.k8s.io/service-cidr-finalizer";
const range = (cidr: string, metadata: object = {}): ServiceCIDR => ({
  metadata: { name: "extra", ...metadata },
  spec: { cidrs: [cidr] },
});
const address = (name: string): IPAddress => ({ metadata: { name } });
const going = { deletionTimestamp: "2025-01-01T00:00:00Z", finalizers: [finalizer] };

/** What is written: the finalizers, or the condition. */
function written(of: ServiceCIDR, others: ServiceCIDR[] = [], addresses: IPAddress[] = []): unknown {
  const [write] = reconcileRange({ range: of, others, addresses }, nowMs).writes ?? [];
  if (write === undefined) return "nothing";
  const { object, path } = write.request as unknown as { object: ServiceCIDR; path: { subresource?: string } };
  return path.subresource === "status"
    ? object.status?.conditions?.map(({ status, reason }) => `${status} ${reason}`.trim())
    : (object.metadata.finalizers ?? []);
}

test("a range is kept by a finalizer and told to be ready", () => {
  assert.equal(written(range("10.1.0.0/24")), [finalizer]);
  assert.equal(written(range("10.1.0.0/24", { finalizers: [finalizer] })), ["True"]);
});

test("a range goes when nobody has an address of it alone", () => {
  const leaving = range("10.1.0.0/24", going);
  assert.equal(written(leaving), []);
  assert.equal(written(leaving, [], [address("10.2.0.1")]), []);
  assert.equal(written(leaving, [], [address("10.1.0.1")]), ["False Terminating"]);
  assert.equal(written(leaving, [range("10.1.0.0/16")], [address("10.1.0.1")]), []);
});

test("a Service gets an address of a range that was added, and the range stays as long as the Service", () => {
  const cluster = SimulatedCluster.started({ seed: "ranges", nodes: 1 });
  const path = { group: "networking.k8s.io", version: "v1", resource: "servicecidrs" };
  cluster.apply(`
apiVersion: networking.k8s.io/v1
kind: ServiceCIDR
metadata: { name: extra }
spec: { cidrs: [10.77.0.0/24] }
`);
  const ready = () => {
    const { status } = (cluster.get({ ...path, name: "extra" }) ?? {}) as unknown as ServiceCIDR;
    return status?.conditions?.find(({ type }) => type === "Ready")?.status;
  };
  cluster.waitUntil("the range is ready", () => ready() === "True");
  cluster.apply(`
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.77.0.9, ports: [{ port: 80 }] }
`);
  cluster.delete({ ...path, name: "extra" });
  cluster.waitUntil("it waits for its address", () => ready() === "False");
  cluster.delete({ group: "", version: "v1", resource: "services", namespace: "default", name: "web" });
  cluster.waitUntil("the range is gone", () => cluster.get({ ...path, name: "extra" }) === undefined);
});

test.run();
