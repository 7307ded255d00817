import { recordEvent } from "../../../src/actor/events.js";
import type { Host } from "../../../src/actor/host.js";
import { Balancer } from "../balancer.js";
import type { KubeProxyIo, PortMapping, ProxyListener } from "../io/io.js";
import type { ListenerRule } from "../rules.js";
import type { ListenerEvent } from "./machine.js";

/** A privileged port that may not be bound is served this much higher: 80 at 10080, 443 at 10443. */
export const mappedPortOffset = 10_000;

/** Told which mapped ports are in force. */
export interface MappingListener {
  announced(rule: ListenerRule, mapping: PortMapping): void;
  withdrawn(rule: ListenerRule): void;
}

const mappingOf = ({ address, port }: ListenerRule): PortMapping => ({ address, port, mappedPort: port + mappedPortOffset });

/** What a listener's chart does in the world. */
export class ListenerEffects {
  private readonly balancer: Balancer;
  private listener: ProxyListener | undefined;

  constructor(
    private readonly host: Host,
    private readonly io: KubeProxyIo,
    private readonly mappings: MappingListener,
  ) {
    this.balancer = new Balancer(host.random, () => host.clock.monotonicMs());
  }

  balance(rule: ListenerRule): void {
    this.balancer.update(rule.endpoints, rule.affinitySeconds);
  }

  bind(rule: ListenerRule, tell: (event: ListenerEvent) => void): void {
    this.listen(rule, rule.port, tell);
  }

  bindMapped(rule: ListenerRule, tell: (event: ListenerEvent) => void): void {
    this.listen(rule, rule.port + mappedPortOffset, tell);
  }

  keep(listener: ProxyListener): void {
    this.listener = listener;
  }

  close(): void {
    this.listener?.close();
    this.listener = undefined;
  }

  announceMapping(rule: ListenerRule): void {
    this.mappings.announced(rule, mappingOf(rule));
  }

  withdrawMapping(rule: ListenerRule): void {
    this.mappings.withdrawn(rule);
  }

  reportMapping(rule: ListenerRule, problem: string): void {
    const { address, port, mappedPort } = mappingOf(rule);
    recordEvent(this.host, {
      involvedObject: { apiVersion: "v1", kind: "Service", namespace: rule.namespace, name: rule.service, uid: rule.serviceUid },
      type: "Normal",
      reason: "PortMapped",
      message: `${address}:${port} is served at ${address}:${mappedPort}: ${problem}`,
      component: "kube-proxy",
    });
  }

  private listen({ protocol, address }: ListenerRule, port: number, tell: (event: ListenerEvent) => void): void {
    const pick = (clientAddress: string) => this.balancer.pick(clientAddress);
    const onOutcome = this.host.bind((outcome: Parameters<Parameters<KubeProxyIo["listen"]>[2]>[0]) =>
      tell(
        outcome.ok
          ? { type: "bound", listener: outcome.listener }
          : { type: "bind.failed", failure: outcome.failure, message: outcome.message },
      ),
    );
    this.io.listen({ protocol, address, port }, pick, onOutcome);
  }
}
