/**
 * What is going on in priority and fairness, as text in columns for whoever looks for what is the matter.
 * https://kubernetes.io/docs/reference/debug-cluster/flow-control/
 */
import { formatMicroTime } from "../../../src/api/time.js";
import type { PriorityLevel } from "./level.js";
import type { Turn } from "./turn.js";

export type DumpedFairness = "priority_levels" | "queues" | "requests";

type Row = readonly (string | number | boolean)[];

/** `offsetMs` makes moments since 1970 of those of the host's monotonic clock. */
export function fairnessDump(
  what: DumpedFairness,
  levels: readonly PriorityLevel[],
  withDetails: boolean,
  offsetMs: number,
): string {
  const sorted = [...levels].sort((a, b) => (a.name < b.name ? -1 : 1));
  switch (what) {
    case "priority_levels":
      return columns([levelHeads, ...sorted.map(levelRow)]);
    case "queues":
      return columns([queueHeads, ...sorted.flatMap(queueRows)]);
    case "requests": {
      const heads = withDetails ? [...requestHeads, ...detailHeads] : requestHeads;
      const row = (turn: Turn, place: number): Row => [
        ...requestRow(turn, place, offsetMs),
        ...(withDetails ? detailsOf(turn) : []),
      ];
      return columns([
        heads,
        ...sorted.flatMap((level) => [
          ...level.waiting.flatMap(({ waiting }) => waiting.map(row)),
          ...level.turnsExecuting.map((turn) => row(turn, -1)),
        ]),
      ]);
    }
  }
}

const levelHeads = [
  "PriorityLevelName",
  "ActiveQueues",
  "IsIdle",
  "IsQuiescing",
  "WaitingRequests",
  "ExecutingRequests",
  "DispatchedRequests",
  "RejectedRequests",
  "TimedoutRequests",
  "CancelledRequests",
];

function levelRow(level: PriorityLevel): Row {
  const { name, waiting, refused, dispatched, turnsExecuting } = level;
  const active = waiting.filter((queue) => queue.waiting.length > 0);
  const count = active.reduce((sum, queue) => sum + queue.waiting.length, 0);
  const executing = turnsExecuting.length;
  const rejected = refused["queue-full"] + refused["concurrency-limit"];
  const isIdle = count === 0 && executing === 0;
  return [name, active.length, isIdle, false, count, executing, dispatched, rejected, refused["time-out"], refused.cancelled];
}

const queueHeads = [
  "PriorityLevelName",
  "Index",
  "PendingRequests",
  "ExecutingRequests",
  "SeatsInUse",
  "NextDispatchR",
  "InitialSeatsSum",
  "MaxSeatsSum",
  "TotalWorkSum",
];

const seatSeconds = (value: number): string => `${value.toFixed(8)}ss`;

function queueRows({ name, waiting, turnsExecuting }: PriorityLevel): Row[] {
  return waiting.map((queue, index) => {
    const executing = turnsExecuting.filter((turn) => turn.queue === index);
    const seats = queue.waiting.reduce((sum, turn) => sum + turn.seats, 0);
    const pending = queue.waiting.length;
    return [
      name,
      index,
      pending,
      executing.length,
      seatsOf(executing),
      seatSeconds(queue.start),
      seats,
      seats,
      seatSeconds(seats),
    ];
  });
}

const seatsOf = (turns: readonly Turn[]): number => turns.reduce((sum, { seats }) => sum + seats, 0);

const requestHeads = [
  "PriorityLevelName",
  "FlowSchemaName",
  "QueueIndex",
  "RequestIndexInQueue",
  "FlowDistingsher",
  "ArriveTime",
  "InitialSeats",
  "FinalSeats",
  "AdditionalLatency",
  "StartTime",
];
const detailHeads = ["UserName", "Verb", "APIPath", "Namespace", "Name", "APIVersion", "Resource", "SubResource"];

/** `place` is that in its queue, or -1. No request keeps its seats after it is over, so there are no final ones. */
function requestRow(turn: Turn, place: number, offsetMs: number): Row {
  const { level, flow, queue, request, seats } = turn;
  const at = (monotonicMs: number): string => formatMicroTime(offsetMs + monotonicMs);
  const began = turn.waits ? "" : at(turn.beganMs);
  return [level.name, flow.schema, queue ?? -1, place, request.distinguisher, at(turn.arrivedMs), seats, 0, "0s", began];
}

function detailsOf({ request: { user, asked } }: Turn): Row {
  if (!("resource" in asked)) return [user.name, asked.verb, asked.path, "", "", "", "", ""];
  const { verb, group, resource, subresource, namespace, name } = asked;
  return [user.name, verb, "", namespace, name, group, resource, subresource];
}

/** The narrowest that a column is. */
const widthLeast = 8;

/** Cells end with a comma, and begin where the longest above or below them lets them. */
function columns(rows: readonly Row[]): string {
  const texts = rows.map((row) => row.map((cell, index) => (index === row.length - 1 ? `${cell}` : `${cell},`)));
  const widths = (texts[0] ?? []).map((_head, index) =>
    texts.reduce((most, row) => Math.max(most, (row[index] ?? "").length + 1), widthLeast),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("");
  return texts.map((row) => `${line(row)}\n`).join("");
}
