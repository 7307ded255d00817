/**
 * The audit log: who asked what, when, and what came of it. One JSON object a line, in the form of audit.k8s.io/v1.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
import type { Host } from "../../../src/actor/host.js";
import { type AuditPolicy, type AuditStage, type AuditTelling, tellingOf } from "../../../src/api/audit/policy.js";
import { isJsonObject, type JsonValue } from "../../../src/api/json-value.js";
import type { Status } from "../../../src/api/status.js";
import { formatMicroTime } from "../../../src/api/time.js";
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
  readonly asker: ApiUser;
  /** The one who is asked for: the same, unless somebody is impersonated. */
  readonly user: ApiUser;
  readonly attributes: Attributes;
  readonly version: string;
  readonly requestUri: string;
  readonly sourceIps: readonly string[];
  readonly userAgent: string;
}

export class Audit {
  constructor(
    private readonly host: Host,
    private readonly sink: AuditSink,
  ) {}

  /** Begins to tell of a request; undefined when the policy has nothing told of it. */
  begin(of: Auditable): AuditedRequest | undefined {
    const telling = tellingOf(this.sink.policy, of.asker, of.attributes);
    if (telling === undefined) return undefined;
    const audited = new AuditedRequest(this.host, telling, of, (line) => this.sink.write(line));
    audited.tell("RequestReceived");
    return audited;
  }
}

/** One request that is told of. */
export class AuditedRequest {
  private readonly id: string;
  private readonly receivedMs: number;
  private decision: Decision | undefined;
  /** What admission has to say of the request, by whole keys. */
  private remarks = noRemarks;
  private requestObject: unknown;
  private responseObject: unknown;
  private responseStatus: object | undefined;
  private over = false;

  constructor(
    private readonly host: Host,
    private readonly telling: AuditTelling,
    private readonly of: Auditable,
    private readonly write: (line: string) => void,
  ) {
    this.id = host.ids.uuid();
    this.receivedMs = host.clock.nowMs();
  }

  decided(decision: Decision): void {
    this.decision = decision;
  }

  asked(request: ApiRequest): void {
    if (this.telling.level === "Metadata") return;
    if ("body" in request) this.requestObject = request.body;
    else if ("patch" in request) this.requestObject = request.patch;
    else if ("options" in request && (request.verb === "delete" || request.verb === "deletecollection"))
      this.requestObject = { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", ...request.options };
  }

  answered(outcome: ApiOutcome): void {
    this.remarks = outcome.annotations ?? noRemarks;
    if (!outcome.ok) {
      this.refused(outcome.error.status);
      return;
    }
    this.responseStatus = { metadata: {}, code: outcome.code };
    if (this.telling.level !== "RequestResponse") return;
    this.responseObject = "list" in outcome ? listOf(outcome.list) : (JSON.parse(outcome.object) as JsonValue);
  }

  refused(status: Status): void {
    this.responseStatus = { metadata: {}, ...pick(status) };
    if (this.telling.level === "RequestResponse") this.responseObject = status;
  }

  /** A watch or a connection has begun. */
  started(): void {
    this.responseStatus ??= { metadata: {}, code: 200 };
    this.tell("ResponseStarted");
  }

  /** `code`: that of HTTP, where nothing more is known of the answer. */
  completed(code: number): void {
    if (this.over) return;
    this.over = true;
    this.responseStatus ??= { metadata: {}, code };
    this.tell("ResponseComplete");
  }

  tell(stage: AuditStage): void {
    if (this.telling.omitStages.includes(stage)) return;
    const { asker, user, attributes, requestUri, sourceIps, userAgent } = this.of;
    const ended = stage !== "RequestReceived";
    const event = {
      kind: "Event",
      apiVersion: "audit.k8s.io/v1",
      level: this.telling.level,
      auditID: this.id,
      stage,
      requestURI: requestUri,
      verb: attributes.verb,
      user: userInfoOf(asker),
      ...(asker === user ? {} : { impersonatedUser: userInfoOf(user) }),
      sourceIPs: sourceIps,
      ...(userAgent === "" ? {} : { userAgent }),
      ...("resource" in attributes ? { objectRef: this.reference() } : {}),
      ...(ended && this.responseStatus !== undefined ? { responseStatus: this.responseStatus } : {}),
      ...(ended && this.requestObject !== undefined ? { requestObject: this.shown(this.requestObject) } : {}),
      ...(ended && this.responseObject !== undefined ? { responseObject: this.shown(this.responseObject) } : {}),
      requestReceivedTimestamp: formatMicroTime(this.receivedMs),
      stageTimestamp: formatMicroTime(this.host.clock.nowMs()),
      ...(ended && this.decision !== undefined ? { annotations: annotationsOf(this.decision, this.told) } : {}),
    };
    this.write(`${JSON.stringify(event)}\n`);
  }

  /** The remarks that may be told where of the request itself nothing is. */
  private get told(): ReadonlyMap<string, string> {
    if (this.telling.level !== "Metadata") return this.remarks;
    return new Map([...this.remarks].filter(([key]) => !key.startsWith(patchAnnotationPrefix)));
  }

  private reference(): object {
    const { attributes, version } = this.of;
    if (!("resource" in attributes)) return {};
    const { resource, namespace, name, group, subresource } = attributes;
    const parts = { resource, namespace, name, apiGroup: group, apiVersion: version, subresource };
    return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== ""));
  }

  private shown(object: unknown): unknown {
    return this.telling.omitManagedFields ? withoutManagedFields(object as JsonValue) : object;
  }
}

const pick = ({ status, message, reason, code, details }: Status): object => ({ status, message, reason, details, code });

const noRemarks: ReadonlyMap<string, string> = new Map();

/** Keys in order, as Go writes a map. Nobody's remark takes the place of the decision. */
function annotationsOf({ allowed, reason }: Decision, remarks: ReadonlyMap<string, string>): object {
  const annotations = new Map(remarks)
    .set("authorization.k8s.io/decision", allowed ? "allow" : "forbid")
    .set("authorization.k8s.io/reason", reason);
  const keys = [...annotations.keys()].sort();
  return Object.fromEntries(keys.map((key) => [key, annotations.get(key)]));
}

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
  items: list.items.map((item) => JSON.parse(item) as JsonValue),
});
