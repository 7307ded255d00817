/** A Deployment of 200 by kubectl, with containers that run in threads. */
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";

kubectlSuite("two hundred", {}, (test, world) => {
  test("a Deployment of 200", async () => {
    const kubectl = world();
    await kubectl.ok("create deployment many --image=nginx --replicas=200");
    const printed = await kubectl.ok("rollout status deployment/many --timeout=80s");
    assert.match(printed, /deployment "many" successfully rolled out\n$/);
    assert.is(
      rows(await kubectl.ok("get deployment many"))
        .at(0)
        ?.get("READY"),
      "200/200",
    );
    const pods = rows(await kubectl.ok("get pods -l app=many -o wide"));
    assert.is(pods.filter((pod) => pod.get("STATUS") === "Running").length, 200);
    assert.is(new Set(pods.map((pod) => pod.get("IP"))).size, 200, "every pod has an address of its own");
    assert.is(new Set(pods.map((pod) => pod.get("NODE"))).size, 3);
    assert.is(await kubectl.ok("delete deployment many"), 'deployment.apps "many" deleted\n');
    await kubectl.until("get pods -l app=many -o name", (left) => left === "", 60_000);
  });
});
