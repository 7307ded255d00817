/**
 * API priority and fairness (KEP-1040): every request belongs to a flow schema, which gives it a priority level with seats of
 * its own; where all seats are taken, its flow waits in a few of the level's queues, or it is refused with 429.
 * https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 */
import type { Host } from "../../../src/actor/host.js";
import { builtinResources, type Resource } from "../../../src/api/kinds.js";
import { storagePrefix } from "../../../src/api/paths.js";
import type { FlowSchema, PriorityLevelConfiguration, UntypedObject } from "../../../src/api/types.js";
import type { Attributes } from "../access/attributes.js";
import type { ServerMetrics } from "../metrics/server-metrics.js";
import type { ApiUser } from "../request.js";
import type { BulkObject } from "../setup/bulk-setup.js";
import type { WatchCache } from "../watch-cache/cache.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";
import { levels as builtinLevels, schemas as builtinSchemas, mandatory } from "./bootstrap.js";
import { danglingObjects, flowControlObjects } from "./bulk-objects.js";
import { type DumpedFairness, fairnessDump } from "./dump.js";
import { type Flow, FlowCounters } from "./flow.js";
import { PriorityLevel } from "./level.js";
import { distinguisherOf, inOrder, matches } from "./schema.js";
import { allocateSeats, type Settled, seatBounds } from "./seats.js";
import { Turn, type TurnTold } from "./turn.js";
import { turnMachine } from "./turn-machine.js";

/** Requests that are served at a time, of all priority levels that are not exempt: as many as kube-apiserver's two flags have together. */
const serverSeats = 600;
/** How many objects a seat lists, and how many seats a list may take. */
const objectsPerSeat = 100;
const listSeatsMost = 10;
/** Kinds of requests whose schema is remembered for one user. */
const rememberedMost = 1_000;
/** Who asks for longer paths does not ask often. */
const rememberedCharactersMost = 500;

/** A schema with where its requests go. */
interface Compiled {
  readonly schema: FlowSchema;
  readonly level: PriorityLevel;
  readonly flow: Flow;
  /** Of every answer to its requests. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface FlowControlOf {
  readonly host: Host;
  readonly io: { readonly config: { readonly debugPages: boolean } };
  readonly cache: WatchCache;
  readonly metrics: ServerMetrics;
}

export class FlowControl {
  private readonly counters: FlowCounters;
  private readonly levels = new Map<string, PriorityLevel>();
  private compiled: Compiled[] = [];
  /** The changes that the compiled schemas are of. */
  private compiledAt: readonly [bigint, bigint] = [-1n, -1n];
  private keptAt: readonly [bigint, bigint] = [-1n, -1n];
  private remembered = new WeakMap<ApiUser, Map<string, Compiled>>();
  private turns = 0;
  private readonly schemaStore: ResourceStore;
  private readonly levelStore: ResourceStore;

  constructor(private readonly of: FlowControlOf) {
    const { registry } = of.metrics;
    this.counters = new FlowCounters(registry);
    this.schemaStore = this.storeOf("flowschemas");
    this.levelStore = this.storeOf("prioritylevelconfigurations");
    const tell = (name: string, help: string, value: (level: PriorityLevel) => number): void =>
      registry.tell("gauge", `apiserver_flowcontrol_${name}`, help, () =>
        [...this.levels.values()].map((level) => ({ labels: { priority_level: level.name }, value: value(level) })),
      );
    tell("nominal_limit_seats", "Seats that a priority level has of its own.", ({ bounds }) => bounds.nominal);
    tell("lower_limit_seats", "Seats that a priority level keeps when it lends all that it may.", ({ bounds }) => bounds.least);
    tell("upper_limit_seats", "Seats that a priority level has when it borrows all that it may.", ({ bounds }) => bounds.most);
    tell("current_limit_seats", "Seats that a priority level may use now.", ({ limit }) => limit);
    const wanted = (name: string, help: string, value: (of: Settled) => number): void =>
      tell(name, `${help}, over the last ten seconds that are over.`, ({ demand }) => value(demand.settled));
    wanted("demand_seats_high_watermark", "Seats that were wanted at most", ({ high }) => high);
    wanted("demand_seats_average", "Seats that were wanted on average", ({ average }) => average);
    wanted("demand_seats_stdev", "Standard deviation of the seats that were wanted", ({ deviation }) => deviation);
    wanted("demand_seats_smoothed", "Seats that were wanted, smoothed with what was wanted before", ({ smooth }) => smooth);
  }

  /**
   * A request comes in: it is executed, now or when it is its turn, or rejected. `done` must be called on its turn when it is
   * over.
   */
  enter(user: ApiUser, asked: Attributes, seats: number, told: TurnTold): Turn {
    const compiled = this.classify(user, asked);
    const { level, flow, schema, headers } = compiled;
    const distinguisher = distinguisherOf(schema, user, asked);
    const request = { user, asked, distinguisher };
    const turn = new Turn(level, flow, Math.max(1, Math.min(seats, level.limit)), request, headers, this.nowMs, told);
    if (level.enter(turn, `${flow.schema} ${distinguisher}`) === "waits") this.wait(turn);
    return turn;
  }

  /** What there is about the priority levels, their queues or the requests in them, for whoever looks for what is the matter. */
  dump(what: DumpedFairness, withDetails: boolean): string {
    this.refresh();
    const { clock } = this.of.host;
    return fairnessDump(what, [...this.levels.values()], withDetails, clock.nowMs() - clock.monotonicMs());
  }

  /** A list keeps the server as busy as so many other requests, by how many objects it may be of. */
  seatsOfList(resource: Resource, limit: number): number {
    const { size } = this.of.cache.store(storagePrefix(resource));
    const objects = limit > 0 ? Math.min(limit, size) : size;
    return Math.min(listSeatsMost, Math.max(1, Math.ceil(objects / objectsPerSeat)));
  }

  /** What of the flow schemas and priority levels is not as it should be; empty when nothing was written since this was asked last. */
  toBeKept(): BulkObject[] {
    const { schemaStore, levelStore } = this;
    const [schemasAt, levelsAt] = this.keptAt;
    if (schemaStore.changedAt === schemasAt && levelStore.changedAt === levelsAt) return [];
    this.keptAt = [schemaStore.changedAt, levelStore.changedAt];
    const nowMs = this.of.host.clock.nowMs();
    const names = new Set(objectsOf<PriorityLevelConfiguration>(levelStore).map(({ metadata }) => metadata.name ?? ""));
    return [...flowControlObjects(nowMs), ...danglingObjects(objectsOf<FlowSchema>(schemaStore), names, nowMs)];
  }

  /** Gives every priority level the seats that it should have by what was wanted since this was called last. */
  lendSeats(): void {
    const nowMs = this.nowMs();
    const levels = [...this.levels.values()];
    const wanting = levels.map((level) => ({ bounds: level.bounds, ...level.demand.settle(nowMs) }));
    for (const [index, seats] of allocateSeats(wanting, serverSeats).entries()) levels[index]!.allow(seats);
  }

  private readonly nowMs = (): number => this.of.host.clock.monotonicMs();

  private wait(turn: Turn): void {
    this.turns += 1;
    const chart = this.of.host.charts.start(turnMachine, { id: `turn ${this.turns}`, input: { turn } });
    turn.onCalled = () => chart.send({ type: "called" });
    turn.onLeft = () => chart.send({ type: "left" });
  }

  private classify(user: ApiUser, asked: Attributes): Compiled {
    this.refresh();
    let known = this.remembered.get(user);
    if (known === undefined) {
      known = new Map();
      this.remembered.set(user, known);
    }
    const kind =
      "resource" in asked
        ? `${asked.verb} ${asked.group}/${asked.resource}/${asked.subresource} ${asked.namespace}`
        : `${asked.verb} ${asked.path}`;
    const found = known.get(kind);
    if (found !== undefined) return found;
    const chosen = this.compiled.find(({ schema }) => matches(schema, user, asked)) ?? this.catchAll();
    if (known.size >= rememberedMost) known.clear();
    if (kind.length <= rememberedCharactersMost) known.set(kind, chosen);
    return chosen;
  }

  /** For whoever no rule is for. It is mandatory, so it is there. */
  private catchAll(): Compiled {
    return this.compiled.find(({ schema }) => schema.metadata.name === "catch-all")!;
  }

  private storeOf(plural: string): ResourceStore {
    const resource = builtinResources().preferred("flowcontrol.apiserver.k8s.io", plural)!;
    return this.of.cache.store(storagePrefix(resource));
  }

  /** Takes over what was written about fairness since the last request. */
  private refresh(): void {
    const { schemaStore, levelStore } = this;
    const [schemasAt, levelsAt] = this.compiledAt;
    if (schemaStore.changedAt === schemasAt && levelStore.changedAt === levelsAt) return;
    this.compiledAt = [schemaStore.changedAt, levelStore.changedAt];
    const configurations = withMandatory(objectsOf<PriorityLevelConfiguration>(levelStore), builtinLevels);
    const bounds = seatBounds(configurations, serverSeats);
    const before = new Map(this.levels);
    this.levels.clear();
    for (const configuration of configurations) {
      const name = configuration.metadata.name ?? "";
      const level = before.get(name) ?? new PriorityLevel(name, this.nowMs, this.of.io.config.debugPages);
      level.configure(configuration, bounds.get(name)!);
      this.levels.set(name, level);
    }
    const schemas = inOrder(withMandatory(objectsOf<FlowSchema>(schemaStore), builtinSchemas));
    this.compiled = schemas.flatMap((schema) => this.compile(schema));
    this.remembered = new WeakMap();
  }

  /** A schema whose priority level is not there has no say. */
  private compile(schema: FlowSchema): Compiled[] {
    const level = this.levels.get(schema.spec?.priorityLevelConfiguration.name ?? "");
    if (level === undefined) return [];
    const { name = "", uid = "" } = schema.metadata;
    const headers = { "X-Kubernetes-PF-FlowSchema-UID": uid, "X-Kubernetes-PF-PriorityLevel-UID": level.uid };
    return [{ schema, level, flow: this.counters.of(level.name, name), headers }];
  }
}

const objectsOf = <T>(store: ResourceStore): T[] =>
  Array.from(store.from(store.prefix), (stored) => stored.copy() as UntypedObject & T);

/** Mandatory objects are there and as they should be, whatever is written. */
function withMandatory<T extends FlowSchema | PriorityLevelConfiguration>(stored: readonly T[], builtin: readonly T[]): T[] {
  const needed = new Map(builtin.map((object) => [object.metadata.name ?? "", object]));
  const found = stored.map((object) => {
    const { name = "" } = object.metadata;
    return mandatory.has(name) ? { ...object, spec: needed.get(name)?.spec } : object;
  });
  const names = new Set(stored.map(({ metadata }) => metadata.name));
  return [...found, ...builtin.filter(({ metadata: { name = "" } }) => mandatory.has(name) && !names.has(name))];
}
