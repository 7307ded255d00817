/** Draws charts from the machines themselves: as data, and as Mermaid's stateDiagram-v2. */
import type { AnyStateMachine, AnyStateNode } from "xstate";

export interface ChartTransition {
  readonly from: string;
  /** The event; `after <delay>` for time, `always` for none. */
  readonly event: string;
  readonly guard?: string;
  /** Absent where only actions happen. */
  readonly to?: string;
  readonly actions: readonly string[];
}

export interface ChartState {
  /** Names from the root on, joined by dots; "" is the chart as a whole. */
  readonly id: string;
  readonly type: "atomic" | "compound" | "parallel" | "final" | "history";
  readonly initial?: string;
  readonly entry: readonly string[];
  readonly exit: readonly string[];
}

export interface Chart {
  readonly name: string;
  readonly states: readonly ChartState[];
  readonly transitions: readonly ChartTransition[];
}

interface TransitionLike {
  readonly target?: readonly AnyStateNode[] | undefined;
  readonly guard?: unknown;
  readonly actions?: readonly unknown[];
  readonly eventType: string;
}

export function chartOf(machine: AnyStateMachine): Chart {
  const nodes = [...walk(machine.root)];
  return {
    name: machine.id,
    states: nodes
      .map((node) => ({
        id: pathOf(node),
        type: node.type,
        ...(node.type === "compound" ? { initial: initialOf(node) } : {}),
        entry: node.entry.map(nameOf),
        exit: node.exit.map(nameOf).filter((name) => !name.startsWith("xstate.")),
      }))
      .map((state) => ({ ...state, entry: state.entry.filter((name) => !name.startsWith("xstate.")) })),
    transitions: nodes.flatMap(transitionsOf),
  };
}

function* walk(node: AnyStateNode): Generator<AnyStateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* walk(child as AnyStateNode);
}

const pathOf = (node: AnyStateNode): string => node.path.join(".");

function initialOf(node: AnyStateNode): string {
  const target = (node.initial as { target?: readonly AnyStateNode[] } | undefined)?.target?.[0];
  return target === undefined ? "" : pathOf(target);
}

function transitionsOf(node: AnyStateNode): ChartTransition[] {
  const described = (each: TransitionLike, event: string): ChartTransition => ({
    from: pathOf(node),
    event,
    ...(each.guard === undefined ? {} : { guard: nameOf(each.guard) }),
    ...(each.target?.[0] === undefined ? {} : { to: pathOf(each.target[0]) }),
    actions: (each.actions ?? []).map(nameOf),
  });
  const byEvent = [...(node.transitions as ReadonlyMap<string, readonly TransitionLike[]>)].flatMap(([event, each]) =>
    each.map((transition) => described(transition, eventName(event))),
  );
  const always = ((node.always as readonly TransitionLike[] | undefined) ?? []).map((each) => described(each, "always"));
  return [...byEvent, ...always];
}

/** `xstate.after.restartDelay.supervisor.backingOff` is time; `xstate.done.state.x` the end of what is inside. */
function eventName(event: string): string {
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  if (after !== null) return `after ${after[1]}`;
  return event.startsWith("xstate.done.state.") ? "done" : event;
}

interface Named {
  readonly type?: string;
  readonly name?: string;
  readonly guards?: readonly unknown[];
}

/** Guards and actions by the name that `setup` gave them; `not x`, `a and b` for combinations. */
function nameOf(part: unknown): string {
  if (typeof part === "string") return part;
  const { type, name, guards } = part as Named;
  if (guards !== undefined) {
    const inner = guards.map(nameOf);
    return name === "not" ? `not ${inner[0]}` : inner.join(` ${name} `);
  }
  return type ?? (name === undefined || name === "" ? "unnamed" : name);
}

/** Mermaid's stateDiagram-v2 (https://mermaid.js.org/syntax/stateDiagram.html). */
export function mermaidOf(chart: Chart): string {
  const lines = ["stateDiagram-v2"];
  const children = (of: string) =>
    chart.states.filter(({ id }) => id !== "" && id !== of && (id.includes(".") ? id.slice(0, id.lastIndexOf(".")) : "") === of);
  const draw = (state: ChartState, indent: string) => {
    const inner = children(state.id);
    for (const child of inner) {
      const label = child.id.slice(child.id.lastIndexOf(".") + 1);
      if (children(child.id).length > 0) {
        lines.push(`${indent}state "${label}" as ${alias(child.id)} {`);
        draw(child, `${indent}  `);
        lines.push(`${indent}}`);
      } else lines.push(`${indent}state "${label}" as ${alias(child.id)}`);
      if (state.type === "parallel" && child !== inner.at(-1)) lines.push(`${indent}--`);
      if (child.type === "final") lines.push(`${indent}${alias(child.id)} --> [*]`);
    }
    if (state.initial !== undefined && state.initial !== "") lines.push(`${indent}[*] --> ${alias(state.initial)}`);
  };
  const root = chart.states[0];
  if (root !== undefined) draw(root, "  ");
  for (const { from, to, event, guard, actions } of chart.transitions) {
    const label = `${event}${guard === undefined ? "" : ` [${guard}]`}${actions.length === 0 ? "" : ` / ${actions.join(", ")}`}`;
    const sources = from === "" ? children("").map(({ id }) => id) : [from];
    for (const source of sources)
      lines.push(
        `  ${alias(source)} --> ${alias(to ?? source)} : ${label.replaceAll(/[:;]/g, (sign) => (sign === ":" ? "#58;" : "#59;"))}`,
      );
  }
  return `${lines.join("\n")}\n`;
}

const alias = (id: string): string => id.replaceAll(/[^A-Za-z0-9]/g, "_");
