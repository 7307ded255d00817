/**
 * What is to be done about the APIServices in the watch cache: those of custom resources come and go with their definitions, and each says
 * whether it is available, which for extension API servers is asked now and then.
 */
import {
  automanaged,
  customServices,
  isLocal,
  passed,
  says,
  statusWith,
  unavailable,
} from "../../../src/api/aggregation/api-services.js";
import type { APIService, CustomResourceDefinition, UntypedObject } from "../../../src/api/types.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import { ownUser } from "../access/users.js";
import { definitionsPrefix } from "../catalog/custom-resources.js";
import type { WebhookAnswer } from "../io/webhook-client.js";
import type { Keeper, Next } from "../keeping/keeper.js";
import { whenCached } from "../keeping/when-cached.js";
import type { Server } from "../server.js";
import type { ResourceStore } from "../watch-cache/resource-store.js";
import { askExtension, type Place } from "./asking.js";
import { type Condition, placeOf } from "./availability.js";
import { servicesPrefix } from "./extension-services.js";

type Task =
  | { readonly what: "nothing" }
  | { readonly what: "create" | "delete" | "tell"; readonly service: APIService }
  | { readonly what: "check"; readonly service: APIService };

interface Checked {
  readonly atMs: number;
  /** Of what was checked: another text is another service. */
  readonly spec: string;
  readonly condition: Condition;
}

const path = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };
const asChecker = { user: "system:kube-aggregator", groups: ["system:masters"] };

/** How long what was found out holds. */
const availableMs = 30_000;
const unavailableMs = 1_000;
/** Extension API servers come and go without a word. */
const checkEveryMs = 1_000;
const checkPatienceMs = 5_000;

const nameOf = ({ metadata }: APIService): string => metadata.name ?? "";

export class ApiServices implements Keeper {
  private task: Task;
  private readonly checked = new Map<string, Checked>();
  /** What is asked now is only what it serves: that it answers is known. */
  private answers = false;
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

  get next(): Next {
    const { what } = this.task;
    if (what === "check") return { type: "work", patienceMs: checkPatienceMs };
    if (what !== "nothing") return { type: "write" };
    const hasExtensions = this.all().some(({ spec }) => spec?.service !== undefined);
    return hasExtensions ? { type: "wait", forMs: checkEveryMs } : { type: "nothing" };
  }

  write(onEnded: (type: "written" | "failed") => void): void {
    const { task } = this;
    if (task.what === "nothing" || task.what === "check") return;
    const { service } = task;
    const body = service as UntypedObject;
    const ended = whenCached(this.server, onEnded);
    const at = { ...path, name: nameOf(service) };
    if (task.what === "create") this.server.run({ verb: "create", path, user: ownUser, body, options: {} }, ended);
    else if (task.what === "delete") this.server.run({ verb: "delete", path: at, user: ownUser, options: {} }, ended);
    else this.server.run({ verb: "update", path: { ...at, subresource: "status" }, user: ownUser, body, options: {} }, ended);
  }

  /** Asks an extension API server whether it answers, whoever it is; and what it serves, if it is who it should be. */
  work(onDone: () => void): void {
    if (this.task.what !== "check") return;
    const { service } = this.task;
    const place = placeOf(this.server, service);
    this.answers = false;
    if ("condition" in place) {
      this.found(service, place.condition);
      onDone();
      return;
    }
    const { group = "", version = "" } = service.spec ?? {};
    const at = `/apis/${group}/${version}`;
    this.hangUp = askExtension(this.server, service, place, { path: at, ...asChecker, anybody: true }, (answer) => {
      const problem = problemWith(answer, place, at);
      this.found(service, problem === undefined ? passed : unavailable("FailedDiscoveryCheck", problem));
      if (problem !== undefined) onDone();
      else {
        this.answers = true;
        this.hangUp = askExtension(this.server, service, place, { path: at, ...asChecker }, (told) => {
          this.learn(service, told);
          onDone();
        });
      }
    });
  }

  leave(): void {
    this.hangUp();
  }

  tookTooLong(): void {
    if (this.task.what !== "check") return;
    const { service } = this.task;
    if (this.answers) this.server.catalog.extensions.lose(nameOf(service));
    else this.found(service, unavailable("FailedDiscoveryCheck", "failing or missing response: context deadline exceeded"));
  }

  private learn(service: APIService, answer: WebhookAnswer): void {
    const { extensions } = this.server.catalog;
    const resources = answer.ok && answer.code === 200 ? resourcesIn(answer.body) : undefined;
    if (resources !== undefined) {
      extensions.learn(nameOf(service), resources);
      return;
    }
    this.server.host.note(`what ${nameOf(service)} tells of its resources cannot be read`);
    extensions.lose(nameOf(service));
  }

  private found(service: APIService, condition: Condition): void {
    const atMs = this.server.host.clock.monotonicMs();
    this.checked.set(nameOf(service), { atMs, spec: writeJson(service.spec), condition });
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
    if (checked === undefined || checked.spec !== writeJson(service.spec)) return { what: "check", service };
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
    const { resources } = readJson(body) as { resources?: unknown };
    return Array.isArray(resources) ? resources : undefined;
  } catch {
    // It is no JSON.
    return undefined;
  }
}

/** The words of Go's HTTP client, around what is the matter. */
function problemWith(answer: WebhookAnswer, { connectTo }: Place, path: string): string | undefined {
  const url = `https://${connectTo.host}:${connectTo.port}${path}`;
  const wrong = (why: string): string => `failing or missing response from ${url}: ${why}`;
  if (!answer.ok) return wrong(`Get "${url}": ${answer.problem}`);
  return answer.code < 200 || answer.code > 299 ? wrong(`bad status from ${url}: ${answer.code}`) : undefined;
}
