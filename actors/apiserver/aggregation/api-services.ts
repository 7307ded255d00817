/** What is to be done about the APIServices in the watch cache, one thing after the other; its chart says when. */
import {
  automanaged,
  availabilityOf,
  customServices,
  isLocal,
  passed,
  says,
  statusWith,
  unavailable,
} from "../../../src/api/aggregation/api-services.js";
import { decodeTextBase64 } from "../../../src/api/base64.js";
import { storageKey } from "../../../src/api/paths.js";
import type { APIService, CustomResourceDefinition, UntypedObject } from "../../../src/api/types.js";
import { decodeJson, type Json } from "../../../src/wire/json.js";
import { definitionsPrefix } from "../catalog/custom-resources.js";
import { endpointOf, type Reached } from "../consult/service-endpoint.js";
import type { WebhookAnswer } from "../io/webhook-client.js";
import type { ApiOutcome, ApiUser } from "../request.js";
import type { Server } from "../server.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";
import { servicesPrefix } from "./extension-services.js";

type Task =
  | { readonly what: "nothing" }
  | { readonly what: "create" | "delete" | "tell"; readonly service: APIService }
  | { readonly what: "check"; readonly service: APIService };

type Condition = Parameters<typeof statusWith>[1];

interface Checked {
  readonly atMs: number;
  /** Of what was checked: another text is another service. */
  readonly spec: string;
  readonly condition: Condition;
}

const user: ApiUser = { name: "system:apiserver", groups: ["system:masters", "system:authenticated"] };
const path = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };

/** How long what was found out holds. */
const availableMs = 30_000;
const unavailableMs = 1_000;

const nameOf = ({ metadata }: APIService): string => metadata.name ?? "";

export class ApiServices {
  task: Task;
  private readonly checked = new Map<string, Checked>();
  private hangUp: () => void = () => undefined;

  constructor(private readonly server: Server) {
    this.task = this.nextTask();
  }

  follow(onChanged: () => void): void {
    for (const store of [this.services, this.definitions]) store.listeners.push(onChanged);
  }

  look(): void {
    this.task = this.nextTask();
  }

  /** Some are to be checked again after a while. */
  get hasExtensions(): boolean {
    return this.all().some(({ spec }) => spec?.service !== undefined);
  }

  write(onEnded: (type: "written" | "failed") => void): void {
    const { task } = this;
    if (task.what === "nothing" || task.what === "check") return;
    const { service } = task;
    const body = service as UntypedObject;
    const ended = (outcome: ApiOutcome): void => {
      if (!outcome.ok || !("object" in outcome)) {
        onEnded("failed");
        return;
      }
      const { resourceVersion = "0" } = decodeJson(outcome.object as Json<UntypedObject>).metadata;
      this.server.cache.whenReached(BigInt(resourceVersion), () => onEnded("written"));
    };
    const at = { ...path, name: nameOf(service) };
    if (task.what === "create") this.server.run({ verb: "create", path, user, body, options: {} }, ended);
    else if (task.what === "delete") this.server.run({ verb: "delete", path: at, user, options: {} }, ended);
    else this.server.run({ verb: "update", path: { ...at, subresource: "status" }, user, body, options: {} }, ended);
  }

  /** Asks an extension API server what it serves. */
  check(onChecked: () => void): void {
    if (this.task.what !== "check") return;
    const { service } = this.task;
    const place = this.placeOf(service);
    if ("condition" in place) {
      this.found(service, place.condition);
      onChecked();
      return;
    }
    const { group = "", version = "", caBundle } = service.spec ?? {};
    const at = `/apis/${group}/${version}`;
    const url = `https://${place.name}${at}`;
    const { connectTo } = place;
    const certificateAuthority = caBundle === undefined ? {} : { certificateAuthority: decodeTextBase64(caBundle) ?? "" };
    const asProxy = { user: "system:kube-aggregator", groups: ["system:masters"] };
    const insecure = service.spec?.insecureSkipTLSVerify === true;
    this.hangUp = this.server.io.webhooks.post(
      { url, connectTo, ...certificateAuthority, method: "GET", asProxy, insecure, body: "" },
      (answer) => {
        this.took(service, `https://${connectTo.host}:${connectTo.port}${at}`, answer);
        onChecked();
      },
    );
  }

  giveUp(): void {
    this.hangUp();
  }

  tookTooLong(): void {
    this.giveUp();
    if (this.task.what !== "check") return;
    this.found(this.task.service, unavailable("FailedDiscoveryCheck", "failing or missing response: context deadline exceeded"));
  }

  private took(service: APIService, url: string, answer: WebhookAnswer): void {
    const wrong = (why: string): Condition =>
      unavailable("FailedDiscoveryCheck", `failing or missing response from ${url}: ${why}`);
    if (!answer.ok) this.found(service, wrong(`Get "${url}": ${answer.problem}`));
    else if (answer.code < 200 || answer.code > 299) this.found(service, wrong(`bad status from ${url}: ${answer.code}`));
    else {
      const resources = resourcesIn(answer.body);
      if (resources === undefined) this.server.host.note(`what ${nameOf(service)} tells of its resources cannot be read`);
      this.server.catalog.extensions.learn(nameOf(service), resources ?? []);
      this.found(service, passed);
    }
  }

  private found(service: APIService, condition: Condition): void {
    const atMs = this.server.host.clock.monotonicMs();
    this.checked.set(nameOf(service), { atMs, spec: JSON.stringify(service.spec), condition });
  }

  /** Where to ask, or what is the matter with the Service, in Kubernetes' words. */
  private placeOf({
    spec,
  }: APIService): { readonly condition: Condition } | { readonly name: string; readonly connectTo: Reached } {
    const { namespace = "", name = "", port = 443 } = spec?.service ?? {};
    const { catalog, cache } = this.server;
    const services = catalog.resources.preferred("", "services")!;
    const stored = cache.get(storageKey(services, namespace, name));
    if (stored === undefined)
      return { condition: unavailable("ServiceNotFound", `service/${name} in "${namespace}" is not present`) };
    const connectTo = endpointOf(this.server, namespace, name, port);
    if (!("problem" in connectTo)) return { name: `${name}.${namespace}.svc:${port}`, connectTo };
    const condition = connectTo.problem.startsWith("no service port")
      ? unavailable("ServicePortError", `service/${name} in "${namespace}" is not listening on port ${port}`)
      : unavailable("MissingEndpoints", `endpoints for service/${name} in "${namespace}" have no addresses with port name ""`);
    return { condition };
  }

  private get services(): ResourceStore {
    return this.server.cache.store(servicesPrefix());
  }

  private get definitions(): ResourceStore {
    return this.server.cache.store(definitionsPrefix());
  }

  private all(): APIService[] {
    return Array.from(this.services.from(servicesPrefix()), ({ object }) => object as APIService);
  }

  private nextTask(): Task {
    const definitions = Array.from(
      this.definitions.from(definitionsPrefix()),
      ({ object }) => object as unknown as CustomResourceDefinition,
    );
    const custom = customServices(definitions);
    const services = this.all();
    const names = new Set(services.map(nameOf));
    for (const [name, service] of custom) if (!names.has(name)) return { what: "create", service };
    for (const service of services) {
      const isCustom = service.metadata.labels?.[automanaged] === "true";
      if (isCustom && !custom.has(nameOf(service))) return { what: "delete", service };
      const task = service.spec?.service === undefined ? this.told(service, isLocal) : this.extension(service);
      if (task !== undefined) return task;
    }
    for (const name of this.checked.keys()) if (!names.has(name)) this.checked.delete(name);
    return { what: "nothing" };
  }

  private extension(service: APIService): Task | undefined {
    const checked = this.checked.get(nameOf(service));
    if (checked === undefined || checked.spec !== JSON.stringify(service.spec)) return { what: "check", service };
    const holdsMs = checked.condition.status === "True" ? availableMs : unavailableMs;
    if (this.server.host.clock.monotonicMs() >= checked.atMs + holdsMs) return { what: "check", service };
    return this.told(service, checked.condition);
  }

  private told(service: APIService, condition: Condition): Task | undefined {
    if (service.metadata.deletionTimestamp !== undefined || says(service, condition)) return undefined;
    // One of two API servers may reach an extension that the other does not: each tells what changes for itself.
    const status = statusWith(service, condition, this.server.host.clock.nowMs());
    return { what: "tell", service: { ...service, status } };
  }
}

/** Undefined for what is no APIResourceList. */
function resourcesIn(body: string): object[] | undefined {
  try {
    const { resources } = JSON.parse(body) as { resources?: unknown };
    return Array.isArray(resources) ? resources : undefined;
  } catch {
    // It is no JSON.
    return undefined;
  }
}

export const isAvailable = (service: APIService): boolean => availabilityOf(service)?.status === "True";
