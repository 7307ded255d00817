/**
 * Asks extension API servers for their OpenAPI documents: when they become available, and then every minute; one that fails is asked again
 * after a minute, two, four and so on. As kube-aggregator does; what one said last counts until it says something else.
 */
import { isJsonObject } from "../../../src/api/json-value.js";
import { readForeignDocument } from "../../../src/api/openapi/foreign-document.js";
import { textHash } from "../../../src/api/text-hash.js";
import type { APIService } from "../../../src/api/types.js";
import { readJson, writeJson } from "../../../src/json/text.js";
import type { WebhookAnswer } from "../io/webhook-client.js";
import type { Keeper, Next } from "../keeping/keeper.js";
import type { Server } from "../server.js";
import { askExtension } from "./asking.js";
import { placeOf } from "./availability.js";
import { documentName, type ExtensionDocuments } from "./extension-documents.js";
import { isAvailable, servicesPrefix } from "./extension-services.js";

const dialects = ["v2", "v3"] as const;
type Dialect = (typeof dialects)[number];

interface Asking {
  readonly service: APIService;
  readonly dialect: Dialect;
}

/** When an extension is asked for a document again. */
interface Schedule {
  /** Of what was asked: another text is another extension. */
  readonly spec: string;
  dueMs: number;
  failures: number;
}

const asAggregator = { user: "system:aggregator", groups: [] };
const intervalMs = 60_000;
const longestIntervalMs = 3_600_000;
const patienceMs = 60_000;

const nameOf = ({ metadata }: APIService): string => metadata.name ?? "";

export class DocumentsKeeper implements Keeper {
  private asking: Asking | undefined;
  private readonly schedules = new Map<string, Schedule>();
  private hangUp: () => void = () => undefined;

  constructor(private readonly server: Server) {
    this.look();
  }

  follow(onChanged: () => void): void {
    this.server.cache.store(servicesPrefix()).listeners.push(onChanged);
  }

  look(): void {
    const { all } = this.extensions;
    const keys = new Set(all.flatMap((service) => dialects.map((dialect) => keyOf({ service, dialect }))));
    for (const key of this.schedules.keys()) if (!keys.has(key)) this.schedules.delete(key);
    this.asking = undefined;
    for (const service of all) {
      for (const dialect of dialects) {
        const { dueMs } = this.scheduleOf({ service, dialect });
        if (!isAvailable(service)) this.schedules.delete(keyOf({ service, dialect }));
        else if (dueMs <= this.nowMs) this.asking ??= { service, dialect };
      }
    }
  }

  get next(): Next {
    if (this.asking !== undefined) return { type: "work", patienceMs };
    if (this.schedules.size === 0) return { type: "nothing" };
    const dueMs = Math.min(...Array.from(this.schedules.values(), (schedule) => schedule.dueMs));
    return { type: "wait", forMs: Math.max(0, dueMs - this.nowMs) };
  }

  /** There is nothing to write: what is learned is for this API server alone. */
  write(): void {}

  work(onDone: () => void): void {
    const { asking } = this;
    if (asking === undefined) return;
    const { service, dialect } = asking;
    const place = placeOf(this.server, service);
    if ("condition" in place) {
      this.failed(asking, place.condition.message ?? "");
      onDone();
      return;
    }
    const etag = dialect === "v2" ? this.extensions.documentsOf(nameOf(service)).v2?.etag : undefined;
    const question = {
      path: `/openapi/${dialect}`,
      ...asAggregator,
      ...(etag === undefined ? {} : { ifNoneMatch: etag }),
    };
    this.hangUp = askExtension(this.server, service, place, question, (answer) => {
      const problem = dialect === "v2" ? this.tookV2(service, answer) : this.tookV3(service, answer);
      if (problem === undefined) this.succeeded(asking);
      else this.failed(asking, problem);
      onDone();
    });
  }

  leave(): void {
    this.hangUp();
  }

  tookTooLong(): void {
    if (this.asking !== undefined) this.failed(this.asking, "context deadline exceeded");
  }

  /** What is wrong with the answer. */
  private tookV2(service: APIService, answer: WebhookAnswer): string | undefined {
    if (!answer.ok) return answer.problem;
    const { code, body, etag } = answer;
    if (code === 304) return undefined;
    if (code !== 200) return `failed to retrieve openAPI spec, http error: ${code}`;
    const document = readForeignDocument(body, documentName(service));
    if ("problem" in document) return document.problem;
    this.learn(service, { v2: { document, etag, hash: textHash(etag ?? body) } });
    return undefined;
  }

  private tookV3(service: APIService, answer: WebhookAnswer): string | undefined {
    if (!answer.ok) return answer.problem;
    if (answer.code === 404) {
      this.learn(service, { v3: "unknown" });
      return undefined;
    }
    if (answer.code !== 200) return `failed to retrieve openAPI spec, http error: ${answer.code}`;
    const v3 = documentsIn(answer.body, documentName(service));
    if (v3 === undefined) return "its index is no JSON object";
    this.learn(service, { v3 });
    return undefined;
  }

  private learn(service: APIService, learned: ExtensionDocuments): void {
    const name = nameOf(service);
    this.extensions.learnDocuments(name, { ...this.extensions.documentsOf(name), ...learned });
  }

  private succeeded(asking: Asking): void {
    const schedule = this.scheduleOf(asking);
    schedule.failures = 0;
    schedule.dueMs = this.nowMs + intervalMs;
  }

  private failed(asking: Asking, problem: string): void {
    const schedule = this.scheduleOf(asking);
    schedule.dueMs = this.nowMs + Math.min(longestIntervalMs, intervalMs * 2 ** schedule.failures);
    schedule.failures += 1;
    this.server.host.note(`loading OpenAPI ${asking.dialect} of ${nameOf(asking.service)} failed: ${problem}`);
  }

  private scheduleOf(asking: Asking): Schedule {
    const spec = writeJson(asking.service.spec);
    const known = this.schedules.get(keyOf(asking));
    if (known?.spec === spec) return known;
    const made = { spec, dueMs: this.nowMs, failures: 0 };
    this.schedules.set(keyOf(asking), made);
    return made;
  }

  private get extensions() {
    return this.server.catalog.extensions;
  }

  private get nowMs(): number {
    return this.server.host.clock.monotonicMs();
  }
}

const keyOf = ({ service, dialect }: Asking): string => `${nameOf(service)} ${dialect}`;

/** Of an index of OpenAPI 3, the entries of a version and of its group. Undefined for what is no index. */
function documentsIn(body: string, version: string): ReadonlyMap<string, string> | undefined {
  const { paths } = (parsed(body) ?? {}) as { paths?: unknown };
  if (!isJsonObject(paths)) return undefined;
  const group = version.slice(0, version.lastIndexOf("/"));
  const urls = [group, version].flatMap((name) => {
    const entry = Object.hasOwn(paths, name) ? paths[name] : undefined;
    const url = isJsonObject(entry) ? entry.serverRelativeURL : undefined;
    // Clients ask this API server for it: only there does the way to the extension begin.
    return typeof url === "string" && url.startsWith(`/openapi/v3/${name}`) ? [[name, url] as const] : [];
  });
  return new Map(urls);
}

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    // What is no JSON is no index.
    return undefined;
  }
}
