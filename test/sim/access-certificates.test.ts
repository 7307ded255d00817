/** Certificates and tokens that controllers make, in a whole simulated cluster. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { CertificateSigningRequest, ClusterRole, Secret, UntypedObject } from "../../src/api/types.js";
import { SimulatedCluster } from "../../src/sim/cluster.js";
import { aClusterRole } from "../access/world.js";
import { certificateRequest, signingRequest } from "../support/certificate-request.js";

const requests = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };
const roles = { group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterroles" };
const secrets = { group: "", version: "v1", resource: "secrets", namespace: "default" };

function started(seed: string): SimulatedCluster {
  const cluster = SimulatedCluster.started({ seed, nodes: 0 });
  cluster.run(3_000);
  return cluster;
}
const requestOf = (cluster: SimulatedCluster, name: string) =>
  cluster.get({ ...requests, name }) as unknown as CertificateSigningRequest | undefined;
const conditions = (cluster: SimulatedCluster, name: string) =>
  requestOf(cluster, name)?.status?.conditions?.map(({ type }) => type) ?? [];

test("a kubelet's certificate is approved and signed by itself; a user's waits, and goes after a day", () => {
  const cluster = started("certificates");
  const kubelet = certificateRequest({ commonName: "system:node:node-9", organizations: ["system:nodes"] });
  const spec = { signerName: "kubernetes.io/kube-apiserver-client-kubelet", usages: ["digital signature", "client auth"] };
  cluster.create(signingRequest("kubelet", kubelet, spec) as unknown as UntypedObject);
  cluster.create(signingRequest("user", certificateRequest({ commonName: "jane" })) as unknown as UntypedObject);
  cluster.run(1_000);
  assert.equal(conditions(cluster, "kubelet"), ["Approved"]);
  assert.ok(requestOf(cluster, "kubelet")?.status?.certificate !== undefined, "it is signed");
  assert.is(requestOf(cluster, "kubelet")?.spec.username, "kubernetes-admin", "the server says who asked");
  assert.equal(conditions(cluster, "user"), []);
  const other = { ...spec, usages: ["server auth"] };
  cluster.create(signingRequest("wrong", kubelet, other) as unknown as UntypedObject);
  cluster.patch(
    { ...requests, name: "wrong", subresource: "approval" },
    { status: { conditions: [{ type: "Approved", status: "True", reason: "ByHand" }] } },
    "application/merge-patch+json",
  );
  cluster.run(1_000);
  assert.equal(conditions(cluster, "wrong"), ["Approved", "Failed"]);
  cluster.run(3_610_000);
  assert.equal(
    [requestOf(cluster, "kubelet"), requestOf(cluster, "wrong")],
    [undefined, undefined],
    "those that came to an end are gone",
  );
  assert.ok(requestOf(cluster, "user") !== undefined);
});

test("a Secret for a token is filled, and a role gathers a new one", () => {
  const cluster = started("token secrets");
  const annotations = { "kubernetes.io/service-account.name": "default" };
  cluster.create({
    kind: "Secret",
    apiVersion: "v1",
    metadata: { name: "token", annotations },
    type: "kubernetes.io/service-account-token",
  } as UntypedObject);
  const labels = { "rbac.authorization.k8s.io/aggregate-to-view": "true" };
  cluster.create({ ...aClusterRole("more", ["get", "gadgets"]), metadata: { name: "more", labels } });
  cluster.run(1_000);
  const { data } = cluster.get({ ...secrets, name: "token" }) as unknown as Secret;
  assert.equal(Object.keys(data ?? {}).sort(), ["ca.crt", "namespace", "token"]);
  for (const name of ["view", "edit", "admin"]) {
    const { rules = [] } = cluster.get({ ...roles, name }) as unknown as ClusterRole;
    assert.ok(
      rules.some(({ resources }) => resources?.includes("gadgets")),
      `${name} gathers it`,
    );
  }
});

test.run();
