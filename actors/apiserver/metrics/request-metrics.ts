/** What is counted of every request over HTTP, by the names that kube-apiserver counts under. */
import { resourceText } from "../../../src/api/status.js";
import { deprecationWarnings } from "../http/deprecations.js";
import type { Route } from "../http/routing.js";
import { type Counter, Distribution, type Histogram, type Registry } from "./registry.js";
import { durationBounds, tellIndicator } from "./service-level.js";

/** Bytes. */
const sizeBounds = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

const bodyBounds = Array.from({ length: 31 }, (_, index) => 50_000 + 100_000 * index);

const bodyVerbs: ReadonlyMap<string, string> = new Map([
  ["create", "create"],
  ["update", "update"],
  ["patch", "patch"],
  ["delete", "delete"],
  ["deletecollection", "delete_collection"],
]);

const target = ["group", "version", "resource", "subresource", "scope"] as const;

const verbs: Readonly<Record<string, string>> = { create: "POST", update: "PUT" };

/** What requests of one sort are counted in. */
interface Sort {
  readonly verb: string;
  readonly labels: readonly string[];
  readonly durations: Distribution;
  /** Of those that waited for others: how long they took, and how long without that. */
  waited?: { readonly whole: Distribution; readonly own: Distribution };
  /** Only reads are measured. */
  readonly sizes: Distribution | undefined;
  /** Only of what comes with a body. */
  readonly bodies: Distribution | undefined;
  readonly codes: Map<number, { value: number }>;
  /** Of a kind that goes on until somebody ends it. */
  readonly longRunning: boolean;
  readonly mutating: boolean;
  underWay: number;
}

/** One request under way. */
export interface CountedRequest {
  /** Bytes of a whole answer. */
  size: number;
  /** Bytes of its own body; undefined: none was read. */
  received: number | undefined;
  /** Milliseconds that it waited for its turn and for webhooks. */
  waitedMs: number;
  ended(code: number): void;
}

/** HTTP/2 takes any word for a method. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
const knownMethod = (method: string): string => (methods.has(method) ? method : "other");

const mutatingVerbs = new Set(["POST", "PUT", "PATCH", "DELETE", "DELETECOLLECTION", "APPLY"]);

export class RequestMetrics {
  private readonly sorts = new Map<string, Sort>();
  /** By all that tells them apart. */
  private readonly deprecated = new Map<string, Readonly<Record<string, string>>>();
  private readonly requests: Counter;
  private readonly durations: Histogram;
  private readonly sizes: Histogram;
  private readonly bodies: Histogram;

  constructor(
    registry: Registry,
    private readonly nowMs: () => number,
  ) {
    const labels = ["verb", "dry_run", ...target, "component"];
    this.requests = registry.counter(
      "apiserver_request_total",
      "Requests that were answered, by verb, what they were about and the code of the answer.",
      [...labels, "code"],
    );
    this.durations = registry.histogram(
      "apiserver_request_duration_seconds",
      "Seconds from the head of a request to the end of its answer; a watch is not among them.",
      labels,
      durationBounds,
    );
    this.sizes = registry.histogram(
      "apiserver_response_sizes",
      "Bytes of the bodies of answers to reads.",
      ["verb", ...target, "component"],
      sizeBounds,
    );
    this.bodies = registry.histogram(
      "apiserver_request_body_size_bytes",
      "Bytes of the bodies of requests.",
      ["resource", "verb"],
      bodyBounds,
    );
    tellIndicator(registry, () => this.sorts.values());
    registry.tell(
      "gauge",
      "apiserver_longrunning_requests",
      "Watches, logs, execs and other requests that go on until somebody ends them.",
      () =>
        [...this.sorts.values()]
          .filter(({ longRunning }) => longRunning)
          .map(({ verb, labels: [, , ...about], underWay }) => ({ labels: targetOf(verb, about), value: underWay })),
    );
    const terminated = ["429", "504"];
    registry.tell(
      "counter",
      "apiserver_request_terminations_total",
      "Requests that were ended in self-defence: because there were too many, or their time was up.",
      () =>
        [...this.sorts.values()].flatMap(({ codes, labels: [verb = "", , ...about] }) =>
          terminated.flatMap((code) => {
            const count = codes.get(Number(code));
            return count === undefined ? [] : [{ labels: { ...targetOf(verb, about), code }, value: count.value }];
          }),
        ),
    );
    registry.tell("counter", "apiserver_request_aborts_total", "Requests whose client went away before an answer began.", () =>
      [...this.sorts.values()].flatMap(({ codes, labels: [verb = "", , ...about] }) => {
        const count = codes.get(0);
        if (count === undefined) return [];
        const { component: _component, ...labels } = targetOf(verb, about);
        return [{ labels, value: count.value }];
      }),
    );
    registry.tell("gauge", "apiserver_requested_deprecated_apis", "1 for each deprecated API that was asked for.", () =>
      Array.from(this.deprecated.values(), (labels) => ({ labels, value: 1 })),
    );
    registry.tell("gauge", "apiserver_current_inflight_requests", "Requests under way that are not long-running.", () =>
      [true, false].map((mutating) => ({
        labels: { request_kind: mutating ? "mutating" : "readOnly" },
        value: [...this.sorts.values()]
          .filter((sort) => !sort.longRunning && sort.mutating === mutating)
          .reduce((sum, { underWay }) => sum + underWay, 0),
      })),
    );
  }

  /** Counts a request as under way until `ended` is called, which must be once. */
  began(route: Route, method: string, path: string, dryRun: boolean): CountedRequest {
    const sort = this.sortOf(route, method, path, dryRun);
    const beganMs = this.nowMs();
    sort.underWay += 1;
    const counted: CountedRequest = {
      size: 0,
      received: undefined,
      waitedMs: 0,
      ended: (code) => {
        sort.underWay -= 1;
        this.codeOf(sort, code).value += 1;
        if (counted.received !== undefined) sort.bodies?.observe(counted.received);
        if (sort.longRunning) return;
        const tookSeconds = (this.nowMs() - beganMs) / 1_000;
        sort.durations.observe(tookSeconds);
        if (counted.waitedMs > 0) noteWait(sort, tookSeconds, counted.waitedMs / 1_000);
        sort.sizes?.observe(counted.size);
      },
    };
    return counted;
  }

  private bodiesOf(route: Route): Distribution | undefined {
    const verb = route.type === "resource" ? bodyVerbs.get(route.verb) : undefined;
    return verb === undefined || route.type !== "resource" ? undefined : this.bodies.of(resourceText({ ...route.path }), verb);
  }

  private noteDeprecated(route: Route): void {
    if (!("resource" in route) || deprecationWarnings(route.resource).length === 0) return;
    const { group, version, resource, subresource = "" } = route.path;
    // Of none of them it is known which release will not have it any more.
    const labels = { group, version, resource, subresource, removed_release: "" };
    this.deprecated.set(Object.values(labels).join("/"), labels);
  }

  private codeOf(sort: Sort, code: number): { value: number } {
    const known = sort.codes.get(code);
    if (known !== undefined) return known;
    const made = this.requests.of(...sort.labels, String(code));
    sort.codes.set(code, made);
    return made;
  }

  private sortOf(route: Route, method: string, path: string, dryRun: boolean): Sort {
    const name = nameOf(route, method, path, dryRun);
    const known = this.sorts.get(name);
    if (known !== undefined) return known;
    const { verb, about, longRunning } = sortOfRoute(route, method, path);
    const labels = [verb, dryRun ? "All" : "", ...about, "apiserver"];
    const sort: Sort = {
      verb,
      labels,
      durations: this.durations.of(...labels),
      sizes: verb === "GET" || verb === "LIST" ? this.sizes.of(verb, ...about, "apiserver") : undefined,
      bodies: this.bodiesOf(route),
      codes: new Map(),
      longRunning,
      mutating: mutatingVerbs.has(verb),
      underWay: 0,
    };
    this.sorts.set(name, sort);
    this.noteDeprecated(route);
    return sort;
  }
}

function noteWait(sort: Sort, tookSeconds: number, waitedSeconds: number): void {
  sort.waited ??= { whole: new Distribution(durationBounds), own: new Distribution(durationBounds) };
  sort.waited.whole.observe(tookSeconds);
  sort.waited.own.observe(Math.max(0, tookSeconds - waitedSeconds));
}

const targetOf = (
  verb: string,
  [group = "", version = "", resource = "", subresource = "", scope = ""]: readonly string[],
): Readonly<Record<string, string>> => ({ verb, group, version, resource, subresource, scope, component: "apiserver" });

function nameOf(route: Route, method: string, path: string, dryRun: boolean): string {
  if (route.type !== "resource" && route.type !== "connect" && route.type !== "proxy")
    return `${knownMethod(method)} ${knownPath(route, path)}`;
  const { group, version, resource, subresource = "", namespace, name } = route.path;
  const verb = route.type === "resource" ? route.verb : "connect";
  const scope = name !== undefined ? "r" : namespace !== undefined ? "n" : "c";
  return `${verb} ${group}/${version}/${resource}/${subresource} ${scope}${dryRun ? " dry" : ""}`;
}

function sortOfRoute(route: Route, method: string, path: string) {
  if (route.type !== "resource" && route.type !== "connect" && route.type !== "proxy")
    return { verb: knownMethod(method), about: ["", "", "", knownPath(route, path), ""], longRunning: route.type === "trace" };
  const { group, version, resource, subresource = "", namespace, name } = route.path;
  const verb = route.type === "resource" ? (verbs[route.verb] ?? route.verb.toUpperCase()) : "CONNECT";
  const one = name !== undefined || verb === "POST";
  const scope = one ? "resource" : namespace !== undefined ? "namespace" : "cluster";
  const about = [group, version, resource, subresource, scope];
  return { verb, about, longRunning: verb === "WATCH" || verb === "CONNECT" };
}

/** Paths that clients make up are not counted each for itself. */
function knownPath(route: Route, path: string): string {
  switch (route.type) {
    case "nothing":
    case "refused":
      return "";
    case "health":
      return `/${route.check}`;
    case "document":
      return `/${path.split("/", 3)[1] ?? ""}`;
    case "extension":
      return `/apis/${route.service.spec?.group ?? ""}/${route.service.spec?.version ?? ""}`;
    default:
      return path;
  }
}
