/** A world for one chart: a component of some role that does nothing of its own, attached to a stub API server. */
import { setup } from "xstate";
import { defineActor } from "../../src/actor/define.js";
import type { Host } from "../../src/actor/host.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import { type CastMember, Simulation } from "../../src/sim/simulation.js";
import { address, type Role } from "../../src/wire/address.js";
import { StubApi, stubApiserver } from "./stub-apiserver.js";

const bystander = setup({}).createMachine({
  id: "bystander",
  initial: "present",
  states: { present: { on: { stop: "gone" } }, gone: { type: "final" } },
});

export interface ChartWorld {
  readonly simulation: Simulation;
  readonly api: StubApi;
  readonly host: Host;
  readonly trace: TraceRecord[];
  /** States that the named chart has been in, in order. */
  statesOf(chart: string): string[];
}

export function chartWorld(role: Role, seed = "1", api = new StubApi()): ChartWorld {
  const trace: TraceRecord[] = [];
  const of = address(role, 0);
  const member: CastMember = {
    address: of,
    definition: defineActor<undefined>({ role, messages: {}, machine: bystander }) as CastMember["definition"],
    surroundings: () => ({ io: () => undefined }),
  };
  const simulation = new Simulation({ seed, cast: [stubApiserver(api), member], trace: (record) => trace.push(record) });
  simulation.start();
  simulation.run(20);
  const component = simulation.component(of);
  if (component === undefined) throw new Error(`${of} did not start`);
  const statesOf = (chart: string) =>
    trace.flatMap((record) => (record.kind === "transition" && record.chart === chart ? [record.to] : []));
  return { simulation, api, host: component.host, trace, statesOf };
}
