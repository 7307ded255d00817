import type { Actor } from "xstate";
import type { Host } from "../../src/actor/host.js";
import { startInformer } from "../../src/actor/informer/start.js";
import { Store } from "../../src/actor/informer/store.js";
import type { EndpointSlice, Node, Service } from "../../src/api/types.js";
import type { AnswerDns } from "./dns/records.js";
import { serviceIndexes, sliceIndexes, storeView } from "./dns/view.js";
import { zoneAnswers } from "./dns/zone.js";
import type { KubeProxyIo } from "./io/io.js";
import { ListenerEffects } from "./listener/effects.js";
import { listenerMachine } from "./listener/machine.js";
import type { ProxyHealth } from "./messages.js";
import { type ListenerRule, type ProxyRules, rulesFor } from "./rules.js";

const zoneOf = (node: Node | undefined): string => node?.metadata.labels?.["topology.kubernetes.io/zone"] ?? "";

/** What kube-proxy knows and serves; its chart says when the two are brought together. */
export class NodeProxy {
  private readonly services = new Store<Service>(serviceIndexes);
  private readonly slices = new Store<EndpointSlice>(sliceIndexes);
  /** This node alone: where it is decides which endpoints are near. */
  private readonly nodes = new Store<Node>();
  private readonly listeners = new Map<string, Actor<typeof listenerMachine>>();
  private readonly answerDns: AnswerDns;
  private rules: ProxyRules = { listeners: [], problems: [] };

  constructor(
    private readonly host: Host,
    private readonly io: KubeProxyIo,
  ) {
    this.answerDns = zoneAnswers(storeView(this.services, this.slices, io.config.dnsAddress, () => host.clock.nowMs()));
  }

  follow(tell: (event: { type: "synced" } | { type: "changed" }) => void): void {
    let unsynced = 3;
    const onChange = (change: { type: string }) => {
      if (change.type !== "synced") tell({ type: "changed" });
      else if (--unsynced === 0) tell({ type: "synced" });
    };
    const services = { group: "", version: "v1", resource: "services" };
    const slices = { group: "discovery.k8s.io", version: "v1", resource: "endpointslices" };
    const nodes = { group: "", version: "v1", resource: "nodes" };
    startInformer(this.host, { id: "informer services", path: services, store: this.services, onChange });
    startInformer(this.host, { id: "informer endpointslices", path: slices, store: this.slices, onChange });
    startInformer(this.host, {
      id: "informer nodes",
      path: nodes,
      selection: { fieldSelector: `metadata.name=${this.io.config.nodeName}` },
      store: this.nodes,
      onChange: (change) => {
        if (change.type !== "updated" || zoneOf(change.object) !== zoneOf(change.previous)) onChange(change);
      },
    });
  }

  /** Makes the listeners those that the known Services and EndpointSlices ask for. */
  syncRules(): void {
    const { nodeName } = this.io.config;
    const place = { ...this.io.config, zone: zoneOf(this.nodes.get(nodeName)) };
    this.rules = rulesFor(this.services.list(), (service) => this.slices.by("service", service), place);
    const wanted = new Map(this.rules.listeners.map((rule) => [rule.key, rule]));
    for (const [key, listener] of [...this.listeners]) {
      if (!wanted.has(key)) listener.send({ type: "withdrawn" });
    }
    for (const rule of wanted.values()) {
      const listener = this.listeners.get(rule.key);
      if (listener === undefined) this.listen(rule);
      else listener.send({ type: "rule.changed", rule });
    }
  }

  withdrawAll(): void {
    this.rules = { listeners: [], problems: [] };
    for (const listener of [...this.listeners.values()]) listener.send({ type: "withdrawn" });
  }

  health(synced: boolean): ProxyHealth {
    const problems = [...this.listeners.values()].flatMap((listener) => {
      const snapshot = listener.getSnapshot();
      const { rule, problem } = snapshot.context;
      return snapshot.matches("failed") ? [`${rule.key}: ${problem}`] : [];
    });
    const endpoints = new Set(
      this.rules.listeners.flatMap(({ serves }) =>
        serves.kind === "endpoints"
          ? [...serves.endpoints, ...serves.endpointsForOutside].map(({ ip, port }) => `${ip}:${port}`)
          : [],
      ),
    );
    return { synced, services: this.services.size, endpoints: endpoints.size, problems: [...this.rules.problems, ...problems] };
  }

  private listen(rule: ListenerRule): void {
    const effects = new ListenerEffects(this.host, this.io, this.answerDns);
    const onDone = () => {
      this.listeners.delete(rule.key);
      // Wanted again while it was on its way out.
      const again = this.rules.listeners.find(({ key }) => key === rule.key);
      if (again !== undefined) this.listen(again);
    };
    this.listeners.set(
      rule.key,
      this.host.charts.start(listenerMachine, { id: `listener ${rule.key}`, input: { effects, rule }, onDone }),
    );
  }
}
