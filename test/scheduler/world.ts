/** The scheduler over a stub API server. */
import { schedulerDefinition } from "../../actors/scheduler/definition.js";
import type { TraceRecord } from "../../src/actor/trace.js";
import type { Pod } from "../../src/api/types.js";
import { type CastMember, Simulation } from "../../src/sim/simulation.js";
import { StubApi, stubApiserver } from "../support/stub-apiserver.js";

export function schedulerWorld(prepare: (api: StubApi) => void = () => undefined) {
  const api = new StubApi();
  prepare(api);
  const trace: TraceRecord[] = [];
  const scheduler: CastMember = {
    address: "scheduler/0",
    definition: schedulerDefinition as CastMember["definition"],
    surroundings: () => ({ io: () => ({}) }),
  };
  const simulation = new Simulation({ seed: "1", cast: [stubApiserver(api), scheduler], trace: (record) => trace.push(record) });
  simulation.start();
  const nodeOf = (name: string) => (api.get("pods", `default/${name}`) as unknown as Pod | undefined)?.spec?.nodeName;
  const messages = (reason: string) =>
    api
      .of("events")
      .filter((event) => event.reason === reason)
      .map((event) => event.message);
  const statesOf = (chart: string) =>
    trace.flatMap((record) => (record.kind === "transition" && record.chart === chart ? [record.to] : []));
  const scheduled = () => api.of("pods").filter((pod) => (pod as unknown as Pod).spec?.nodeName).length;
  return { api, simulation, trace, nodeOf, messages, statesOf, scheduled };
}
