/** The query of a request as the options of its verb. Wrong values are errors in Kubernetes' words. */
import { managerNameErrors } from "../../../src/api/apply/manager-name.js";
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from "../../../src/api/field-errors.js";
import { parseGoDuration } from "../../../src/api/go-duration.js";
import { badRequest, fail, invalid, type Result, succeed } from "../../../src/api/status.js";
import { exactInteger, fitsInt64, type Integer } from "../../../src/json/integer.js";
import type { DeleteOptions, ListOptions, WatchRequest, WriteOptions } from "../messages.js";
import type { ConnectRequest } from "../request.js";

type WatchOptions = NonNullable<WatchRequest["options"]>;
type ConnectOptions = ConnectRequest["options"];

/** Go's strconv.ParseBool, which upstream reads booleans with; a name alone (`?follow`) counts as true. */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...["", "1", "t", "T", "true", "TRUE", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "false", "FALSE", "False"].map((text) => [text, false] as const),
]);

const int64DigitsMost = 19;

/** Collects the values of a query, and the first thing that is wrong with it. */
class Reader {
  /** What cannot be read at all. */
  problem: string | undefined;
  /** What can be read and is not allowed. */
  private readonly wrong: FieldError[] = [];

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

  /** An int64, as strconv.ParseInt reads it. */
  integer(name: string): Integer | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const [, sign, digits] = /^([+-]?)0*(\d+)$/.exec(value) ?? [];
    const magnitude = digits === undefined || digits.length > int64DigitsMost ? undefined : BigInt(digits);
    const integer = sign === "-" && magnitude !== undefined ? -magnitude : magnitude;
    if (integer !== undefined && fitsInt64(integer)) return exactInteger(integer);
    const why = digits === undefined ? "invalid syntax" : "value out of range";
    this.problem ??= `strconv.ParseInt: parsing ${JSON.stringify(value)}: ${why}`;
    return undefined;
  }

  /** The same where nobody minds which of two numbers beyond all reason it is. */
  whole(name: string): number | undefined {
    const integer = this.integer(name);
    return integer === undefined ? undefined : Number(integer);
  }

  /** Numbers of TCP ports, each given for itself or several with commas between them. */
  ports(name: string): readonly number[] | undefined {
    const texts = this.query.getAll(name);
    if (texts.length === 0) return undefined;
    const ports = texts.flatMap((text) =>
      text.split(",").map((part) => ({ text, port: /^\d{1,5}$/.test(part) ? Number(part) : -1 })),
    );
    const wrong = ports.find(({ port }) => port < 1 || port > 65_535);
    if (wrong !== undefined)
      this.problem ??=
        wrong.port === 0
          ? `port ${JSON.stringify(wrong.text)} must be > 0`
          : `unable to parse ${JSON.stringify(wrong.text)} as a port`;
    return ports.map(({ port }) => port);
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || (values as readonly string[]).includes(value)) return value as T | undefined;
    this.wrong.push(notSupported(name, value, values));
    return undefined;
  }

  dryRun(): boolean {
    const values = this.texts("dryRun").filter((value) => value !== "");
    if (values.some((value) => value !== "All")) this.wrong.push(notSupported("dryRun", values, ["All"]));
    return values.length > 0;
  }

  force(applies: boolean): boolean | undefined {
    const force = this.flag("force");
    if (force !== undefined && !applies) this.wrong.push(forbiddenField("force", "may not be specified for non-apply patch"));
    return force;
  }

  fieldManager(isRequired: boolean): string | undefined {
    const manager = this.text("fieldManager");
    if (manager === undefined && isRequired) this.wrong.push(required("fieldManager", "is required for apply patch"));
    this.wrong.push(...managerNameErrors(manager ?? "", "fieldManager"));
    return manager;
  }

  /** Of a parameter that this request must not have. */
  forbid(name: string, detail: string): void {
    if (this.query.has(name)) this.wrong.push(forbiddenField(name, detail));
  }

  /** The options, or why not: of the kind of options that is named, as `UpdateOptions`. */
  result<T extends object>(options: T, kind: string): Result<T> {
    if (this.problem !== undefined) return fail(badRequest(this.problem));
    if (this.wrong.length > 0) return fail(invalidOptions(kind, this.wrong));
    return succeed(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T);
  }
}

const invalidOptions = (kind: string, wrong: readonly FieldError[]) => invalid({ group: "meta.k8s.io", kind }, "", wrong);

const selection = (read: Reader): ListOptions => ({
  labelSelector: read.text("labelSelector"),
  fieldSelector: read.text("fieldSelector"),
  resourceVersion: read.text("resourceVersion"),
  // Which values are allowed depends on what else is asked: whoever serves the request looks at it.
  resourceVersionMatch: read.text("resourceVersionMatch") as ListOptions["resourceVersionMatch"],
});

export function listOptions(query: URLSearchParams): Result<ListOptions> {
  const read = new Reader(query);
  read.forbid("sendInitialEvents", "sendInitialEvents is forbidden for list");
  return read.result({ ...selection(read), limit: read.whole("limit"), continue: read.text("continue") }, "ListOptions");
}

export function watchOptions(query: URLSearchParams): Result<WatchOptions> {
  const read = new Reader(query);
  return read.result(
    {
      ...selection(read),
      allowWatchBookmarks: read.flag("allowWatchBookmarks"),
      sendInitialEvents: read.flag("sendInitialEvents"),
      continue: read.text("continue"),
      timeoutSeconds: read.whole("timeoutSeconds"),
    },
    "ListOptions",
  );
}

const writeKinds = { create: "CreateOptions", update: "UpdateOptions", patch: "PatchOptions" } as const;

/** `applies` says of a patch whether it is one of server-side apply, which alone may be forced and must name its manager. */
export function writeOptions(
  query: URLSearchParams,
  verb: "create" | "update" | "patch",
  applies = false,
): Result<WriteOptions & { force?: boolean }> {
  const read = new Reader(query);
  return read.result(
    {
      ...(verb === "patch" ? { force: read.force(applies) } : {}),
      fieldManager: read.fieldManager(applies),
      dryRun: read.dryRun(),
      fieldValidation: read.oneOf("fieldValidation", ["Ignore", "Strict", "Warn"]),
    },
    writeKinds[verb],
  );
}

const propagationPolicies = ["Foreground", "Background", "Orphan"] as const;

/** What the older way of saying a propagation policy means. */
export const orphaning = (orphan: boolean): Pick<DeleteOptions, "propagationPolicy" | "acceptedIfLeft"> =>
  orphan ? { propagationPolicy: "Orphan" } : { propagationPolicy: "Background", acceptedIfLeft: true };

/** The query of a delete; a body's DeleteOptions come on top. */
export function deleteOptions(query: URLSearchParams): Result<DeleteOptions> {
  const read = new Reader(query);
  const orphan = read.flag("orphanDependents");
  const policy = read.oneOf("propagationPolicy", propagationPolicies);
  return read.result(
    {
      gracePeriodSeconds: read.integer("gracePeriodSeconds"),
      ...(orphan === undefined ? {} : orphaning(orphan)),
      ...(policy === undefined ? {} : { propagationPolicy: policy }),
      dryRun: read.dryRun(),
    },
    "DeleteOptions",
  );
}

/** What is not allowed in the body of a delete. */
export function checkDeleteOptions(body: { readonly [field: string]: unknown }): Result<typeof body> {
  const { propagationPolicy: policy, orphanDependents, dryRun } = body;
  const wrong: FieldError[] = [];
  if (policy !== undefined && orphanDependents !== undefined)
    wrong.push(invalidValue("propagationPolicy", policy, "orphanDependents and deletionPropagation cannot be both set"));
  if (policy !== undefined && !(propagationPolicies as readonly unknown[]).includes(policy))
    wrong.push(notSupported("propagationPolicy", policy, [...propagationPolicies, "nil"]));
  if (Array.isArray(dryRun) && dryRun.some((value) => value !== "All")) wrong.push(notSupported("dryRun", dryRun, ["All"]));
  return wrong.length > 0 ? fail(invalidOptions("DeleteOptions", wrong)) : succeed(body);
}

export function connectOptions(query: URLSearchParams): Result<ConnectOptions> {
  const read = new Reader(query);
  return read.result(
    {
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
      ports: read.ports("ports"),
    },
    "PodExecOptions",
  );
}

/** kube-apiserver's --request-timeout: nobody may ask it to try for longer. */
const requestTimeoutMs = 60_000;

/** How long the client of a request that is not long-running waits, by the query `timeout`; undefined: as long as is usual. */
export function deadlineOf(query: URLSearchParams): Result<number | undefined> {
  const text = query.get("timeout");
  if (text === null || text === "") return succeed(undefined);
  const read = parseGoDuration(text);
  if ("problem" in read) return fail(badRequest(`invalid timeout specified in the request URL - ${read.problem}`));
  return succeed(read.ms > 0 && read.ms < requestTimeoutMs ? read.ms : undefined);
}

/** What is wrong with the options for a pod's log, as PodLogOptions are validated. */
export function logOptions(query: URLSearchParams, pod: string): Result<ConnectOptions> {
  const options = connectOptions(query);
  if (!options.ok) return options;
  const { tailLines, limitBytes, sinceSeconds, sinceTime } = options.value;
  const wrong: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0)
    wrong.push(invalidValue("tailLines", tailLines, "must be greater than or equal to 0"));
  if (limitBytes !== undefined && limitBytes < 1) wrong.push(invalidValue("limitBytes", limitBytes, "must be greater than 0"));
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    wrong.push(forbiddenField("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    wrong.push(invalidValue("sinceSeconds", sinceSeconds, "must be greater than 0"));
  if (sinceTime !== undefined && !rfc3339.test(sinceTime))
    return fail(badRequest(`parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse it`));
  return wrong.length > 0 ? fail(invalid({ group: "", kind: "PodLogOptions" }, pod, wrong)) : options;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

export const isWatch = (query: URLSearchParams): boolean => new Reader(query).flag("watch") ?? false;
