/**
 * How simulated containers behave: rules as data, so that tests, users and faults can pass them and a trace can
 * record them. The first rule that matches gives each field; fields that no rule gives have the defaults below.
 */

import { parseImageReference } from "../image-reference.js";
import type { ContainerSpec } from "./driver.js";
import { type Timeline, timelineOf } from "./simulated-script.js";

export interface SimulatedHttpAnswer {
  readonly port?: number;
  readonly path?: string;
  readonly status: number;
  readonly body?: string;
  /** Counted from the start of the container; before it the answer does not apply. */
  readonly fromMs?: number;
}

export interface SimulatedExecAnswer {
  /** Part of the command line, its words joined by one space. Absent matches all. */
  readonly command?: string;
  readonly exitCode: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly delayMs?: number;
  /** Counted from the start of the container; before it the answer does not apply. */
  readonly fromMs?: number;
}

export interface SimulatedRule {
  /** A repository in its short or long form, or a full reference: `nginx`, `docker.io/library/nginx`, `nginx:1.27`. Absent matches all. */
  readonly image?: string;
  /** Part of the command line, its words joined by one space. */
  readonly command?: string;
  /** Name of the container. */
  readonly container?: string;
  /** Beginning of the pod's name. */
  readonly podPrefix?: string;

  readonly pullDelayMs?: number;
  /** The pull fails with these words. */
  readonly pullError?: string;
  readonly startDelayMs?: number;
  /** The start fails with these words, exit code 128. */
  readonly startError?: string;
  /** Ends by itself. */
  readonly exit?: { readonly afterMs: number; readonly exitCode: number; readonly oomKilled?: boolean };
  /** Applies to the first so many attempts of a container only. */
  readonly attempts?: number;
  readonly onSigterm?: { readonly afterMs: number; readonly exitCode: number } | "ignored";
  /** Lines of its log, written at its start. */
  readonly output?: readonly string[];
  /** What it says of its end, in the file that its spec names. */
  readonly terminationMessage?: string;
  /** TCP ports that it listens on, beside those its spec names. */
  readonly ports?: readonly number[];
  /** Counted from its start: connections are refused before it. */
  readonly listensAfterMs?: number;
  readonly http?: readonly SimulatedHttpAnswer[];
  readonly exec?: readonly SimulatedExecAnswer[];
}

/** What the rules say of one container. */
export interface SimulatedBehaviour {
  readonly startDelayMs: number;
  readonly startError: string | undefined;
  readonly timeline: Timeline;
  readonly oomKilled: boolean;
  readonly terminationMessage: string;
  readonly onSigterm: { readonly afterMs: number; readonly exitCode: number } | "ignored";
  readonly ports: readonly number[];
  readonly listensAfterMs: number;
  readonly http: readonly SimulatedHttpAnswer[];
  readonly exec: readonly SimulatedExecAnswer[];
}

export interface SimulatedPull {
  readonly delayMs: number;
  readonly error: string | undefined;
}

const defaultRules: readonly SimulatedRule[] = [
  { image: "hello-world", exit: { afterMs: 0, exitCode: 0 }, output: ["Hello from a simulated hello-world."] },
  { image: "nginx", ports: [80] },
  { image: "httpd", ports: [80] },
  { image: "redis", ports: [6379] },
];

function matchesImage(rule: SimulatedRule, image: string): boolean {
  if (rule.image === undefined || rule.image === image) return true;
  const wanted = parseImageReference(rule.image);
  const given = parseImageReference(image);
  if (wanted === undefined || given === undefined || wanted.repository !== given.repository) return false;
  // A rule without a tag or digest is about every image of the repository.
  const last = rule.image.slice(rule.image.lastIndexOf("/") + 1);
  return (!last.includes(":") && !last.includes("@")) || wanted.full === given.full;
}

function matches(rule: SimulatedRule, spec: ContainerSpec, podName: string, commandLine: string): boolean {
  return (
    (rule.container === undefined || rule.container === spec.name) &&
    (rule.podPrefix === undefined || podName.startsWith(rule.podPrefix)) &&
    (rule.attempts === undefined || spec.attempt < rule.attempts) &&
    (rule.command === undefined || commandLine.includes(rule.command)) &&
    matchesImage(rule, spec.image)
  );
}

/** What happens when the image is pulled. Rules about containers or pods do not apply. */
export function pullOf(rules: readonly SimulatedRule[], image: string): SimulatedPull {
  for (const rule of rules) {
    const says = rule.pullDelayMs !== undefined || rule.pullError !== undefined;
    if (says && matchesImage(rule, image)) return { delayMs: rule.pullDelayMs ?? 0, error: rule.pullError };
  }
  return { delayMs: 0, error: undefined };
}

/** What one container does, from all rules that match it. */
export function behaviourOf(rules: readonly SimulatedRule[], spec: ContainerSpec, podName: string): SimulatedBehaviour {
  const words = [...spec.command, ...spec.args];
  const commandLine = words.join(" ");
  const matching = [...rules, ...defaultRules].filter((rule) => matches(rule, spec, podName, commandLine));
  const first = <Field extends keyof SimulatedRule>(field: Field): SimulatedRule[Field] | undefined =>
    matching.find((rule) => rule[field] !== undefined)?.[field];
  const exit = first("exit");
  const output = first("output");
  const scripted = timelineOf(words);
  const declared = spec.ports.filter((port) => port.protocol === "TCP").map((port) => port.containerPort);
  return {
    startDelayMs: first("startDelayMs") ?? 0,
    startError: first("startError"),
    timeline: {
      output: output === undefined ? scripted.output : output.map((text) => ({ atMs: 0, text })),
      exit: exit === undefined ? scripted.exit : { atMs: exit.afterMs, exitCode: exit.exitCode },
    },
    oomKilled: exit?.oomKilled ?? false,
    terminationMessage: first("terminationMessage") ?? "",
    onSigterm: first("onSigterm") ?? { afterMs: 0, exitCode: 0 },
    ports: [...new Set([...declared, ...(first("ports") ?? [])])],
    listensAfterMs: first("listensAfterMs") ?? 0,
    http: first("http") ?? [],
    exec: first("exec") ?? [],
  };
}
