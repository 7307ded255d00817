import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ProbeResult } from "../../actors/runc/io/driver.js";
import { RuntimeHarness } from "./runtime-harness.js";

const test = suite("containers in threads: probes");
let harness: RuntimeHarness;
test.before(async () => {
  harness = await RuntimeHarness.started();
});
test.after(() => harness.stop());

test("probes are answered in the kubelet's words", async () => {
  const { id, podIP } = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", {
    args: ["netexec", "--http-port=8080"],
  });
  await harness.portOf(id);
  const probe = (change: object): Promise<ProbeResult> =>
    new Promise((resolve) =>
      harness.driver.probe(
        {
          podIP,
          port: 8080,
          timeoutMs: 1_000,
          kind: "http",
          scheme: "HTTP",
          host: "",
          path: "/healthz",
          headers: [],
          ...change,
        } as never,
        resolve,
      ),
    );
  assert.equal(await probe({}), { success: true, message: "" });
  assert.equal(await probe({ path: "/echo?code=503" }), { success: false, message: "HTTP probe failed with statuscode: 503" });
  assert.equal(await probe({ kind: "tcp" }), { success: true, message: "" });
  const refused = `dial tcp ${podIP}:8081: connect: connection refused`;
  assert.equal(await probe({ kind: "tcp", port: 8081 }), { success: false, message: refused });
  await harness.kill(id, "SIGKILL");
});

test("a probe follows redirects within the pod, and takes one that leads elsewhere for an answer", async () => {
  const { id, podIP } = await harness.run("registry.k8s.io/e2e-test-images/agnhost:2.39", { args: ["liveness"] });
  await harness.portOf(id);
  const redirected = (to: string): Promise<ProbeResult> =>
    new Promise((resolve) => {
      const path = `/redirect?loc=${encodeURIComponent(to)}`;
      const target = { podIP, port: 8080, timeoutMs: 1_000, kind: "http", scheme: "HTTP", host: "", path, headers: [] } as const;
      harness.driver.probe(target, resolve);
    });
  assert.equal(await redirected("/healthz"), { success: true, message: "" });
  assert.equal(await redirected("/absent"), { success: false, message: "HTTP probe failed with statuscode: 404" });
  assert.equal(await redirected("http://elsewhere.example/"), {
    success: true,
    message: 'Probe terminated redirects, Response body: <a href="http://elsewhere.example/">Found</a>.\n\n',
  });
  await harness.kill(id, "SIGKILL");
});

test.run();
