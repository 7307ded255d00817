import { recordEvent } from "../../../src/actor/events.js";
import type { Host } from "../../../src/actor/host.js";
import { cidrContains, parseCidr } from "../../../src/api/ip.js";
import { Balancer } from "../balancer.js";
import type { AnswerDns } from "../dns/records.js";
import type { Behind, Destination, HealthAnswer, KubeProxyIo, ListenOutcome, ProxyListener } from "../io/io.js";
import { isAllowed, type ListenerRule, type ServedEndpoints, type ServedHealth } from "../rules.js";
import type { ListenerEvent } from "./machine.js";

/** A privileged port that may not be bound is served this much higher: 80 at 10080, 443 at 10443. */
export const mappedPortOffset = 10_000;

/** What a listener's chart does in the world. */
export class ListenerEffects {
  private readonly balancer: Balancer;
  private serves: ListenerRule["serves"] | undefined;
  private listener: ProxyListener | undefined;

  constructor(
    private readonly host: Host,
    private readonly io: KubeProxyIo,
    private readonly answerDns: AnswerDns,
  ) {
    this.balancer = new Balancer(host.random, () => host.clock.monotonicMs());
  }

  serve({ serves }: ListenerRule): void {
    this.serves = serves;
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

  reportMapping({ serves, address, port }: ListenerRule, problem: string): void {
    const message = `${address}:${port} is served at ${address}:${port + mappedPortOffset}: ${problem}`;
    if (serves.kind === "names") {
      this.host.note(message);
      return;
    }
    recordEvent(this.host, {
      involvedObject: { apiVersion: "v1", kind: "Service", ...serves.service },
      type: "Normal",
      reason: "PortMapped",
      message,
      component: "kube-proxy",
    });
  }

  private listen({ protocol, address, serves }: ListenerRule, port: number, tell: (event: ListenerEvent) => void): void {
    const onOutcome = this.host.bind((outcome: ListenOutcome) =>
      tell(
        outcome.ok
          ? { type: "bound", listener: outcome.listener }
          : { type: "bind.failed", failure: outcome.failure, message: outcome.message },
      ),
    );
    this.io.listen({ protocol, address, port }, this.behind(serves.kind), onOutcome);
  }

  private behind(kind: Behind["kind"]): Behind {
    if (kind === "endpoints") return { kind, pick: (clientAddress) => this.pick(clientAddress) };
    if (kind === "health") return { kind, answer: () => healthAnswer(this.serves as ServedHealth) };
    return { kind, answer: this.answerDns };
  }

  /** Clients outside the cluster have endpoints of their own, by the Service's externalTrafficPolicy. */
  private pick(client: string): Destination | undefined {
    const serves = this.serves as ServedEndpoints;
    if (!isAllowed(serves, client)) return undefined;
    const { nodeAddress } = this.io.config;
    const isInside = client === nodeAddress || this.isPod(client);
    const endpoints = isInside ? serves.endpoints : serves.endpointsForOutside;
    const endpoint = this.balancer.pick(client, endpoints, serves.affinitySeconds);
    if (endpoint === undefined) return undefined;
    return { ...endpoint, source: isInside || serves.keepsOutsideSource ? client : nodeAddress };
  }

  private isPod(address: string): boolean {
    const cidr = parseCidr(this.io.config.clusterCidr);
    return cidr !== undefined && cidrContains(cidr, address);
  }
}

/** As kube-proxy's healthCheckNodePort answers: 200 where there are ready endpoints on this node, 503 where there are none. */
function healthAnswer({ service: { namespace, name }, localEndpoints }: ServedHealth): HealthAnswer {
  const body = JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy: true }, undefined, "\t");
  return { status: localEndpoints > 0 ? 200 : 503, localEndpoints, body };
}
