/** The API server as its chart and its fronts hold it: what it knows, and what runs. */

import type { Host } from "../../src/actor/host.js";
import type { Resource } from "../../src/api/kinds.js";
import { fail, type Result, serviceUnavailable, tooManyRequests } from "../../src/api/status.js";
import type { Address } from "../../src/wire/address.js";
import { roleOf } from "../../src/wire/address.js";
import { type Attributes, type Decision, forbiddenRequest } from "./access/attributes.js";
import { Authorizer } from "./access/authorizer.js";
import { impersonated } from "./access/impersonation.js";
import { noteUse } from "./access/tokens/note-use.js";
import { Tokens } from "./access/tokens/tokens.js";
import { WireUsers } from "./access/wire-users.js";
import { admitProxied, connectAdmitted } from "./admission/connecting.js";
import { DynamicAdmission } from "./admission/dynamic.js";
import { startExtensionRead } from "./aggregation/extension-read.js";
import { Audit } from "./audit/audit.js";
import { Catalog } from "./catalog/catalog.js";
import { CollectionDelete } from "./collection.js";
import { collectionMachine } from "./collection-machine.js";
import { Consultant } from "./consult/consultant.js";
import { endpointOf, type Reached } from "./consult/service-endpoint.js";
import { FlowControl } from "./fairness/flow-control.js";
import { serverChecks } from "./http/health-checks.js";
import type { Issuer } from "./http/issuer.js";
import type { ApiServerIo } from "./io/io.js";
import { Leases } from "./leases.js";
import { LongTexts } from "./long-texts/long-texts.js";
import type { Attachments, Impersonated, TraceBatch } from "./messages.js";
import { tellAllocation } from "./metrics/allocation-metrics.js";
import { tellAudit } from "./metrics/audit-metrics.js";
import { tellConversions } from "./metrics/conversion-metrics.js";
import { tellExtensions } from "./metrics/extension-metrics.js";
import { ServerMetrics } from "./metrics/server-metrics.js";
import { measureStorage } from "./metrics/storage-size.js";
import { ReadBatches } from "./reads/batch.js";
import { answerComponents } from "./reads/component-status.js";
import { startRead } from "./reads/start.js";
import { Gateway } from "./relay.js";
import type {
  ApiError,
  ApiHandler,
  ApiRequest,
  ApiUser,
  ConnectHandle,
  ConnectRequest,
  ConnectSink,
  HealthCheck,
  Noted,
  ProxyRequest,
  Respond,
  TraceReader,
  WatchHandle,
  WatchRequest,
  WatchSink,
} from "./request.js";
import { startConnection, unconnected } from "./subresources/connect.js";
import { startAct } from "./subresources/virtual.js";
import { TraceRing } from "./trace-ring.js";
import { WatchCache } from "./watch-cache/cache.js";
import { EtcdLink } from "./watch-cache/etcd-link.js";
import { Freshness } from "./watch-cache/freshness.js";
import { startWatch } from "./watches/start.js";
import { startWrite } from "./writes/start.js";
import { Turns } from "./writes/turns.js";

export const serverLimits = { requests: 5_000, watches: 20_000 } as const;

const notServing = "the API server is not ready";

export class Server implements ApiHandler {
  readonly cache = new WatchCache();
  readonly authorizer = new Authorizer(this.cache);
  private readonly wireUsers = new WireUsers(this.authorizer);
  readonly catalog: Catalog;
  readonly tokens: Tokens;
  readonly audit: Audit | undefined;
  readonly freshness = new Freshness();
  readonly metrics: ServerMetrics;
  readonly flowControl: FlowControl;
  readonly turns = new Turns();
  readonly consultant: Consultant;
  readonly dynamicAdmission: DynamicAdmission;
  readonly etcd: EtcdLink;
  readonly leases: Leases;
  readonly longTexts: LongTexts;
  private readonly batches: ReadBatches;
  readonly gateway: Gateway;
  readonly traces = new TraceRing();
  /** Requests from outside are answered. */
  private open = false;
  private draining = false;
  /** They have been answered before: the watch cache and what is set up first are there. */
  private begun = false;
  private requests = 0;
  /** Those of custom resources with what they began with. */
  private readonly watches = new Map<string, Resource | undefined>();
  private charts = 0;
  /** Told when the last request under way has ended. */
  onIdle: (() => void) | undefined;

  constructor(
    readonly host: Host,
    readonly io: ApiServerIo,
  ) {
    this.catalog = new Catalog(this.cache, host.ids);
    const { cache } = this;
    this.metrics = new ServerMetrics({
      cache,
      readiness: () => this.readiness(),
      nowMs: () => host.clock.monotonicMs(),
      figures: () => io.process(),
    });
    tellAllocation(this.metrics.registry, this);
    tellExtensions(this.metrics.registry, this.catalog.extensions);
    this.flowControl = new FlowControl(this);
    this.etcd = new EtcdLink(host, this.cache, this.freshness);
    this.leases = new Leases(host);
    this.longTexts = new LongTexts(host, io.texts);
    this.tokens = new Tokens(host, io, cache, (secret, day, onNoted) => noteUse(this, secret, day, onNoted));
    this.audit = io.audit === undefined ? undefined : new Audit(host, io.audit);
    tellAudit(this.metrics.registry, this.audit);
    tellConversions(this.metrics.registry, this.catalog.conversions);
    this.consultant = new Consultant(this);
    this.dynamicAdmission = new DynamicAdmission(this);
    this.batches = new ReadBatches(this);
    this.gateway = new Gateway(host.wire);
  }

  /** From now on requests from outside are answered. */
  serve(): void {
    this.open = true;
    this.begun = true;
  }

  get idle(): boolean {
    return this.requests === 0;
  }

  get issuer(): Issuer {
    return { url: this.io.config.issuer, publicKeys: this.io.signer.publicKeys };
  }

  speaker(from: Address, as: Impersonated | undefined): Result<ApiUser> {
    const speaker = this.wireUsers.speaker(from, as);
    return speaker.ok || this.begun ? speaker : fail(serviceUnavailable(notServing));
  }

  impersonated(asker: ApiUser, as: Impersonated): Result<ApiUser> {
    const spokenFor = impersonated(this.authorizer, asker, as);
    return spokenFor.ok || this.begun ? spokenFor : fail(serviceUnavailable(notServing));
  }

  decisionOf(user: ApiUser, asked: Attributes): Decision {
    return this.authorizer.authorize(user, asked);
  }

  /** Until the roles are there that say who may do what, nobody is told that they may not. */
  refusalOf(user: ApiUser, asked: Attributes): ApiError | undefined {
    const decision = this.authorizer.authorize(user, asked);
    if (decision.allowed) return undefined;
    return this.begun ? forbiddenRequest(user, asked, decision) : serviceUnavailable(notServing);
  }

  request(request: ApiRequest, respond: Respond): string {
    if (!this.open) {
      respond({ ok: false, error: serviceUnavailable(notServing, 1) });
      return "";
    }
    if (this.requests >= serverLimits.requests) {
      respond({ ok: false, error: tooManyRequests() });
      return "";
    }
    this.requests += 1;
    return this.run(request, (outcome) => {
      this.requests -= 1;
      respond(outcome);
      if (this.requests === 0) this.onIdle?.();
    });
  }

  abandon(id: string): void {
    this.host.charts.get(id)?.send({ type: "abandoned" });
  }

  /** Runs a request whether or not those from outside are answered: the server's own. Returns what it goes by. */
  run(request: ApiRequest, respond: Respond): string {
    const id = `${request.verb} ${++this.charts}`;
    switch (request.verb) {
      case "get":
      case "list":
        if (!answerComponents(this, request, respond) && !startExtensionRead(this, id, request, respond))
          startRead(this, this.batches, id, request, respond);
        break;
      case "deletecollection": {
        const collection = new CollectionDelete(request, (each, told) => this.run(each, told), respond);
        this.host.charts.start(collectionMachine, { id, input: { collection } });
        break;
      }
      case "create":
        if (!startAct(this, id, request, respond)) startWrite(this, id, request, respond);
        break;
      default:
        startWrite(this, id, request, respond);
    }
    return id;
  }

  watch(request: WatchRequest, sink: WatchSink): WatchHandle {
    if (!this.open || this.watches.size >= serverLimits.watches) {
      sink.refused(this.open ? tooManyRequests() : serviceUnavailable(notServing, 1));
      return { closed: () => undefined };
    }
    const id = `watch ${++this.charts}`;
    const { group, version, resource } = request.path;
    this.watches.set(id, this.catalog.resources.byResource(group, version, resource));
    const over = (): void => {
      this.watches.delete(id);
    };
    const handle = startWatch(this, id, request, {
      started: () => sink.started(),
      events: (events) => sink.events(events),
      refused: (error) => {
        over();
        sink.refused(error);
      },
      ended: (error) => {
        over();
        sink.ended(error);
      },
    });
    return {
      closed: () => {
        over();
        handle.closed();
      },
    };
  }

  connect(request: ConnectRequest, sink: ConnectSink): ConnectHandle {
    if (!this.open) {
      sink.refused(serviceUnavailable(notServing, 1));
      return unconnected;
    }
    const id = `connect ${++this.charts}`;
    return connectAdmitted(this, id, request, sink, (admitted) => startConnection(this, id, admitted, sink));
  }

  admitProxy(proxy: ProxyRequest, onAdmitted: (refusal: ApiError | undefined, noted: Noted) => void): void {
    if (this.open) admitProxied(this, `proxy ${++this.charts}`, proxy, onAdmitted);
    else onAdmitted(serviceUnavailable(notServing, 1), {});
  }

  measureStorage(onMeasured: () => void): void {
    measureStorage(this.host, this.metrics.etcd, onMeasured);
  }

  get debugPages(): boolean {
    return this.io.config.debugPages;
  }

  /** What this server goes by, for /configz. */
  get configuration(): object {
    const { serviceCidr, podCidr, nodePortRange, advertiseAddress, advertisePort, issuer } = this.io.config;
    return {
      advertiseAddress,
      advertisePort,
      clusterCIDR: podCidr,
      serviceClusterIPRange: serviceCidr,
      serviceNodePortRange: `${nodePortRange.from}-${nodePortRange.to}`,
      serviceAccountIssuer: issuer,
      maxRequestsInflight: serverLimits.requests,
      maxWatches: serverLimits.watches,
    };
  }

  get hasEtcd(): boolean {
    return this.etcd.linked;
  }

  readiness(): readonly HealthCheck[] {
    return serverChecks({
      hasEtcd: this.hasEtcd,
      hasCache: this.cache.revision > 0n,
      hasStarted: this.open || this.draining,
      isStopping: this.draining,
    });
  }

  trace(reader: TraceReader, { follow }: { readonly follow: boolean }): WatchHandle {
    return { closed: this.traces.read(reader, follow) };
  }

  keepTrace(batch: TraceBatch): void {
    this.traces.add(batch);
  }

  attachmentsOf(apiserver: Address, attachments: Attachments): void {
    if (roleOf(apiserver) === "apiserver") this.gateway.attachmentsOf(apiserver, attachments);
  }

  linksChanged(): void {
    this.gateway.linksChanged();
  }

  /** From now on requests are sent away, to come again: by then another API server may answer. */
  drain(): void {
    this.open = false;
    this.draining = true;
  }

  reached({ namespace, name, port }: { namespace: string; name: string; port: number }): Reached | undefined {
    const reached = endpointOf(this, namespace, name, port);
    return "problem" in reached ? undefined : reached;
  }

  /** Ends the watches of custom resources that are served otherwise now, or no longer: clients list again. */
  endStaleWatches(): void {
    const { resources } = this.catalog;
    for (const [id, resource] of [...this.watches]) {
      if (resource?.custom === undefined) continue;
      if (resources.byResource(resource.group, resource.version, resource.plural) === resource) continue;
      this.host.charts.get(id)?.send({ type: "outdated" });
    }
  }

  /** Ends every watch in order. */
  drainWatches(): void {
    for (const id of [...this.watches.keys()]) this.host.charts.get(id)?.send({ type: "drain" });
  }
}
