/** What operators ask an API server beside its objects: health, metrics, what it goes by. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ApiFront } from "../support/api-front.js";
import { until } from "../support/until.js";

const test = suite("the front");
let front: ApiFront;
test.before(async () => {
  front = await ApiFront.start();
});
test.after(() => front?.stop());

test("health is told as a word, or check by check", async () => {
  for (const path of ["/healthz", "/livez", "/readyz", "/healthz/ping", "/readyz/etcd"])
    assert.is((await front.ask("GET", path)).text, "ok", path);
  const { text } = await front.ask("GET", "/readyz?verbose&exclude=etcd");
  const lines = text.split("\n");
  assert.equal(lines.slice(0, 5), [
    "[+]ping ok",
    "[+]log ok",
    "[+]etcd excluded: ok",
    "[+]etcd-readiness ok",
    "[+]informer-sync ok",
  ]);
  assert.equal(lines.slice(-4), ["[+]autoregister-completion ok", "[+]shutdown ok", "readyz check passed", ""]);
  const live = (await front.ask("GET", "/livez?verbose")).text;
  for (const name of ["etcd", "poststarthook/rbac/bootstrap-roles", "poststarthook/crd-informer-synced"]) {
    assert.ok(live.includes(`[+]${name} ok\n`), `${name} is asked by /livez: ${live}`);
    assert.is((await front.ask("GET", `/livez/${name}`)).text, "ok");
  }
  assert.not.match(live, /^\[\+\](shutdown|informer-sync) /m, "what is alive need not be ready");
  assert.is((await front.ask("GET", "/readyz/nothing")).code, 404);
});

test("the version is told with every field that clients read", async () => {
  const { text } = await front.ask("GET", "/version");
  const version = JSON.parse(text) as Record<string, string>;
  assert.equal(Object.keys(version), [
    "major",
    "minor",
    "emulationMajor",
    "emulationMinor",
    "minCompatibilityMajor",
    "minCompatibilityMinor",
    "gitVersion",
    "gitCommit",
    "gitTreeState",
    "buildDate",
    "goVersion",
    "compiler",
    "platform",
  ]);
  assert.match(version.gitVersion ?? "", /^v1\.33\.\d+/);
});

test("/metrics counts requests, watches, events, objects and what the process takes", async () => {
  const session = await front.session();
  const maps = "/api/v1/namespaces/default/configmaps";
  const watch = session.request({ ":path": `${maps}?watch=true`, authorization: front.authorization });
  let heard = "";
  watch.setEncoding("utf8").on("data", (part: string) => {
    heard += part;
  });
  const before = JSON.parse((await front.ask("GET", maps)).text).metadata.resourceVersion as string;
  const body = JSON.stringify({ metadata: { name: "counted" } });
  await front.ask("POST", maps, { body, headers: { "content-type": "application/json" } });
  await until("the watch tells of the write", () => heard.includes("counted"));
  await front.ask("GET", `${maps}?resourceVersionMatch=Exact&resourceVersion=${before}`);
  const { text, headers } = await front.ask("GET", "/metrics");
  session.destroy();
  assert.is(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  const of = (scope: string) =>
    `group="",version="v1",resource="configmaps",subresource="",scope="${scope}",component="apiserver"`;
  for (const expected of [
    new RegExp(`^apiserver_request_total\\{verb="POST",dry_run="",${of("resource")},code="201"\\} 1$`, "m"),
    new RegExp(`^apiserver_request_duration_seconds_count\\{verb="POST",dry_run="",${of("resource")}\\} 1$`, "m"),
    new RegExp(`^apiserver_longrunning_requests\\{verb="WATCH",${of("namespace")}\\} 1$`, "m"),
    /^apiserver_watch_events_total\{group="",version="v1",kind="ConfigMap"\} [1-9]/m,
    /^apiserver_watch_events_sizes_bucket\{group="",version="v1",kind="ConfigMap",le="\+Inf"\} [1-9]/m,
    /^apiserver_request_body_size_bytes_count\{resource="configmaps",verb="create"\} 1$/m,
    /^apiserver_storage_objects\{resource="namespaces"\} 4$/m,
    /^apiserver_storage_list_total\{resource="configmaps"\} [1-9]/m,
    /^apiserver_storage_list_returned_objects_total\{resource="configmaps"\} [1-9]/m,
    /^apiserver_audit_event_total 0$/m,
    /^authenticated_user_requests\{username="other"\} [1-9]/m,
    /^kube_apiserver_clusterip_allocator_allocated_ips\{cidr="[\d./]+"\} 1$/m,
    /^kube_apiserver_nodeport_allocator_available_ports 2768$/m,
    /^apiserver_current_inflight_requests\{request_kind="readOnly"\} 1$/m,
    /^etcd_request_duration_seconds_count\{operation="create",type="configmaps"\} [1-9]/m,
    /^kubernetes_build_info\{major="1",minor="33",.*\} 1$/m,
    /^kubernetes_healthcheck\{name="etcd",type="readyz"\} 1$/m,
    /^process_resident_memory_bytes \d{7,}$/m,
    /^process_cpu_seconds_total [\d.]+$/m,
  ])
    assert.match(text, expected);
  const indicators = await front.ask("GET", "/metrics/slis");
  assert.match(indicators.text, /^kubernetes_healthcheck\{name="ping",type="livez"\} 1$/m);
});

test("/metrics tells of etcd, the watch cache, health checks, deprecated kinds and who was let in", async () => {
  await front.ask("GET", "/readyz/etcd");
  await front.ask("GET", "/api/v1/namespaces/default/endpoints?resourceVersion=0");
  await front.ask("GET", "/api/v1/namespaces/default/secrets");
  await front.ask("GET", "/version", { headers: { authorization: "Bearer wrong" } });
  await front.ask("GET", "/configz", { headers: { "impersonate-user": "jane" } });
  const { text } = await front.ask("GET", "/metrics");
  for (const expected of [
    /^etcd_requests_total\{operation="create",type="namespaces"\} [1-9]/m,
    /^apiserver_storage_size_bytes\{storage_cluster_id="etcd-0"\} [1-9]\d{3,}$/m,
    /^apiserver_watch_cache_resource_version\{resource="secrets"\} [1-9]/m,
    /^apiserver_watch_cache_events_received_total\{resource="namespaces"\} [1-9]/m,
    /^apiserver_watch_cache_events_dispatched_total\{resource="namespaces"\} [1-9]/m,
    /^apiserver_watch_cache_initializations_total\{resource="namespaces"\} 1$/m,
    /^apiserver_watch_cache_consistent_read_total\{resource="secrets",success="true",fallback="false"\} [1-9]/m,
    /^apiserver_cache_list_total\{resource_prefix="\/core\/endpoints",index=""\} [1-9]/m,
    /^apiserver_cache_list_fetched_objects_total\{resource_prefix="\/core\/endpoints",index=""\} [1-9]/m,
    /^apiserver_cache_list_returned_objects_total\{resource_prefix="\/core\/endpoints"\} [1-9]/m,
    /^apiserver_requested_deprecated_apis\{group="",version="v1",resource="endpoints",subresource="",removed_release=""\} 1$/m,
    /^kubernetes_healthchecks_total\{name="etcd",status="success",type="readyz"\} [1-9]/m,
    /^authentication_attempts\{result="failure"\} [1-9]/m,
    /^authentication_attempts\{result="success"\} [1-9]/m,
    /^authorization_attempts_total\{result="no-opinion"\} [1-9]/m,
    /^apiserver_flowcontrol_request_execution_seconds_count\{priority_level="exempt",flow_schema="exempt",type="regular"\} [1-9]/m,
    /^apiserver_flowcontrol_work_estimated_seats_count\{priority_level="exempt",flow_schema="exempt"\} [1-9]/m,
    /^apiserver_flowcontrol_demand_seats_smoothed\{priority_level="exempt"\} /m,
  ])
    assert.match(text, expected);
});

test("answers name the flow schema and priority level that the request belonged to", async () => {
  const uid = async (path: string) => JSON.parse((await front.ask("GET", path)).text).metadata.uid as string;
  const group = "/apis/flowcontrol.apiserver.k8s.io/v1";
  const { headers } = await front.ask("GET", "/api/v1/namespaces");
  assert.is(headers["x-kubernetes-pf-flowschema-uid"], await uid(`${group}/flowschemas/exempt`));
  assert.is(headers["x-kubernetes-pf-prioritylevel-uid"], await uid(`${group}/prioritylevelconfigurations/exempt`));
  const probe = await front.ask("GET", "/readyz", { headers: { authorization: "" } });
  assert.is(probe.headers["x-kubernetes-pf-flowschema-uid"], await uid(`${group}/flowschemas/probes`));
});

test("pages that tell of others' requests are only served where the cluster was started so", async () => {
  const path = "/debug/api_priority_and_fairness/dump_priority_levels";
  assert.is((await front.ask("GET", path)).code, 404);
  const open = await ApiFront.start({ debugPages: true });
  try {
    const { code, text } = await open.ask("GET", path);
    assert.is(code, 200);
    assert.match(text, /^exempt, +0, /m);
    assert.is((await open.ask("GET", path, { headers: { "impersonate-user": "jane" } })).code, 403);
    assert.match((await open.ask("GET", path.replace("priority_levels", "requests"))).text, /^exempt, +exempt, +-1, +-1, /m);
  } finally {
    await open.stop();
  }
});

test("/configz tells what the server goes by, and there is no profiling", async () => {
  const { text } = await front.ask("GET", "/configz");
  const { serviceClusterIPRange, maxRequestsInflight } = JSON.parse(text)["apiserver.chartroom"];
  assert.is(serviceClusterIPRange, front.cluster.serviceCidr);
  assert.type(maxRequestsInflight, "number");
  assert.is((await front.ask("GET", "/debug/pprof/")).code, 404);
});

test.run();
