/**
 * The official Python client, as Debian has it: typed objects, patches, watches, logs, exec and port-forward.
 * https://kubernetes.io/docs/reference/using-api/client-libraries/#officially-supported-kubernetes-client-libraries
 */
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Cluster } from "../../src/cluster/cluster.js";
import { leaveOut, pythonWithClient } from "../support/tools.js";

/** Prints one line of JSON for each thing that it found out. */
const program = String.raw`
import json, sys, time
from kubernetes import client, config, watch, stream

config.load_kube_config(sys.argv[1])
core, apps = client.CoreV1Api(), client.AppsV1Api()
def tell(name, value): print(json.dumps([name, value]), flush=True)

made = core.create_namespaced_config_map("default", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="py", labels={"of": "py"}), data={"a": "1"}))
tell("created", [made.data["a"], made.metadata.creation_timestamp.year > 2000])
tell("patched", core.patch_namespaced_config_map("py", "default", {"data": {"b": "2"}}).data)
try:
    core.read_namespaced_config_map("none", "default")
except client.ApiException as error:
    tell("missing", [error.status, json.loads(error.body)["reason"]])
try:
    stale = core.read_namespaced_config_map("py", "default"); stale.metadata.resource_version = "1"
    core.replace_namespaced_config_map("py", "default", stale)
except client.ApiException as error:
    tell("stale", [error.status, json.loads(error.body)["reason"]])
for index in range(7):
    core.create_namespaced_config_map("default", client.V1ConfigMap(metadata=client.V1ObjectMeta(name="page-%d" % index, labels={"of": "pages"})))
pages, token, names = 0, None, []
while True:
    page = core.list_namespaced_config_map("default", label_selector="of=pages", limit=3, _continue=token)
    pages, token, names = pages + 1, page.metadata._continue, names + [item.metadata.name for item in page.items]
    if not token: break
tell("pages", [pages, len(set(names))])

seen = []
version = core.list_namespaced_config_map("default").metadata.resource_version
core.delete_namespaced_config_map("py", "default")
for event in watch.Watch().stream(core.list_namespaced_config_map, "default", label_selector="of=py", resource_version=version, timeout_seconds=10):
    seen.append([event["type"], event["object"].metadata.name])
    break
tell("watched", seen)

labels = {"app": "py"}
container = client.V1Container(name="web", image="nginx", ports=[client.V1ContainerPort(container_port=80)])
template = client.V1PodTemplateSpec(metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container]))
spec = client.V1DeploymentSpec(replicas=1, selector=client.V1LabelSelector(match_labels=labels), template=template)
apps.create_namespaced_deployment("default", client.V1Deployment(metadata=client.V1ObjectMeta(name="py"), spec=spec))
for event in watch.Watch().stream(core.list_namespaced_pod, "default", label_selector="app=py", timeout_seconds=30):
    conditions = event["object"].status.conditions or []
    if any(each.type == "Ready" and each.status == "True" for each in conditions):
        pod = event["object"].metadata.name
        break
tell("ready", pod.startswith("py-"))
tell("scale", apps.patch_namespaced_deployment_scale("py", "default", {"spec": {"replicas": 2}}).spec.replicas)

tell("exec", stream.stream(core.connect_get_namespaced_pod_exec, pod, "default", command=["sh", "-c", "echo out; echo err >&2"],
    stderr=True, stdin=False, stdout=True, tty=False))
session = stream.stream(core.connect_get_namespaced_pod_exec, pod, "default", command=["sh", "-c", "read line; echo got $line; exit 3"],
    stderr=True, stdin=True, stdout=True, tty=False, _preload_content=False)
session.write_stdin("word\n")
session.run_forever(timeout=20)
tell("typed", [session.read_stdout(), session.returncode])

forward = stream.portforward(core.connect_get_namespaced_pod_portforward, pod, "default", ports="80")
socket = forward.socket(80)
socket.setblocking(True)
socket.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
answer = b""
while True:
    part = socket.recv(4096)
    if not part: break
    answer += part
tell("forwarded", [answer.startswith(b"HTTP/1.1 200"), b"Welcome to nginx!" in answer, forward.error(80)])
tell("proxied", "Welcome to nginx!" in core.connect_get_namespaced_pod_proxy(pod + ":80", "default"))
tell("logs", "GET / HTTP/1.1" in core.read_namespaced_pod_log(pod, "default", tail_lines=5))
tell("user", client.AuthorizationV1Api().create_self_subject_access_review(client.V1SelfSubjectAccessReview(
    spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=client.V1ResourceAttributes(verb="get", resource="pods")))).status.allowed)
tell("version", client.VersionApi().get_code().git_version.startswith("v1.33"))
`;

const expected: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["created", ["1", true]],
  ["patched", { a: "1", b: "2" }],
  ["missing", [404, "NotFound"]],
  ["stale", [409, "Conflict"]],
  ["pages", [3, 7]],
  ["watched", [["DELETED", "py"]]],
  ["ready", true],
  ["scale", 2],
  ["exec", "out\nerr\n"],
  ["typed", ["got word\n", 3]],
  ["forwarded", [true, true, null]],
  ["proxied", true],
  ["logs", true],
  ["user", true],
  ["version", true],
]);

const test = suite("python3-kubernetes");
const python = pythonWithClient();

if (python === undefined) {
  test("needs python3-kubernetes", () => leaveOut("there is no Python with Kubernetes' client (Debian: python3-kubernetes)"));
} else {
  const told = new Map<string, unknown>();
  let errors = "";
  let cluster: Cluster | undefined;
  test.before(async () => {
    const directory = mkdtempSync(join(tmpdir(), "chartroom-python-"));
    cluster = await Cluster.start({ nodes: 1, memory: true, dataDir: directory });
    await cluster.waitFor("serviceaccount/default", "exists");
    const script = join(directory, "client.py");
    writeFileSync(script, program);
    const child = spawn(python, [script, cluster.kubeconfigPath], { stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    await new Promise((resolve) => child.on("close", resolve));
    for (const line of output.split("\n").filter((each) => each.startsWith("["))) {
      const [name, value] = JSON.parse(line) as [string, unknown];
      told.set(name, value);
    }
  });
  test.after(() => cluster?.stop());
  for (const [name, value] of expected) {
    test(name, () => {
      assert.ok(told.has(name), `the program did not get there: ${errors}`);
      const found = told.get(name);
      // Both streams of a command are read as they come.
      if (name === "exec") assert.equal(String(found).split("\n").sort(), String(value).split("\n").sort());
      else assert.equal(found, value);
    });
  }
}

test.run();
