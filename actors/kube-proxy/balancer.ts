import type { Random } from "../../src/actor/random.js";
import { integerBelow } from "../../src/actor/random.js";
import type { EndpointAddress } from "./io/io.js";

/** Clients remembered for session affinity; beyond it the oldest is forgotten. */
const affinityClientsMost = 10_000;

interface Stay {
  readonly endpoint: string;
  readonly untilMs: number;
}

const keyOf = ({ ip, port }: EndpointAddress): string => `${ip}:${port}`;

/** Chooses an endpoint for each new connection: by chance, or the client's last one while its affinity holds. */
export class Balancer {
  private readonly stays = new Map<string, Stay>();

  constructor(
    private readonly random: Random,
    private readonly nowMs: () => number,
  ) {}

  pick(
    clientAddress: string,
    endpoints: readonly EndpointAddress[],
    affinitySeconds: number | undefined,
  ): EndpointAddress | undefined {
    if (affinitySeconds === undefined) this.stays.clear();
    const stay = this.stays.get(clientAddress);
    const kept =
      stay !== undefined && stay.untilMs > this.nowMs() ? endpoints.find((each) => keyOf(each) === stay.endpoint) : undefined;
    const chosen = kept ?? endpoints[integerBelow(this.random, endpoints.length)];
    if (chosen !== undefined && affinitySeconds !== undefined) this.remember(clientAddress, chosen, affinitySeconds);
    return chosen;
  }

  private remember(clientAddress: string, chosen: EndpointAddress, affinitySeconds: number): void {
    this.stays.delete(clientAddress);
    this.stays.set(clientAddress, { endpoint: keyOf(chosen), untilMs: this.nowMs() + affinitySeconds * 1000 });
    const oldest = this.stays.keys().next().value;
    if (this.stays.size > affinityClientsMost && oldest !== undefined) this.stays.delete(oldest);
  }
}
