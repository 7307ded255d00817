import { suite } from "uvu";
import * as assert from "uvu/assert";
import { route } from "../../actors/apiserver/http/routing.js";
import { tellInstrumentation } from "../../actors/apiserver/metrics/instrumentation.js";
import { Registry } from "../../actors/apiserver/metrics/registry.js";
import { RequestMetrics } from "../../actors/apiserver/metrics/request-metrics.js";
import { builtinResources } from "../../src/api/kinds.js";

const test = suite("metrics");

test("are told in the text form of Prometheus, by name, and only where there is a sample", () => {
  const registry = new Registry();
  registry.counter("zebras_total", "Zebras seen.", ["colour"]).of('black "and"\nwhite\\').value += 3;
  registry.counter("nothing_total", "Never counted.");
  registry.tell("gauge", "cats", "Cats now.", () => [{ value: 2 }]);
  const histogram = registry.histogram("naps_seconds", "How long naps are.", ["cat"], [0.5, 1]);
  for (const seconds of [0.5, 0.7, 5]) histogram.of("tom").observe(seconds);
  assert.is(
    registry.text(),
    [
      "# HELP cats Cats now.",
      "# TYPE cats gauge",
      "cats 2",
      "# HELP naps_seconds How long naps are.",
      "# TYPE naps_seconds histogram",
      'naps_seconds_bucket{cat="tom",le="0.5"} 1',
      'naps_seconds_bucket{cat="tom",le="1"} 2',
      'naps_seconds_bucket{cat="tom",le="+Inf"} 3',
      'naps_seconds_sum{cat="tom"} 6.2',
      'naps_seconds_count{cat="tom"} 3',
      "# HELP zebras_total Zebras seen.",
      "# TYPE zebras_total counter",
      'zebras_total{colour="black \\"and\\"\\nwhite\\\\"} 3',
      "",
    ].join("\n"),
  );
});

const table = builtinResources();

/** The lines about requests after these, each answered after 20 ms. */
function linesAfter(
  requests: ReadonlyArray<readonly [method: string, path: string, code: number, watching?: boolean]>,
  open = false,
): string[] {
  const registry = new Registry();
  let nowMs = 0;
  const metrics = new RequestMetrics(registry, () => nowMs);
  for (const [method, path, code, watching = false] of requests) {
    const counted = metrics.began(route(method, path, watching, table), method, path, false);
    nowMs += 20;
    counted.size = 1_500;
    if (!open) counted.ended(code);
  }
  return registry.text().split("\n");
}

test("bodies of requests are measured, and requests whose client went away are counted as aborted", () => {
  const registry = new Registry();
  const metrics = new RequestMetrics(registry, () => 0);
  const path = "/apis/apps/v1/namespaces/default/deployments/web";
  for (const [method, received, code] of [
    ["PATCH", 60_000, 200],
    ["DELETE", undefined, 0],
  ] as const) {
    const counted = metrics.began(route(method, path, false, table), method, path, false);
    counted.received = received;
    counted.ended(code);
  }
  const text = registry.text();
  const about = 'group="apps",version="v1",resource="deployments",subresource="",scope="resource"';
  for (const expected of [
    'apiserver_request_body_size_bytes_bucket{resource="deployments.apps",verb="patch",le="50000"} 0',
    'apiserver_request_body_size_bytes_bucket{resource="deployments.apps",verb="patch",le="150000"} 1',
    'apiserver_request_body_size_bytes_count{resource="deployments.apps",verb="delete"} 0',
    `apiserver_request_aborts_total{verb="DELETE",${about}} 1`,
  ])
    assert.ok(text.includes(`${expected}\n`), `${expected} is told: ${text}`);
});

const totals = (lines: readonly string[]) => lines.filter((line) => line.startsWith("apiserver_request_total"));

test("requests are counted by verb, target, scope and code", () => {
  const about = (
    verb: string,
    group: string,
    version: string,
    resource: string,
    subresource: string,
    scope: string,
    code: number,
  ) =>
    `apiserver_request_total{verb="${verb}",dry_run="",group="${group}",version="${version}",resource="${resource}",subresource="${subresource}",scope="${scope}",component="apiserver",code="${code}"}`;
  assert.equal(
    totals(
      linesAfter([
        ["GET", "/api/v1/namespaces/default/pods/a", 200],
        ["GET", "/api/v1/namespaces/default/pods/b", 200],
        ["GET", "/api/v1/namespaces/default/pods/c", 404],
        ["GET", "/api/v1/nodes", 200],
        ["GET", "/api/v1/nodes/node-1", 200],
        ["POST", "/api/v1/namespaces/default/pods/a/eviction", 201],
        ["POST", "/api/v1/namespaces/default/pods", 201],
        ["POST", "/api/v1/namespaces", 201],
        ["GET", "/api/v1/namespaces/default/pods", 200],
        ["DELETE", "/api/v1/namespaces/default/pods", 200],
        ["DELETE", "/api/v1/namespaces/default/pods/a", 200],
        ["GET", "/api/v1/pods", 200, true],
        ["GET", "/healthz/made-up", 404],
        ["GET", "/made-up", 404],
        ["MADEUP", "/apis/apps/v1", 404],
      ]),
    ),
    [
      `${about("GET", "", "v1", "pods", "", "resource", 200)} 2`,
      `${about("GET", "", "v1", "pods", "", "resource", 404)} 1`,
      `${about("LIST", "", "v1", "nodes", "", "cluster", 200)} 1`,
      `${about("GET", "", "v1", "nodes", "", "resource", 200)} 1`,
      `${about("POST", "", "v1", "pods", "eviction", "resource", 201)} 1`,
      `${about("POST", "", "v1", "pods", "", "resource", 201)} 1`,
      `${about("POST", "", "v1", "namespaces", "", "resource", 201)} 1`,
      `${about("LIST", "", "v1", "pods", "", "namespace", 200)} 1`,
      `${about("DELETECOLLECTION", "", "v1", "pods", "", "namespace", 200)} 1`,
      `${about("DELETE", "", "v1", "pods", "", "resource", 200)} 1`,
      `${about("WATCH", "", "v1", "pods", "", "cluster", 200)} 1`,
      `${about("GET", "", "", "", "/healthz", "", 404)} 1`,
      `${about("GET", "", "", "", "", "", 404)} 1`,
      `${about("other", "", "", "", "", "", 404)} 1`,
    ],
  );
});

test("a request's seconds and a read's bytes are put in buckets", () => {
  const lines = linesAfter([["GET", "/api/v1/nodes/node-1", 200]]);
  const node = 'group="",version="v1",resource="nodes",subresource="",scope="resource",component="apiserver"';
  assert.ok(lines.includes(`apiserver_request_duration_seconds_bucket{verb="GET",dry_run="",${node},le="0.005"} 0`));
  assert.ok(lines.includes(`apiserver_request_duration_seconds_bucket{verb="GET",dry_run="",${node},le="0.025"} 1`));
  assert.ok(lines.includes(`apiserver_response_sizes_bucket{verb="GET",${node},le="1000"} 0`));
  assert.ok(lines.includes(`apiserver_response_sizes_bucket{verb="GET",${node},le="10000"} 1`));
});

test("what is under way is told, long-running requests by themselves", () => {
  const lines = linesAfter(
    [
      ["GET", "/api/v1/nodes", 200],
      ["DELETE", "/api/v1/nodes/node-1", 200],
      ["GET", "/api/v1/nodes", 200, true],
      ["GET", "/api/v1/nodes", 200, true],
    ],
    true,
  );
  assert.ok(lines.includes('apiserver_current_inflight_requests{request_kind="mutating"} 1'));
  assert.ok(lines.includes('apiserver_current_inflight_requests{request_kind="readOnly"} 1'));
  const watch = 'verb="WATCH",group="",version="v1",resource="nodes",subresource="",scope="cluster",component="apiserver"';
  assert.ok(lines.includes(`apiserver_longrunning_requests{${watch}} 2`));
});

test("the service level is judged without what requests waited for", () => {
  const registry = new Registry();
  let nowMs = 0;
  const metrics = new RequestMetrics(registry, () => nowMs);
  const took = (wholeMs: number, waitedMs: number, path = "/api/v1/nodes/node-1", watching = false, dryRun = false) => {
    const counted = metrics.began(route("GET", path, watching, table), "GET", path, dryRun);
    nowMs += wholeMs;
    counted.waitedMs = waitedMs;
    counted.ended(200);
  };
  took(20, 0);
  took(1_000, 970);
  took(300, 0, undefined, false, true);
  took(5_000, 0, "/api/v1/nodes", true);
  const node = 'verb="GET",group="",version="v1",resource="nodes",subresource="",scope="resource",component="apiserver"';
  const lines = registry.text().split("\n");
  const told = lines.filter((line) => line.startsWith("apiserver_request_sli_duration_seconds"));
  assert.equal(
    told.filter((line) => /le="(0\.05|0\.2|0\.4|1|\+Inf)"|_count/.test(line)),
    [
      `apiserver_request_sli_duration_seconds_bucket{${node},le="0.05"} 2`,
      `apiserver_request_sli_duration_seconds_bucket{${node},le="0.2"} 2`,
      `apiserver_request_sli_duration_seconds_bucket{${node},le="0.4"} 3`,
      `apiserver_request_sli_duration_seconds_bucket{${node},le="1"} 3`,
      `apiserver_request_sli_duration_seconds_bucket{${node},le="+Inf"} 3`,
      `apiserver_request_sli_duration_seconds_count{${node}} 3`,
    ],
  );
  const sum = Number(
    told
      .find((line) => line.includes("_sum"))
      ?.split(" ")
      .at(-1),
  );
  assert.ok(Math.abs(sum - 0.35) < 1e-9, `${sum} seconds in all`);
  assert.ok(lines.includes(`apiserver_request_duration_seconds_bucket{verb="GET",dry_run="",${node.slice(11)},le="1"} 2`));
});

test("what is promised of names is told, and what is on", () => {
  const registry = new Registry();
  registry.counter("apiserver_request_total", "Requests.");
  tellInstrumentation(registry);
  const lines = registry.text().split("\n");
  for (const line of [
    'registered_metrics_total{deprecated_version="",stability_level="ALPHA"} 0',
    'registered_metrics_total{deprecated_version="",stability_level="BETA"} 4',
    'registered_metrics_total{deprecated_version="",stability_level="STABLE"} 1',
    "hidden_metrics_total 0",
    "disabled_metrics_total 0",
    'kubernetes_feature_enabled{name="APIServerIdentity",stage="BETA"} 1',
    'kubernetes_feature_enabled{name="CBORServingAndStorage",stage="ALPHA"} 0',
  ])
    assert.ok(lines.includes(line), line);
});

test.run();
