/**
 * What an actor reads of a version that an extension API server answers: metrics of pods, above all. Clients outside are handed on as they
 * are (io/http/extension.ts); an actor has no connection of its own, so the API server asks in its name and tells it the answer.
 */
import { isJsonObject } from "../../../src/api/json-value.js";
import { type ApiError, genericFailure, type Status, serviceUnavailable, timeout } from "../../../src/api/status.js";
import type { APIService, KubernetesObject } from "../../../src/api/types.js";
import { readJson } from "../../../src/json/text.js";
import { encodeJson } from "../../../src/wire/json.js";
import type { WebhookAnswer } from "../io/webhook-client.js";
import { defaultDeadlineMs } from "../reads/read.js";
import type { ApiOutcome, GetRequest, ListRequest, Respond } from "../request.js";
import type { Server } from "../server.js";
import { askExtension, type Place } from "./asking.js";
import { placeOf } from "./availability.js";
import { extensionReadMachine } from "./extension-read-machine.js";
import { isAvailable } from "./extension-services.js";

/** Shorter than an actor waits for the API server, so that it hears which of the two did not answer. */
const patienceMs = 8_000;

/** False when it is the API server's own to answer. */
export function startExtensionRead(server: Server, id: string, request: GetRequest | ListRequest, respond: Respond): boolean {
  const { group, version } = request.path;
  const service = server.catalog.extensions.of(group, version);
  if (service === undefined) return false;
  const place = isAvailable(service) ? placeOf(server, service) : undefined;
  if (place === undefined || "condition" in place)
    respond({ ok: false, error: serviceUnavailable("the server is currently unable to handle the request") });
  else {
    const read = new ExtensionRead(server, service, place, request, respond);
    server.host.charts.start(extensionReadMachine, { id, input: { read } });
  }
  return true;
}

export class ExtensionRead {
  private stop: () => void = () => undefined;

  constructor(
    private readonly server: Server,
    private readonly service: APIService,
    private readonly place: Place,
    private readonly request: GetRequest | ListRequest,
    private readonly respond: Respond,
  ) {}

  get deadlineMs(): number {
    return Math.min(this.request.deadlineMs ?? defaultDeadlineMs, patienceMs);
  }

  ask(onAnswer: (answer: WebhookAnswer) => void): void {
    const { name, groups } = this.request.user;
    const question = { path: requestUri(this.request), user: name, groups };
    this.stop = askExtension(this.server, this.service, this.place, question, this.server.host.bind(onAnswer));
  }

  hangUp(): void {
    this.stop();
  }

  answer(answer: WebhookAnswer): void {
    this.respond(outcomeOf(answer, this.request.verb));
  }

  refuseAsTimeout(): void {
    const why = "the extension API server did not answer in time";
    this.respond({ ok: false, error: timeout(`Timeout: request did not complete within the allotted timeout: ${why}`) });
  }
}

/** `/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods?labelSelector=app%3Dweb` */
function requestUri(request: GetRequest | ListRequest): string {
  const { group, version, namespace, resource, name, subresource } = request.path;
  const parts = [...(namespace ? ["namespaces", namespace] : []), resource, name, subresource].filter(
    (part): part is string => part !== undefined,
  );
  const { labelSelector = "", fieldSelector = "" } = request.verb === "list" ? request.options : {};
  const asked = request.verb === "get" ? (request.query ?? {}) : { labelSelector, fieldSelector };
  const query = Object.entries(asked).filter(([, value]) => value !== "");
  const text = query.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  return `/apis/${[group, version, ...parts.map(encodeURIComponent)].join("/")}${text === "" ? "" : `?${text}`}`;
}

function outcomeOf(answer: WebhookAnswer, verb: "get" | "list"): ApiOutcome {
  if (!answer.ok) return { ok: false, error: serviceUnavailable(`error trying to reach service: ${answer.problem}`) };
  const body = parsed(answer.body);
  if (answer.code < 200 || answer.code > 299) return { ok: false, error: errorOf(answer.code, body, answer.body) };
  if (!isJsonObject(body)) return { ok: false, error: unreadable };
  if (verb === "get") return { ok: true, code: 200, object: encodeJson(body as unknown as KubernetesObject) };
  const { items, metadata, apiVersion, kind } = body;
  if (!Array.isArray(items)) return { ok: false, error: unreadable };
  const { resourceVersion } = isJsonObject(metadata) ? metadata : {};
  return {
    ok: true,
    code: 200,
    list: {
      apiVersion: String(apiVersion),
      kind: String(kind),
      items: items.map((item) => encodeJson(item as unknown as KubernetesObject)),
      resourceVersion: typeof resourceVersion === "string" ? resourceVersion : "",
    },
  };
}

const unreadable = serviceUnavailable("the extension API server answered with something other than an object");

function parsed(text: string): unknown {
  try {
    return readJson(text);
  } catch {
    // Not JSON: only the text can be told.
    return undefined;
  }
}

function errorOf(code: number, body: unknown, text: string): ApiError {
  if (isJsonObject(body) && body.kind === "Status") return { code, status: body as unknown as Status };
  return genericFailure(code, reasons.get(code) ?? "InternalError", text.trim().slice(0, 500));
}

const reasons: ReadonlyMap<number, string> = new Map([
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [429, "TooManyRequests"],
  [503, "ServiceUnavailable"],
]);
