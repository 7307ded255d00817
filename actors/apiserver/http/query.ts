/** The query of a request as the options of its verb. Wrong values are errors in Kubernetes' words. */
import { badRequest, fail, type Result, succeed } from "../../../src/api/status.js";
import type { DeleteOptions, ListOptions, WatchRequest, WriteOptions } from "../messages.js";
import type { ConnectRequest } from "../request.js";

type WatchOptions = NonNullable<WatchRequest["options"]>;
type ConnectOptions = ConnectRequest["options"];

/** Go's strconv.ParseBool, which upstream reads booleans with; a name alone (`?follow`) counts as true. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...["", "1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

/** Collects the values of a query, and the first thing that is wrong with it. */
class Reader {
  problem: string | undefined;

  constructor(private readonly query: URLSearchParams) {}

  text(name: string): string | undefined {
    return this.query.get(name) || undefined;
  }

  texts(name: string): string[] {
    return this.query.getAll(name);
  }

  flag(name: string): boolean | undefined {
    const value = this.query.get(name);
    return value === null ? undefined : (booleans.get(value) ?? true);
  }

  whole(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^[+-]?\d{1,18}$/.test(value)) return Number(value);
    this.problem ??= `strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`;
    return undefined;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || (values as readonly string[]).includes(value)) return value as T | undefined;
    const list = values.map((each) => JSON.stringify(each)).join(", ");
    this.problem ??= `${name}: Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`;
    return undefined;
  }

  dryRun(): boolean {
    const values = this.texts("dryRun").filter((value) => value !== "");
    const wrong = values.find((value) => value !== "All");
    if (wrong !== undefined) this.problem ??= `dryRun: Unsupported value: ${JSON.stringify(wrong)}: supported values: "All"`;
    return values.length > 0;
  }

  result<T extends object>(options: T): Result<T> {
    if (this.problem !== undefined) return fail(badRequest(this.problem));
    return succeed(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T);
  }
}

const selection = (read: Reader): ListOptions => ({
  labelSelector: read.text("labelSelector"),
  fieldSelector: read.text("fieldSelector"),
  resourceVersion: read.text("resourceVersion"),
  resourceVersionMatch: read.oneOf("resourceVersionMatch", ["Exact", "NotOlderThan"]),
});

export function listOptions(query: URLSearchParams): Result<ListOptions> {
  const read = new Reader(query);
  return read.result({ ...selection(read), limit: read.whole("limit"), continue: read.text("continue") });
}

export function watchOptions(query: URLSearchParams): Result<WatchOptions> {
  const read = new Reader(query);
  return read.result({
    ...selection(read),
    allowWatchBookmarks: read.flag("allowWatchBookmarks"),
    sendInitialEvents: read.flag("sendInitialEvents"),
    timeoutSeconds: read.whole("timeoutSeconds"),
  });
}

export function writeOptions(query: URLSearchParams): Result<WriteOptions & { force?: boolean }> {
  const read = new Reader(query);
  return read.result({
    dryRun: read.dryRun(),
    fieldManager: read.text("fieldManager"),
    fieldValidation: read.oneOf("fieldValidation", ["Ignore", "Strict", "Warn"]),
    force: read.flag("force"),
  });
}

/** The query of a delete; a body's DeleteOptions come on top. */
export function deleteOptions(query: URLSearchParams): Result<DeleteOptions> {
  const read = new Reader(query);
  const orphan = read.flag("orphanDependents");
  const policy = read.oneOf("propagationPolicy", ["Orphan", "Background", "Foreground"]);
  return read.result({
    gracePeriodSeconds: read.whole("gracePeriodSeconds"),
    propagationPolicy: policy ?? (orphan === undefined ? undefined : orphan ? "Orphan" : "Background"),
    dryRun: read.dryRun(),
  });
}

export function connectOptions(query: URLSearchParams): Result<ConnectOptions> {
  const read = new Reader(query);
  return read.result({
    container: read.text("container"),
    follow: read.flag("follow"),
    previous: read.flag("previous"),
    timestamps: read.flag("timestamps"),
    tailLines: read.whole("tailLines"),
    limitBytes: read.whole("limitBytes"),
    sinceSeconds: read.whole("sinceSeconds"),
    sinceTime: read.text("sinceTime"),
    command: read.texts("command"),
    stdin: read.flag("stdin"),
    stdout: read.flag("stdout"),
    stderr: read.flag("stderr"),
    tty: read.flag("tty"),
  });
}

export const isWatch = (query: URLSearchParams): boolean => new Reader(query).flag("watch") ?? false;
