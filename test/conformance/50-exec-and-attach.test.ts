/**
 * Commands in containers, from kubectl of four versions: over SPDY/3.1 (1.27) and over WebSockets (from 1.30 on, KEP-4006).
 * https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ (connect … exec, attach)
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import WebSocket from "ws";
import { parse } from "yaml";
import { everyKubectl, kubectlVersionsSuite } from "./world.js";

const pods = `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: web, image: nginx }, { name: side, image: busybox, command: [sleep, "1000"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: stuck }
spec: { nodeSelector: { no: node }, containers: [{ name: web, image: nginx }] }
---
apiVersion: v1
kind: Pod
metadata: { name: waiting }
spec: { containers: [{ name: web, image: nginx, envFrom: [{ configMapRef: { name: absent } }] }] }
`;

kubectlVersionsSuite("exec and attach", everyKubectl, { nodes: 1 }, (test, world) => {
  test("the pods are there", async () => {
    const kubectl = world("1.33");
    await kubectl.okWith(pods, "apply -f -");
    await kubectl.ok("wait --for=condition=Ready pod/web --timeout=60s");
    await kubectl.until(
      "get pod waiting -o jsonpath={.status.containerStatuses[0].state.waiting.reason}",
      (reason) => reason === "CreateContainerConfigError",
    );
  });

  for (const version of everyKubectl) {
    test(`kubectl ${version}: output, errors, exit codes and input`, async () => {
      const kubectl = world(version);
      const both = await kubectl.run(["exec", "web", "-c", "web", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]);
      assert.equal([both.code, both.stdout, both.stderr], [3, "out\n", "err\ncommand terminated with exit code 3\n"]);
      assert.is(await kubectl.okWith("one\ntwo\n", "exec -i web -c web -- wc -l").then((text) => text.trim()), "2");
      const large = "x".repeat(10_000_000);
      assert.is(await kubectl.okWith(large, "exec -i web -c web -- wc -c").then((text) => text.trim()), "10000000");
      assert.is((await kubectl.ok("exec web -c web --", "sh", "-c", "yes | head -n 500000")).length, 1_000_000);
      // Half-close: the command hears the end of its input and goes on writing.
      assert.is(await kubectl.okWith("x", "exec -i web -c web --", "sh", "-c", "cat; echo after"), "xafter\n");
    });

    test(`kubectl ${version}: what cannot be done is refused before the connection is upgraded`, async () => {
      const kubectl = world(version);
      const refused = async (words: string) => (await kubectl.fails(words)).replace(/^Error from server \(\w+\): |^error: /, "");
      assert.is(await refused("exec absent -- true"), 'pods "absent" not found\n');
      assert.is(await refused("exec web -c other -- true"), "container other is not valid for pod web\n");
      assert.is(await refused("exec stuck -- true"), "pod stuck does not have a host assigned\n");
      assert.match(await refused("exec waiting -- true"), /unable to upgrade connection: container not found \("web"\)/);
      assert.match(await refused("exec web -c web -- nosuch"), /exec: "nosuch": executable file not found in \$PATH/);
    });

    test(`kubectl ${version}: a terminal echoes, edits its line, and ends with the shell`, async () => {
      const { stdout } = await world(version).run(["exec", "-it", "web", "-c", "web", "--", "sh"], "echo a$((1+1))\nexit\n");
      assert.match(stdout, /a2/);
    });

    test(`kubectl ${version}: run -i and attach -i speak to the first process`, async () => {
      const kubectl = world(version);
      const name = `typed-${version.replace(".", "-")}`;
      const typed = await kubectl.run(["run", name, "--image=busybox", "-i", "--restart=Never", "--rm", "--", "cat"], "hello\n");
      assert.match(typed.stdout, /hello\n/, typed.stderr);
      const shell = `shell-${version.replace(".", "-")}`;
      await kubectl.ok(
        `run ${shell} --image=busybox --stdin --attach=false --restart=Never`,
        "--",
        "sh",
        "-c",
        "read line; echo got $line; exit 5",
      );
      await kubectl.ok(`wait --for=condition=Ready pod/${shell} --timeout=60s`);
      const attached = await kubectl.run(["attach", "-i", shell], "word\n");
      assert.match(attached.stdout, /got word/, attached.stderr);
      await kubectl.until(
        `get pod ${shell} -o jsonpath={.status.containerStatuses[0].state.terminated.exitCode}`,
        (code) => code === "5",
      );
    });

    test(`kubectl ${version}: cp both ways`, async () => {
      const kubectl = world(version);
      const from = join(kubectl.directory, "from");
      mkdirSync(join(from, "deep"), { recursive: true });
      const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
      writeFileSync(join(from, "bytes"), bytes);
      writeFileSync(join(from, "deep", "page.html"), "copied in\n");
      await kubectl.ok("cp -c web from web:/tmp/tree");
      assert.is(await kubectl.ok("exec web -c web -- cat /tmp/tree/deep/page.html"), "copied in\n");
      await kubectl.ok("cp -c web web:/tmp/tree back");
      assert.ok(readFileSync(join(kubectl.directory, "back", "bytes")).equals(bytes), "the bytes come back as they went");
      assert.ok(existsSync(join(kubectl.directory, "back", "deep", "page.html")));
      await kubectl.ok("exec web -c web -- rm -rf /tmp/tree");
    });
  }

  test("a terminal's size is told to the command, over SPDY and over a WebSocket", async () => {
    for (const version of ["1.27", "1.33"] as const) {
      const kubectl = world(version);
      // kubectl takes the size from its own terminal, which `script` gives it; it tells it only once it is connected.
      const waitForIt = "until stty size | grep -q '31 97'; do sleep 0.1; done; echo told";
      const command = `stty rows 31 cols 97; ${kubectl.binary} exec -it web -c web -- sh -c "${waitForIt}"`;
      const { stdout } = await kubectl.runOther("script", ["-qec", command, "/dev/null"]);
      assert.match(stdout, /told/);
    }
  });

  test("a log over a WebSocket, as bytes or base64", async () => {
    const { cluster } = world("1.33");
    const { clusters } = parse(cluster.kubeconfig) as { clusters: Array<{ cluster: { "certificate-authority-data": string } }> };
    const ca = Buffer.from(clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
    const read = (container: string, protocols: string[]): Promise<string> =>
      new Promise((resolve) => {
        const url = `${cluster.url.replace("https", "wss")}/api/v1/namespaces/default/pods/web/log?container=${container}`;
        const client = new WebSocket(url, protocols, { ca, headers: { authorization: `Bearer ${cluster.token}` } });
        let heard = "";
        client.on("message", (data: Buffer, isBinary) => {
          heard += isBinary ? data.toString() : Buffer.from(data.toString(), "base64").toString();
        });
        client.on("error", (error) => resolve(error.message));
        client.on("close", () => resolve(heard));
      });
    const plain = await world("1.33").ok("logs web -c web");
    assert.match(plain, /stand-in for nginx/);
    for (const protocols of [[], ["binary.k8s.io"], ["base64.binary.k8s.io"]]) {
      assert.is(await read("web", protocols), plain, protocols.join());
    }
    assert.is(await read("none", ["binary.k8s.io"]), "Unexpected server response: 400", "a container that there is not");
    assert.is(await read("web", ["v5.channel.k8s.io"]), "Unexpected server response: 403", "channels are not for logs");
  });
});
