/** Single pods by kubectl: run, logs, exec, attach, cp, and a container that crashes. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { kubectlSuite, rows } from "./kubectl-world.js";

const counting = "i=0; while true; do echo line $i; i=$((i+1)); sleep 0.2; done";

kubectlSuite("pods by kubectl", { nodes: 1 }, (test, world) => {
  test("run makes a pod with labels, a port, environment and arguments, and expose a Service for it", async () => {
    const kubectl = world();
    await kubectl.ok("run nginx --image=nginx --port=80 --labels=app=nginx,env=prod --env=COLOUR=blue");
    await kubectl.ok("wait --for=condition=Ready pod/nginx --timeout=60s");
    assert.is(await kubectl.ok("get pod nginx -o jsonpath={.metadata.labels.env}"), "prod");
    assert.is(await kubectl.ok("exec nginx --", "sh", "-c", "echo $COLOUR"), "blue\n");
    assert.is(await kubectl.ok("expose pod nginx --target-port=80 --port=8000 --name=front"), "service/front exposed\n");
    await kubectl.until("get endpoints front", (printed) => /127\.\S+:80/.test(printed));
    assert.match(await kubectl.ok("exec nginx -- wget -qO- http://front:8000/"), /Welcome to nginx!/);
    assert.match(await kubectl.ok("logs nginx"), /"GET \/ HTTP\/1\.1" 200/);
  });

  test("run with a terminal's input and output, once", async () => {
    const kubectl = world();
    const echoed = await kubectl.run(
      ["run", "once", "--image=busybox", "--restart=Never", "--rm", "-i", "--", "sh", "-c", "cat; echo done"],
      "typed\n",
    );
    assert.is(echoed.code, 0, echoed.stderr);
    assert.match(echoed.stdout, /typed\ndone\n/);
    assert.match(echoed.stdout, /pod "once" deleted/);
    const failed = await kubectl.run([
      "run",
      "broken",
      "--image=busybox",
      "--restart=Never",
      "--rm",
      "-i",
      "--",
      "sh",
      "-c",
      "exit 3",
    ]);
    assert.is(failed.code, 3, failed.stderr);
  });

  test("logs: the tail, a limit, timestamps, following, and of which container", async () => {
    const kubectl = world();
    await kubectl.ok("run counter --image=busybox --", "sh", "-c", counting);
    await kubectl.ok("wait --for=condition=Ready pod/counter --timeout=60s");
    const following = kubectl.begin(["logs", "-f", "counter"]);
    const followed = await following.until((text) => text.includes("line 4\n"));
    assert.match(followed, /^line 0\nline 1\nline 2\nline 3\nline 4\n/);
    await following.interrupt();
    assert.match(await kubectl.ok("logs counter --tail=2"), /^line \d+\nline \d+\n$/);
    assert.is(await kubectl.ok("logs counter --limit-bytes=8"), "line 0\nl");
    assert.match(await kubectl.ok("logs counter --timestamps --tail=1"), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z line \d+\n$/);
    assert.match(await kubectl.ok("logs -l run=counter --prefix --tail=1"), /^\[pod\/counter\/counter\] line \d+\n$/);
    assert.is(await kubectl.fails("logs counter -c other"), "error: container other is not valid for pod counter\n");
    assert.is(
      await kubectl.fails("logs counter --previous"),
      'Error from server (BadRequest): previous terminated container "counter" in pod "counter" not found\n',
    );
    assert.match(await kubectl.fails("logs absent"), /pods "absent" not found/);
    const until = kubectl.begin(["logs", "-f", "counter", "--tail=1"]);
    await until.until((text) => text.includes("line "));
    await kubectl.ok("delete pod counter --now");
    assert.is((await until.ended).code, 0, "following ends with the container");
  });

  test("exec: output, errors, exit codes, input, and what is not there", async () => {
    const kubectl = world();
    assert.is(await kubectl.ok("exec nginx -- hostname"), "nginx\n");
    const both = await kubectl.run(["exec", "nginx", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
    assert.equal([both.code, both.stdout, both.stderr], [3, "out\n", "err\ncommand terminated with exit code 3\n"]);
    assert.is(await kubectl.okWith("one\ntwo\n", "exec -i nginx -- wc -l").then((text) => text.trim()), "2");
    const large = "x".repeat(20_000_000);
    assert.is(await kubectl.okWith(large, "exec -i nginx -- wc -c").then((text) => text.trim()), "20000000");
    assert.is((await kubectl.ok("exec nginx --", "sh", "-c", "yes | head -n 200000")).length, 400_000);
    assert.is(await kubectl.ok("exec deploy/absent -- true").catch(() => "failed"), "failed");
    assert.match(
      await kubectl.fails("exec nginx -- nosuchprogram"),
      /exec: "nosuchprogram": executable file not found in \$PATH/,
    );
    assert.is(
      await kubectl.fails("exec nginx -c other -- true"),
      "Error from server (BadRequest): container other is not valid for pod nginx\n",
    );
    assert.is(await kubectl.fails("exec absent -- true"), 'Error from server (NotFound): pods "absent" not found\n');
  });

  test("cp copies a file and a directory into a container and out of it", async () => {
    const kubectl = world();
    const from = join(kubectl.directory, "from");
    mkdirSync(join(from, "deep"), { recursive: true });
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
    writeFileSync(join(from, "bytes"), bytes);
    writeFileSync(join(from, "deep", "page.html"), "copied in\n");
    await kubectl.ok("cp from/bytes nginx:/tmp/bytes");
    assert.is(await kubectl.ok("exec nginx -- wc -c /tmp/bytes"), "100000 /tmp/bytes\n");
    await kubectl.ok("cp from nginx:/tmp/tree");
    assert.is(await kubectl.ok("exec nginx -- cat /tmp/tree/deep/page.html"), "copied in\n");
    await kubectl.ok("cp nginx:/tmp/tree back");
    assert.ok(readFileSync(join(kubectl.directory, "back", "bytes")).equals(bytes), "the bytes come back as they went");
    assert.ok(existsSync(join(kubectl.directory, "back", "deep", "page.html")));
  });

  test("attach shows what the container writes from now on", async () => {
    const kubectl = world();
    await kubectl.ok("run ticker --image=busybox --", "sh", "-c", counting);
    await kubectl.ok("wait --for=condition=Ready pod/ticker --timeout=60s");
    const attached = kubectl.begin(["attach", "ticker"]);
    await attached.until((text) => /line \d+\nline \d+\n/.test(text));
    await attached.interrupt();
    await kubectl.ok("delete pod ticker --now");
  });

  test("a container that crashes is restarted, later and later, and tells how it ended", async () => {
    const kubectl = world();
    await kubectl.ok("run crasher --image=busybox --", "sh", "-c", "echo dying; exit 7");
    await kubectl.until("get pod crasher", (printed) => rows(printed).at(0)?.get("STATUS") === "CrashLoopBackOff");
    assert.is(await kubectl.ok("logs crasher --previous"), "dying\n");
    const backOff = /Warning +BackOff .* Back-off restarting failed container crasher in pod crasher_default/;
    const described = await kubectl.until("describe pod crasher", (printed) => backOff.test(printed));
    assert.match(described, /Last State: +Terminated\n +Reason: +Error\n +Exit Code: +7\n/);
    await kubectl.ok("delete pod crasher --now");
  });

  test("a pod of which nothing can run says so", async () => {
    const kubectl = world();
    await kubectl.ok("run wanting --image=nginx", '--overrides={"spec":{"nodeSelector":{"disk":"ssd"}}}');
    await kubectl.until("describe pod wanting", (printed) =>
      /FailedScheduling .* 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector/.test(printed),
    );
    await kubectl.ok("label node node-1 disk=ssd");
    await kubectl.ok("wait --for=condition=Ready pod/wanting --timeout=60s");
    await kubectl.ok("delete pod --all --now");
    assert.is(await kubectl.ok("get pods -o name"), "");
  });
});
