/**
 * The audit log: who asked what, when, and what came of it. One JSON object a line, in the form of audit.k8s.io/v1.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
import type { Host } from "../../../src/actor/host.js";
import { type AuditPolicy, type AuditStage, type AuditTelling, tellingOf } from "../../../src/api/audit/policy.js";
import { isJsonObject, type JsonValue } from "../../../src/api/json-value.js";
import type { Status } from "../../../src/api/status.js";
import { formatMicroTime } from "../../../src/api/time.js";
import type { ObjectMeta } from "../../../src/api/types.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import type { Attributes, Decision } from "../access/attributes.js";
import { userInfoOf } from "../access/reviews/token-review.js";
import { listMeta } from "../http/list-text.js";
import type { ApiOutcome, ApiRequest, ApiUser, ListParts } from "../request.js";
import { patchAnnotationPrefix } from "../writes/remarks.js";

/** Where lines go. */
export interface AuditSink {
  readonly policy: AuditPolicy;
  write(line: string): void;
}

/** A request as it comes in. */
export interface Auditable {
  /** What the request is called to whoever asks; absent: nobody outside has heard of it. */
  readonly id?: string;
  /** Absent: what was shown to say who asks is wrong. */
  readonly asker: ApiUser | undefined;
  readonly attributes: Attributes;
  readonly version: string;
  readonly requestUri: string;
  /** Those who passed it on first, as they say; whoever sent it last. */
  readonly sourceIps: readonly string[];
  readonly userAgent: string;
  /** It may last for hours: when its answer begins is told as a stage of its own. */
  readonly longRunning: boolean;
}

export class Audit {
  /** Lines that were written. */
  events = 0;
  /** Requests, by how much the policy has told of them. */
  readonly levels = new Map<string, number>();

  constructor(
    private readonly host: Pick<Host, "clock" | "ids">,
    private readonly sink: AuditSink,
  ) {}

  /** Begins to tell of a request; undefined when the policy has nothing told of it. */
  begin(of: Auditable): AuditedRequest | undefined {
    const audited = this.of(of);
    audited?.tell("RequestReceived");
    return audited;
  }

  /** Nobody knows who asks: that it is refused is the only thing told. */
  unauthenticated(of: Omit<Auditable, "asker" | "longRunning">, status: Status, annotations = noRemarks): void {
    const audited = this.of({ ...of, asker: undefined, longRunning: true });
    audited?.refused(status);
    audited?.remarked(annotations);
    audited?.tell("ResponseStarted");
  }

  private of(of: Auditable): AuditedRequest | undefined {
    const telling = tellingOf(this.sink.policy, of.asker, of.attributes);
    const level = telling?.level ?? "None";
    this.levels.set(level, (this.levels.get(level) ?? 0) + 1);
    return telling === undefined ? undefined : new AuditedRequest(this.host, telling, of, (line) => this.write(line));
  }

  private write(line: string): void {
    this.events += 1;
    this.sink.write(line);
  }
}

/** One request that is told of. */
export class AuditedRequest {
  private readonly id: string;
  private readonly receivedMs: number;
  private readonly reference: Map<string, string> | undefined;
  private impersonated: ApiUser | undefined;
  /** What there is to say of the request besides, by whole keys. */
  private readonly annotations = new Map<string, string>();
  private requestObject: unknown;
  private responseObject: unknown;
  private responseStatus: object | undefined;
  private begun = false;
  private over = false;

  constructor(
    private readonly host: Pick<Host, "clock" | "ids">,
    private readonly telling: AuditTelling,
    private readonly of: Auditable,
    private readonly write: (line: string) => void,
  ) {
    this.id = of.id ?? host.ids.uuid();
    this.receivedMs = host.clock.nowMs();
    this.reference = referenceOf(of.attributes, of.version);
  }

  impersonating(user: ApiUser): void {
    this.impersonated = user;
  }

  /** What was said of a key first, stands. */
  remarked(annotations: ReadonlyMap<string, string>): void {
    for (const [key, value] of annotations) {
      // A patch tells of the object: where nothing is told of that, it is not either.
      if (this.telling.level === "Metadata" && key.startsWith(patchAnnotationPrefix)) continue;
      if (!this.annotations.has(key)) this.annotations.set(key, value);
    }
  }

  decided(decision: Decision): void {
    this.annotations.set("authorization.k8s.io/decision", decision.allowed ? "allow" : "forbid");
    this.annotations.set("authorization.k8s.io/reason", decision.reason);
  }

  /** What is sent says more of the object than the path does. */
  asked(request: ApiRequest): void {
    if ("body" in request) this.refersTo(request.body.metadata ?? {});
    if (this.telling.level === "Metadata") return;
    // What serves the request may change its body.
    if ("body" in request) this.requestObject = structuredClone(request.body);
    else if ("patch" in request) this.requestObject = request.patch;
    else if (request.verb === "delete" || request.verb === "deletecollection") {
      if (Object.keys(request.options).length > 0)
        this.requestObject = { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", ...request.options };
    }
  }

  answered(outcome: ApiOutcome): void {
    if (outcome.annotations !== undefined) this.remarked(outcome.annotations);
    if (!outcome.ok) {
      this.refused(outcome.error.status);
      return;
    }
    this.responseStatus = { metadata: {}, code: outcome.code };
    if ("object" in outcome && outcome.object.startsWith(statusText)) {
      this.responseStatus = { metadata: {}, ...pick(readJson(outcome.object) as Status), code: outcome.code };
    }
    if (this.telling.level !== "RequestResponse") return;
    this.responseObject = "list" in outcome ? listOf(outcome.list) : (readJson(outcome.object) as JsonValue);
  }

  refused(status: Status): void {
    this.responseStatus = { metadata: {}, ...pick(status) };
    if (this.telling.level === "RequestResponse") this.responseObject = status;
  }

  /** The answer begins, with this code of HTTP. */
  responding(code: number): void {
    if (this.begun || this.over) return;
    this.begun = true;
    this.responseStatus ??= { metadata: {}, code };
    if (this.of.longRunning) this.tell("ResponseStarted");
  }

  completed(): void {
    if (this.over) return;
    if (this.responseStatus === undefined) {
      this.responseStatus = { metadata: {}, status: "Success", message: "Connection closed early", code: 200 };
      if (this.of.longRunning) this.tell("ResponseStarted");
    }
    this.over = true;
    this.tell("ResponseComplete");
  }

  /** What serves it has failed in a way that nobody foresaw. */
  panicked(problem: string): void {
    if (this.over) return;
    this.over = true;
    const message = `APIServer panic'd: ${problem}`;
    this.responseStatus = { metadata: {}, status: "Failure", message, reason: "InternalError", code: 500 };
    this.tell("Panic");
  }

  tell(stage: AuditStage): void {
    if (this.telling.omitStages.includes(stage)) return;
    const { asker, attributes, requestUri, sourceIps, userAgent } = this.of;
    const event = {
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: this.telling.level,
      auditID: this.id,
      stage,
      requestURI: requestUri,
      verb: attributes.verb,
      user: asker === undefined ? {} : userInfoOf(asker),
      ...(this.impersonated === undefined ? {} : { impersonatedUser: userInfoOf(this.impersonated) }),
      sourceIPs: sourceIps,
      ...(userAgent === "" ? {} : { userAgent: bounded(userAgent) }),
      ...(this.reference === undefined ? {} : { objectRef: this.objectRef() }),
      ...(this.responseStatus === undefined ? {} : { responseStatus: this.responseStatus }),
      ...(this.requestObject === undefined ? {} : { requestObject: this.shown(this.requestObject) }),
      ...(this.responseObject === undefined ? {} : { responseObject: this.shown(this.responseObject) }),
      requestReceivedTimestamp: formatMicroTime(this.receivedMs),
      stageTimestamp: formatMicroTime(stage === "RequestReceived" ? this.receivedMs : this.host.clock.nowMs()),
      ...(this.annotations.size === 0 ? {} : { annotations: inOrder(this.annotations) }),
    };
    this.write(`${writeJson(event)}\n`);
  }

  private refersTo({ namespace, name, uid, resourceVersion }: Partial<ObjectMeta>): void {
    for (const [key, value] of Object.entries({ namespace, name, uid, resourceVersion })) {
      if (typeof value === "string" && value !== "" && !this.reference?.has(key)) this.reference?.set(key, value);
    }
  }

  /** In the order in which Kubernetes writes the fields. */
  private objectRef(): object {
    const known = referenceFields.filter((field) => this.reference?.has(field));
    return Object.fromEntries(known.map((field) => [field, this.reference?.get(field)]));
  }

  private shown(object: unknown): unknown {
    return this.telling.omitManagedFields ? withoutManagedFields(object as JsonValue) : object;
  }
}

const referenceFields = [
  "resource",
  "namespace",
  "name",
  "uid",
  "apiGroup",
  "apiVersion",
  "resourceVersion",
  "subresource",
] as const;

function referenceOf(attributes: Attributes, apiVersion: string): Map<string, string> | undefined {
  if (!("resource" in attributes)) return undefined;
  const { resource, namespace, name, group: apiGroup, subresource } = attributes;
  const parts = { resource, namespace, name, apiGroup, apiVersion, subresource };
  return new Map(Object.entries(parts).filter(([, value]) => value !== ""));
}

/** kube-apiserver's own bound. */
const userAgentLengthMost = 1024;
const bounded = (userAgent: string): string =>
  userAgent.length <= userAgentLengthMost ? userAgent : `${userAgent.slice(0, userAgentLengthMost)}...TRUNCATED`;

/** How the text of a Status begins. */
const statusText = '{"kind":"Status"';

const pick = ({ status, message, reason, code, details }: Status): object => ({ status, message, reason, details, code });

const noRemarks: ReadonlyMap<string, string> = new Map();

/** Keys in order, as Go writes a map. */
const inOrder = (annotations: ReadonlyMap<string, string>): object =>
  Object.fromEntries([...annotations.keys()].sort().map((key) => [key, annotations.get(key)]));

function withoutManagedFields(object: JsonValue): JsonValue {
  if (!isJsonObject(object)) return object;
  const items = Array.isArray(object.items) ? { items: object.items.map((item) => withoutManagedFields(item as JsonValue)) } : {};
  if (!isJsonObject(object.metadata)) return { ...object, ...items } as JsonValue;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, ...items, metadata } as JsonValue;
}

const listOf = (list: ListParts): object => ({
  kind: list.kind,
  apiVersion: list.apiVersion,
  metadata: listMeta(list),
  items: list.items.map((item) => readJson(item) as JsonValue),
});
