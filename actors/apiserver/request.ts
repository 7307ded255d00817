/**
 * What a request to the API is inside the API server, whether it came over the wire or over HTTP. A front turns what it
 * reads into an `ApiRequest`, a `WatchRequest` or a `ConnectRequest`, hands it to the `ApiHandler` and writes what it is told.
 */
import type { ApiError, Result } from "../../src/api/status.js";
import type { KubernetesObject, Status, UntypedObject } from "../../src/api/types.js";
import type { Address } from "../../src/wire/address.js";
import type { Json } from "../../src/wire/json.js";
import type { ExecInput, ExecOutput, ForwardInput, ForwardOutput, KubeletAnswer } from "../kubelet/messages.js";
import type { Attributes, Decision } from "./access/attributes.js";
import type { Tokens } from "./access/tokens/tokens.js";
import type { Audit } from "./audit/audit.js";
import type { Catalog } from "./catalog/catalog.js";
import type { Reached } from "./consult/service-endpoint.js";
import type { FlowControl } from "./fairness/flow-control.js";
import type { Issuer } from "./http/issuer.js";
import type { LongTexts } from "./long-texts/long-texts.js";
import type {
  DeleteOptions,
  Impersonated,
  ListOptions,
  PatchType,
  ResourcePath,
  WatchEvent,
  WatchRequest as WireWatchRequest,
  WriteOptions,
} from "./messages.js";
import type { ServerMetrics } from "./metrics/server-metrics.js";

/** An error as the API words it; `status.details.retryAfterSeconds` is to be sent as the header Retry-After too. */
export type { ApiError };

/** Who asks, as authentication found out. */
export interface ApiUser {
  /** `kubernetes-admin`, `system:node:node-1`, `system:serviceaccount:default:builder`. */
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** What else authentication tells of the user: `authentication.kubernetes.io/pod-name` … */
  readonly extra?: ReadonlyMap<string, readonly string[]>;
}

/** `name` is absent for a whole resource, `subresource` for the object itself. */
export interface RequestPath extends ResourcePath {
  readonly name?: string;
  readonly subresource?: string;
}

interface Asked {
  readonly path: RequestPath;
  readonly user: ApiUser;
  /** How long the one who asks waits; absent: 34 s for reads and writes, as kube-apiserver's storage has it. */
  readonly deadlineMs?: number;
  /** The API server itself makes what every cluster has: nobody outside is asked, who might not be there before it is. */
  readonly bootstrap?: true;
  /** Who owns the fields that a write changes: as the request names it, or the program that sends it. */
  readonly fieldManager?: string;
  /** A component of the cluster asks: the compiler has checked the types of what it sends, and a decoder need not. */
  readonly typed?: boolean;
}

export interface GetRequest extends Asked {
  readonly verb: "get";
  /** For an extension API server. */
  readonly query?: Readonly<Record<string, string>>;
  /** Absent or "": the newest. "0": whatever the watch cache has. Else: not older than this. */
  readonly resourceVersion?: string;
}
export interface ListRequest extends Asked {
  readonly verb: "list";
  readonly options: ListOptions;
}
/**
 * A body is what src/api's decoder made of the bytes for the kind that the path takes: types are right, unknown fields are
 * dealt with. The API server owns it from then on and may change it.
 */
export interface CreateRequest extends Asked {
  readonly verb: "create";
  readonly body: UntypedObject;
  readonly options: WriteOptions;
}
export interface UpdateRequest extends Asked {
  readonly verb: "update";
  readonly body: UntypedObject;
  readonly options: WriteOptions;
}
/** `patch` is the decoded JSON (or YAML) value. */
export interface PatchRequest extends Asked {
  readonly verb: "patch";
  readonly patchType: PatchType;
  readonly patch: unknown;
  /** What only field validation minds of the patch's own text: `duplicate field "spec.replicas"`. */
  readonly problems?: readonly string[];
  readonly options: WriteOptions & { readonly force?: boolean };
}
export interface DeleteRequest extends Asked {
  readonly verb: "delete";
  readonly options: DeleteOptions;
  /** It is one of a collection that is deleted. */
  readonly ofCollection?: true;
}
export interface DeleteCollectionRequest extends Asked {
  readonly verb: "deletecollection";
  readonly options: DeleteOptions;
  readonly selection: ListOptions;
}

export type ReadRequest = GetRequest | ListRequest;
export type WriteRequest = CreateRequest | UpdateRequest | PatchRequest | DeleteRequest;
export type ApiRequest = ReadRequest | WriteRequest | DeleteCollectionRequest;

/** A list before it is put together: the items are ready JSON texts, to be joined and not parsed. */
export interface ListParts {
  readonly apiVersion: string;
  /** `PodList`. */
  readonly kind: string;
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly items: ReadonlyArray<Json<KubernetesObject>>;
}

/** What goes with an outcome of either kind. */
export interface Noted {
  /** Texts for the header Warning (code 299). */
  readonly warnings?: readonly string[];
  /** For the audit log, by their whole keys. */
  readonly annotations?: ReadonlyMap<string, string>;
  /** Milliseconds that webhooks took of it; absent: none was asked. */
  readonly waitedMs?: number;
}

/** How a request ended. Exactly one, once. */
export type ApiOutcome = Noted &
  (
    | {
        readonly ok: true;
        /** 200, or 201 for what was created. */
        readonly code: number;
        /** The object, or a Status of success, with resourceVersion, as JSON text. */
        readonly object: Json<KubernetesObject | Status>;
      }
    | { readonly ok: true; readonly code: number; readonly list: ListParts }
    | {
        readonly ok: false;
        readonly error: ApiError;
        /** True when it is not known whether a write took effect: read again before the next attempt. */
        readonly indefinite?: boolean;
      }
  );

export type Respond = (outcome: ApiOutcome) => void;

/** The query of a watch. `timeoutSeconds` absent: between 30 and 60 minutes. */
export interface WatchRequest {
  readonly path: RequestPath;
  readonly user: ApiUser;
  readonly options: NonNullable<WireWatchRequest["options"]>;
}

/**
 * Where a watch goes. The API server never waits for a sink: a sink keeps what its reader has not taken within a bound of its
 * own, and when that is full it ends the connection and says `closed` through the handle.
 */
export interface WatchSink {
  /** The watch is accepted; HTTP answers 200 now. Called once, before any event, and not at all when `refused` is. */
  started(): void;
  /** Instead of `started`: 410, 400, 504 … */
  refused(error: ApiError): void;
  /** One or more events, in order. Events are shared between watchers: `watchLine` encodes each only once. */
  events(events: readonly WatchEvent[]): void;
  /** The watch is over: its time is up, the server drains, or (with an error) it cannot be kept without a gap. Last call. */
  ended(error?: ApiError): void;
}

/** The caller's end of a watch or connection that it started. */
export interface WatchHandle {
  /** The reader went away or was cut off. Nothing more is told to the sink. */
  closed(): void;
}

/** What `kubectl logs`, `exec`, `attach` and `port-forward` ask, and what is asked of a node itself. `command` only for exec. */
export type PodConnection = "log" | "exec" | "attach" | "portforward";

export interface ConnectRequest {
  readonly path: RequestPath & { readonly name: string } & (
      | { readonly resource: "pods"; readonly namespace: string; readonly subresource: PodConnection }
      | { readonly resource: "nodes"; readonly subresource: "proxy" }
    );
  readonly user: ApiUser;
  /** It is part of what was admitted already: one port of a port-forward, the way of a proxy. */
  readonly admitted?: true;
  /** Why nothing comes of it, as it was asked for: told once it is admitted and its pod is found. */
  readonly unfit?: ApiError;
  readonly options: {
    readonly container?: string;
    readonly follow?: boolean;
    readonly previous?: boolean;
    readonly timestamps?: boolean;
    readonly tailLines?: number;
    readonly limitBytes?: number;
    readonly sinceSeconds?: number;
    /** RFC 3339. */
    readonly sinceTime?: string;
    readonly command?: readonly string[];
    readonly stdin?: boolean;
    readonly stdout?: boolean;
    readonly stderr?: boolean;
    readonly tty?: boolean;
    /** Of the pod, for one forwarded connection. Without one, a port-forward only finds out whether there could be some. */
    readonly port?: number;
    /** The ports that a client without streams of its own wants forwarded, each over a pair of channels. */
    readonly ports?: readonly number[];
    /** Path and query of the kubelet's own API, for a node. */
    readonly kubeletPath?: string;
  };
}

export type ConnectInput = ExecInput | ForwardInput;
export type ConnectOutput = ExecOutput | ForwardOutput | KubeletAnswer;

/** A request that goes on to a pod, Service or node. */
export interface ProxyRequest {
  readonly path: RequestPath & { readonly name: string };
  readonly user: ApiUser;
  readonly proxied: string;
}

/** A log's bytes come as `{ stream: "stdout" }`. */
export interface ConnectSink {
  /** Before all else, what admission has to say besides. */
  remarked?(noted: Noted): void;
  /** The API server's own checks are passed and the kubelet is asked; `accepted` is its first output when it takes the request on. */
  started(): void;
  refused(error: ApiError): void;
  output(chunk: ConnectOutput): void;
  /** What was given as input has gone on its way; whoever was told `false` by `input` goes on. */
  drained?(): void;
  /** Without an error: the process exited (its exit code came before), the connection is closed or the log has no more. Last call. */
  ended(error?: ApiError): void;
}

export interface ConnectHandle extends WatchHandle {
  /** False when the reader at the other end is behind: the next input should wait for `drained`. */
  input(input: ConnectInput): boolean;
  /** End of stdin, or of what the client sends over a forwarded connection. */
  halfClose(): void;
  /** That many outputs have been handed on to the reader: only so many more come as were consumed. */
  consumed(count: number): void;
}

/** Lines of the trace ring, oldest first; with `follow`, more as they come, until the handle is closed. */
export interface TraceReader {
  lines(lines: readonly string[]): void;
  /** Lines that were thrown away because the ring or this reader was full. */
  lost(count: number): void;
}

/** What the server can say of itself for /livez and /readyz: a name such as `etcd`, and undefined when it is well. */
export interface HealthCheck {
  readonly name: string;
  readonly problem: string | undefined;
  /** Whether only /readyz asks it. */
  readonly ofReadiness?: boolean;
}

/** The API server as its fronts see it. Callable in every state: it answers 503 while it cannot serve. */
export interface ApiHandler {
  /** What is served now. */
  readonly catalog: Catalog;
  /** Who signs tokens of service accounts, and the keys to check them with. */
  readonly issuer: Issuer;
  /** Reads YAML that would hold up everybody else. */
  readonly longTexts: LongTexts;
  /** Who bears a token. */
  readonly tokens: Tokens;
  /** Who is spoken for, where somebody asks in another's name. */
  impersonated(asker: ApiUser, as: Impersonated): Result<ApiUser>;
  /** Told of every request; absent unless somebody wants an audit log. */
  readonly audit: Audit | undefined;
  decisionOf(user: ApiUser, asked: Attributes): Decision;
  /** Asked by a front before it hands a request on: why it may not be made now, by this user. */
  refusalOf(user: ApiUser, asked: Attributes): ApiError | undefined;
  /** Who an actor speaks as. */
  speaker(from: Address, as: Impersonated | undefined): Result<ApiUser>;
  /** Returns what the request goes by, for `abandon`. */
  request(request: ApiRequest, respond: Respond): string;
  /** Who asked has gone away: what has not begun is not begun any more. Answered all the same, unless it was. */
  abandon(id: string): void;
  watch(request: WatchRequest, sink: WatchSink): WatchHandle;
  connect(request: ConnectRequest, sink: ConnectSink): ConnectHandle;
  /** Whether a request may be proxied; `proxied` is the path behind the proxy, which may be "". */
  admitProxy(proxy: ProxyRequest, onAdmitted: (refusal: ApiError | undefined, noted: Noted) => void): void;
  /** Where a Service answers; undefined when nowhere. */
  reached(service: { readonly namespace: string; readonly name: string; readonly port: number }): Reached | undefined;
  readiness(): readonly HealthCheck[];
  readonly metrics: ServerMetrics;
  /** Asks etcd how much it keeps, for the metrics; goes on also when it does not say. */
  measureStorage(onMeasured: () => void): void;
  readonly flowControl: FlowControl;
  /** Pages below /debug that tell of others' requests are served. */
  readonly debugPages: boolean;
  /** Plain data: what the server goes by. */
  readonly configuration: object;
  trace(reader: TraceReader, options: { readonly follow: boolean }): WatchHandle;
}

const lines = new WeakMap<WatchEvent, string>();

/** `{"type":"ADDED","object":{…}}` and a newline: an event as HTTP carries it, encoded once for all readers. */
export function watchLine(event: WatchEvent): string {
  const known = lines.get(event);
  if (known !== undefined) return known;
  const line = `{"type":"${event.type}","object":${event.object}}\n`;
  lines.set(event, line);
  return line;
}
