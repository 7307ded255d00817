/**
 * What a kubelet says of itself to whoever may proxy to its node: health, its pods, statistics and metrics, of which only
 * those are there that it really knows: no runtime of ours measures what a container uses.
 * https://kubernetes.io/docs/reference/instrumentation/node-metrics/
 */
import { rfc3339 } from "../../../src/actor/host.js";
import { writeJson } from "../../../src/json/text.js";
import type { Incoming } from "../../../src/wire/declare.js";
import { clusterDomain, kubeletTimings } from "../configuration.js";
import type { ContainerRecord } from "../container/record.js";
import type { Kubelet } from "../kubelet.js";
import type { kubeletMessages } from "../messages.js";
import type { PodHandle } from "../pod/handle.js";

interface Answer {
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
}

const json = (value: unknown): Answer => ({ code: 200, contentType: "application/json", body: writeJson(value) });
const text = (body: string, code = 200): Answer => ({ code, contentType: "text/plain; charset=utf-8", body });
const metrics = (lines: readonly string[]): Answer => ({
  code: 200,
  contentType: "text/plain; version=0.0.4; charset=utf-8",
  body: `${lines.join("\n")}\n`,
});

/** What a kubelet shows of /var/log: there are no files of logs on a node, what its components do is in the trace. */
const emptyDirectory: Answer = { code: 200, contentType: "text/html; charset=utf-8", body: "<!doctype html>\n<pre>\n</pre>\n" };

const answers: ReadonlyMap<string, (kubelet: Kubelet) => Answer> = new Map([
  ["/healthz", () => text("ok")],
  ["/healthz/ping", () => text("ok")],
  ["/healthz/syncloop", () => text("ok")],
  ["/pods", (kubelet) => podList(kubelet, () => true)],
  ["/runningpods", (kubelet) => podList(kubelet, (pod) => pod.records.some(({ state }) => state.kind === "running"))],
  ["/stats/summary", summary],
  ["/metrics", ownMetrics],
  ["/metrics/resource", resourceMetrics],
  ["/metrics/cadvisor", resourceMetrics],
  ["/metrics/probes", () => metrics([])],
  ["/configz", configz],
  ["/logs", () => emptyDirectory],
]);

export function answerOf(kubelet: Kubelet, asked: string): Answer {
  const path = (asked.split("?")[0] ?? "").replace(/\/+$/, "");
  return answers.get(path)?.(kubelet) ?? text("404 page not found\n", 404);
}

/** Parts of an answer are no larger than this. */
const partCharacters = 32 * 1024;

export function answerAsk(
  kubelet: Kubelet,
  { request, stream }: Extract<Incoming<typeof kubeletMessages>, { type: "ask" }>,
): void {
  const { code, contentType, body } = answerOf(kubelet, request.path);
  const encoder = new TextEncoder();
  stream.listen({});
  stream.send({ stream: "head", code, contentType });
  for (let at = 0; at < body.length; at += partCharacters) {
    stream.send({ stream: "data", data: encoder.encode(body.slice(at, at + partCharacters)) });
  }
  stream.end();
}

function podList(kubelet: Kubelet, wanted: (pod: PodHandle) => boolean): Answer {
  const items = [...kubelet.pods.values()].filter(wanted).map(({ pod, status }) => ({ ...pod, status: status ?? pod.status }));
  return json({ kind: "PodList", apiVersion: "v1", metadata: {}, items });
}

const running = (pod: PodHandle): Array<{ record: ContainerRecord; startedAtMs: number }> =>
  pod.records.flatMap((record) => (record.state.kind === "running" ? [{ record, startedAtMs: record.state.startedAtMs }] : []));

function summary(kubelet: Kubelet): Answer {
  const pods = [...kubelet.pods.values()].map((pod) => ({
    podRef: { name: pod.name, namespace: pod.namespace, uid: pod.uid },
    startTime: rfc3339(pod.startedAtMs),
    containers: running(pod).map(({ record, startedAtMs }) => ({ name: record.name, startTime: rfc3339(startedAtMs) })),
  }));
  const { nodeName, startedAtMs } = kubelet;
  return json({ node: { nodeName, startTime: rfc3339(startedAtMs), systemContainers: [] }, pods });
}

function ownMetrics(kubelet: Kubelet): Answer {
  const states = new Map<string, number>();
  for (const { records } of kubelet.pods.values()) {
    for (const { state } of records) {
      const name = state.kind === "waiting" ? "created" : state.kind === "running" ? "running" : "exited";
      states.set(name, (states.get(name) ?? 0) + 1);
    }
  }
  return metrics([
    "# HELP kubelet_node_name [ALPHA] The node's name. The count is always 1.",
    "# TYPE kubelet_node_name gauge",
    `kubelet_node_name{node="${kubelet.nodeName}"} 1`,
    "# HELP kubelet_running_containers [ALPHA] Number of containers, by their state",
    "# TYPE kubelet_running_containers gauge",
    ...[...states]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `kubelet_running_containers{container_state="${name}"} ${count}`),
    "# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox",
    "# TYPE kubelet_running_pods gauge",
    `kubelet_running_pods ${[...kubelet.pods.values()].filter(({ sandboxReady }) => sandboxReady).length}`,
  ]);
}

function resourceMetrics(kubelet: Kubelet): Answer {
  const starts = [...kubelet.pods.values()].flatMap((pod) =>
    running(pod).map(
      ({ record, startedAtMs }) =>
        `container_start_time_seconds{container="${record.name}",namespace="${pod.namespace}",pod="${pod.name}"} ${startedAtMs / 1000}`,
    ),
  );
  return metrics([
    "# HELP container_start_time_seconds [STABLE] Start time of the container since unix epoch in seconds",
    "# TYPE container_start_time_seconds gauge",
    ...starts,
    "# HELP scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
    "# TYPE scrape_error gauge",
    "scrape_error 0",
  ]);
}

const duration = (ms: number): string => `${ms / 1000}s`;

function configz(kubelet: Kubelet): Answer {
  const { nodeStatusUpdateMs, nodeStatusReportMs, leaseDurationSeconds, volumeRefreshMs } = kubeletTimings;
  return json({
    kubeletconfig: {
      kind: "KubeletConfiguration",
      apiVersion: "kubelet.config.k8s.io/v1beta1",
      clusterDomain,
      maxPods: kubelet.io.node.pods,
      nodeLeaseDurationSeconds: leaseDurationSeconds,
      nodeStatusReportFrequency: duration(nodeStatusReportMs),
      nodeStatusUpdateFrequency: duration(nodeStatusUpdateMs),
      podCIDR: kubelet.io.node.podCidr,
      syncFrequency: duration(volumeRefreshMs),
    },
  });
}
