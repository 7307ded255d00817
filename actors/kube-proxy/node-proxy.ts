import type { Actor } from "xstate";
import type { Host } from "../../src/actor/host.js";
import { startInformer } from "../../src/actor/informer/start.js";
import { Store } from "../../src/actor/informer/store.js";
import type { EndpointSlice, Service } from "../../src/api/types.js";
import type { KubeProxyIo, PortMapping } from "./io/io.js";
import { ListenerEffects } from "./listener/effects.js";
import { listenerMachine } from "./listener/machine.js";
import type { ProxyHealth } from "./messages.js";
import { type ListenerRule, type ProxyRules, rulesFor } from "./rules.js";

const serviceOfSlice = (slice: EndpointSlice): string[] => {
  const service = slice.metadata.labels?.["kubernetes.io/service-name"];
  return service === undefined ? [] : [`${slice.metadata.namespace}/${service}`];
};

/** What kube-proxy knows and serves; its chart says when the two are brought together. */
export class NodeProxy {
  private readonly services = new Store<Service>();
  private readonly slices = new Store<EndpointSlice>({ service: serviceOfSlice });
  private readonly listeners = new Map<string, Actor<typeof listenerMachine>>();
  private readonly mappings = new Map<string, PortMapping>();
  private rules: ProxyRules = { listeners: [], names: new Map(), problems: [] };

  constructor(
    private readonly host: Host,
    private readonly io: KubeProxyIo,
  ) {}

  follow(tell: (event: { type: "synced" } | { type: "changed" }) => void): void {
    let unsynced = 2;
    const onChange = (change: { type: string }) => {
      if (change.type !== "synced") tell({ type: "changed" });
      else if (--unsynced === 0) tell({ type: "synced" });
    };
    const services = { group: "", version: "v1", resource: "services" };
    const slices = { group: "discovery.k8s.io", version: "v1", resource: "endpointslices" };
    startInformer(this.host, { id: "informer services", path: services, store: this.services, onChange });
    startInformer(this.host, { id: "informer endpointslices", path: slices, store: this.slices, onChange });
  }

  /** Makes the listeners those that the known Services and EndpointSlices ask for. */
  syncRules(): void {
    this.rules = rulesFor(this.services.list(), (service) => this.slices.by("service", service), this.io.config);
    const wanted = new Map(this.rules.listeners.map((rule) => [rule.key, rule]));
    for (const [key, listener] of [...this.listeners]) {
      if (!wanted.has(key)) listener.send({ type: "withdrawn" });
    }
    for (const rule of wanted.values()) {
      const listener = this.listeners.get(rule.key);
      if (listener === undefined) this.listen(rule);
      else listener.send({ type: "rule.changed", rule });
    }
    this.publish();
  }

  withdrawAll(): void {
    this.rules = { listeners: [], names: new Map(), problems: [] };
    for (const listener of [...this.listeners.values()]) listener.send({ type: "withdrawn" });
  }

  health(synced: boolean): ProxyHealth {
    const problems = [...this.listeners.values()].flatMap((listener) => {
      const snapshot = listener.getSnapshot();
      const { rule, problem } = snapshot.context;
      return snapshot.matches("failed") ? [`${rule.key}: ${problem}`] : [];
    });
    const endpoints = new Set(this.rules.listeners.flatMap((rule) => rule.endpoints.map(({ ip, port }) => `${ip}:${port}`)));
    return { synced, services: this.services.size, endpoints: endpoints.size, problems: [...this.rules.problems, ...problems] };
  }

  private listen(rule: ListenerRule): void {
    const effects = new ListenerEffects(this.host, this.io, {
      announced: ({ key }, mapping) => {
        this.mappings.set(key, mapping);
        this.publish();
      },
      withdrawn: ({ key }) => {
        this.mappings.delete(key);
        this.publish();
      },
    });
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

  private publish(): void {
    this.io.publish(this.rules.names, [...this.mappings.values()]);
  }
}
